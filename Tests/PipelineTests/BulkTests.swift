import Screening
import ScreeningTesting
import Synchronization
import Testing

@testable import Pipeline

/// Commands for many things that the host gives by itself.
@Suite("Commands for many things, by the host") struct BulkTests {
    private let harness = StageHarness()
    private var commands: Commands { harness.commands.acting(as: .token(id: "tok_1", name: "ops")) }

    init() { keep(token()) }

    private func token(connections: Set<String>? = nil, expiresAt: Timestamp? = nil) -> AccessToken {
        AccessToken(id: "tok_1", name: "ops", scopes: [.operate], connections: connections, createdAt: harness.now, expiresAt: expiresAt)
    }

    private func keep(_ token: AccessToken?) { harness.store.with { $0.tokens = token.map { [$0] } ?? [] } }

    private func failed(_ count: Int) { for _ in 0..<count { _ = harness.order(.failed) } }

    private var query: OrderQuery {
        var query = OrderQuery()
        query.states = [.failed]
        return query
    }

    private func discarded() -> Int { harness.store.with { $0.orders.values.count { $0.status.problem?.code == Problem.discarded } } }

    private func goOn(_ job: BulkJob) async throws -> BulkJob {
        let decision = try await BulkRunner(commands: commands).goOn(job.id)
        try await harness.store.perform(decision.effects)
        return try await commands.bulkJob(job.id)
    }

    @Test("Where this host cannot read all that matches, nothing is done, and the answer says that a host with the key is to be asked")
    func sealedElsewhere() async throws {
        failed(3)
        let id = try #require(harness.store.with { $0.orders.keys.min() })
        harness.store.with { $0.missingKeys[id] = "8c01ffe2" }
        let asked: [() async throws -> Void] = [
            { _ = try await commands.begin(.discardOrders, orders: query, note: nil, for: nil) },
            { _ = try await commands.previewDiscard(orders: query) }, { _ = try await commands.discard(orders: query, PageRequest(), note: nil) },
            { _ = try await commands.retry(orders: query, PageRequest()) }, { _ = try await commands.refresh(orders: query, PageRequest()) },
        ]
        for ask in asked {
            let refusal = await #expect(throws: CommandError.self) { try await ask() }
            #expect(refusal?.status == 503 && refusal?.code == "key_missing")
        }
        #expect(discarded() == 0 && harness.store.with { $0.bulk.isEmpty })
    }

    @Test("A few are done before the answer, the others afterwards, each once, with who asked and why")
    func many() async throws {
        failed(120)
        var job = try await commands.begin(.discardOrders, orders: query, note: "before the move", for: nil)
        #expect(job.count == 120 && job.done == 50 && job.state == .running && discarded() == 50)
        #expect(harness.store.with { $0.due[.bulk(job.id)] } == harness.now)
        job = try await goOn(job)
        #expect(job.state == .done && job.done == 120 && job.refused == 0 && job.endedAt == harness.now && discarded() == 120)
        let entries = harness.store.with { $0.timeline.filter { $0.kind == "discarded" } }
        #expect(entries.count == 120 && Set(entries.map(\.order)).count == 120)
        #expect(entries.allSatisfy { $0.actor == .token(id: "tok_1", name: "ops") && $0.note?.value == "before the move" })
        #expect(try await goOn(job) == job)
    }

    @Test("What it could not be done for is kept with the reason")
    func refusals() async throws {
        failed(60)
        let job = try await commands.begin(.discardOrders, orders: query, note: nil, for: nil)
        let last = try #require(harness.store.with { $0.bulkItems[job.id]?.last })
        harness.store.with { $0.orders[last]?.status.state = .completed }
        #expect(try await goOn(job).refused == 1)
        let refusals = try await commands.refusals(ofBulk: job.id, limit: 10)
        #expect(refusals.map(\.item) == [last] && refusals.first?.code == "not_discardable")
        #expect(refusals.first?.message.value.contains("completed") == true)
        #expect(try await commands.bulkJobs(in: [.running]).isEmpty)
        #expect(try await commands.bulkJobs(in: [.done]).map(\.id) == [job.id])
    }

    @Test("A few are through at once, and leave no work behind; none is through as well")
    func few() async throws {
        failed(3)
        let job = try await commands.begin(.discardOrders, orders: query, note: nil, for: nil)
        #expect(job.state == .done && job.done == 3 && harness.store.with { $0.due[.bulk(job.id)] } == nil)
        let none = try await commands.begin(.discardOrders, orders: OrderQuery(states: [.completed]), note: nil, for: nil)
        #expect(none.state == .done && none.count == 0)
    }

    @Test("What breaks off goes on from where it was, and nothing is done twice")
    func interrupted() async throws {
        failed(80)
        let job = try await commands.begin(.discardOrders, orders: query, note: nil, for: nil)
        for _ in 0..<3 {
            harness.store.fail("perform", StoreError.unavailable("away"))
            await #expect(throws: (any Error).self) { _ = try await BulkRunner(commands: commands).goOn(job.id) }
        }
        let ended = try await goOn(job)
        #expect(ended.state == .done && ended.done == 80 && ended.refused == 0)
        #expect(harness.store.with { $0.timeline.count { $0.kind == "discarded" } } == 80)
    }

    @Test("Stopped, nothing more is begun; what was done stays done")
    func stopped() async throws {
        failed(90)
        let job = try await commands.begin(.discardOrders, orders: query, note: nil, for: nil)
        let stopped = try await commands.stop(bulk: job.id)
        #expect(stopped.state == .stopped && stopped.done == 50)
        #expect(try await goOn(job).done == 50 && discarded() == 50)
        #expect(harness.store.with { $0.due[.bulk(job.id)] } == nil)
        await #expect(throws: CommandError.self) { _ = try await commands.stop(bulk: "blk_none") }
    }

    @Test("A job goes no further than its token: where that is revoked, has expired or sees less, the job is stopped and says why")
    func withoutToken() async throws {
        for (token, reason) in [(nil, "revoked"), (token(expiresAt: harness.now), "expired"), (token(connections: ["beta"]), "connections")] {
            keep(self.token())
            failed(60)
            let job = try await commands.begin(.discardOrders, orders: query, note: nil, for: ["acme"])
            keep(token)
            let stopped = try await goOn(job)
            #expect(stopped.state == .stopped && stopped.done == 50 && stopped.endedAt == harness.now)
            #expect(stopped.reason?.contains(reason) == true)
            harness.store.with { $0.orders = [:] }
        }
    }

    @Test("The token in the settings is in no store, and its jobs go on; so do those of a token that sees their connections")
    func stillAllowed() async throws {
        for (id, kept) in [("admin", nil), ("tok_1", token(connections: ["acme", "beta"]))] {
            failed(60)
            keep(kept)
            let job = try await harness.commands.acting(as: .token(id: id, name: id)).begin(.discardOrders, orders: query, note: nil, for: ["acme"])
            #expect(try await goOn(job).state == .done)
        }
    }

    @Test("A token has three jobs under way at most, and those of each token wait in a lane of their own")
    func fewAtATime() async throws {
        failed(60)
        var begun: [String] = []
        for _ in 0..<3 {
            let job = try await commands.begin(.retryOrders, orders: query, note: nil, for: nil)
            #expect(job.state == .running && job.work(due: harness.now).lane == "tok_1")
            begun.append(job.id)
            harness.store.with { for id in $0.orders.keys { $0.orders[id]?.status = Order.Status(.failed) } }
        }
        let refusal = await #expect(throws: CommandError.self) { _ = try await commands.begin(.retryOrders, orders: query, note: nil, for: nil) }
        #expect(refusal?.status == 429 && refusal?.code == "too_many_jobs" && refusal?.retryAfter != nil)
        let other = harness.commands.acting(as: .token(id: "admin", name: "admin"))
        #expect(try await other.begin(.retryOrders, orders: query, note: nil, for: nil).state == .running)
        _ = try await commands.stop(bulk: begun[0])
        #expect(try await commands.begin(.retryOrders, orders: query, note: nil, for: nil).count > 0)
    }

    @Test("What matches too much is refused, also where it is only tried; both take a turn,")
    func tooMany() async throws {
        failed(3)
        let turns = CountedTurns()
        var few = commands.taking(turns)
        few.most = 2
        let refusals = [
            await #expect(throws: CommandError.self) { _ = try await few.begin(.discardOrders, orders: query, note: nil, for: nil) },
            await #expect(throws: CommandError.self) { _ = try await few.previewDiscard(orders: query) },
        ]
        #expect(refusals.allSatisfy { $0?.status == 422 && $0?.code == "too_many" } && discarded() == 0)
        #expect(try await commands.bulkJobs().isEmpty)
        few.most = 3
        #expect(try await few.previewDiscard(orders: query).possible == 3)
        #expect(try await few.begin(.discardOrders, orders: query, note: nil, for: nil).done == 3)
        #expect(turns.taken.withLock { $0 } == 4)
    }

    @Test("What matches is not looked through for somebody who is gone")
    func cancelled() async throws {
        failed(3)
        let gone = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await commands.previewDiscard(orders: query)
        }
        await #expect(throws: CancellationError.self) { _ = try await gone.value }
    }

    @Test("What cannot be done for one is counted, and the others are done")
    func refused() async throws {
        failed(2)
        _ = harness.order(.failed) { $0.providerRef = "ref_1" }
        let job = try await commands.begin(.retryOrders, orders: query, note: nil, for: nil)
        #expect(job.state == .done && job.done == 2 && job.refused == 1)
    }

    @Test("What a person let be, or ordered anew, is not taken up with the others, unless it is asked for")
    func decided() async throws {
        func refused(_ code: String, replacedBy: String? = nil) -> String {
            harness.order(.refused) {
                $0.status.problem = Problem(code: code, message: "no such package", at: harness.now)
                $0.replacedBy = replacedBy
            }.id
        }
        let letBe = refused(Problem.discarded)
        let new = refused("refused")
        _ = refused("refused", replacedBy: "ord_2")
        let query = OrderQuery(states: [.refused])
        #expect(try await commands.previewRetry(orders: query).count == 1)
        #expect(try await commands.previewDiscard(orders: query).count == 1)
        let page = try await commands.discard(orders: query, PageRequest(limit: 10, ascending: true), note: "moved")
        #expect(page.done == 1 && page.refused == 0)
        let before = try #require(harness.store.with { $0.orders[letBe] })
        #expect(before.status.problem?.message == "no such package")
        // Said again, it is as it was.
        let again = try await commands.discard(order: letBe, note: "again")
        #expect(again.status == before.status && again.version == before.version)
        #expect(try await commands.begin(.retryOrders, orders: query, note: nil, for: nil).count == 0)
        var named = query
        named.problem = Problem.discarded
        let job = try await commands.begin(.retryOrders, orders: named, note: nil, for: nil)
        #expect(job.state == .done && job.count == 2 && job.done == 2)
        #expect(harness.store.with { $0.orders[new]?.state } == .accepted)
    }

    @Test("What a person lets be while a job goes through it is left alone, whatever the clock says, and says so")
    func letBeMeanwhile() async throws {
        failed(60)
        let job = try await commands.begin(.retryOrders, orders: query, note: nil, for: nil)
        let last = try #require(harness.store.with { $0.bulkItems[job.id]?.last })
        // A clock that was set back meanwhile.
        harness.clock.advance(by: .seconds(-3600))
        _ = try await commands.discard(order: last, note: "not any more")
        #expect(try await goOn(job).refused == 1)
        #expect(try await commands.refusals(ofBulk: job.id, limit: 10).map(\.code) == ["discarded"])
        #expect(harness.store.with { $0.orders[last]?.state == .failed && $0.due[.submit(order: last)] == nil })
        // By itself it is sent again all the same.
        #expect(try await commands.retry(order: last).state == .accepted)
    }

    @Test("Of a job for what was let be, and for other runs and events, only what was let be since is left alone")
    func letBeSince() async throws {
        harness.clock.advance(by: .seconds(60))
        let spared = LetBe(since: harness.now)
        func problem(_ offset: Int64) -> Problem { Problem(code: Problem.discarded, message: "no", at: harness.now + .seconds(offset)) }
        let order = harness.order(.failed) { $0.status.problem = problem(-1) }
        #expect(try await commands.leaving(spared).retry(order: order.id).state == .accepted)
        for (offset, isLeft) in [(Int64(-1), false), (0, false), (1, true)] {
            var run = harness.connection.run(id: "run_1", hook: "on_event", event: nil, order: nil, input: .event(parameters: [:]), at: harness.now)
            run = run.closed(.discarded, ["kind": "discarded"], at: harness.now + .seconds(offset))
            var event = Event(
                id: "evt_1",
                kind: .ats,
                connection: "acme",
                request: ReceivedRequest(method: "POST", path: "/webhook", body: []),
                receivedAt: harness.now,
                state: .done
            )
            event.problem = problem(offset)
            harness.store.with { [run, event] in
                $0.runs["run_1"] = run
                $0.events["evt_1"] = event
            }
            let sparing = commands.leaving(spared)
            if isLeft {
                let left = await #expect(throws: CommandError.self) { _ = try await sparing.retry(run: "run_1") }
                let unplayed = await #expect(throws: CommandError.self) { _ = try await sparing.replay(event: "evt_1") }
                #expect(left?.code == "discarded" && unplayed?.code == "discarded")
            } else {
                #expect(try await sparing.retry(run: "run_1").state == .queued)
                #expect(try await sparing.replay(event: "evt_1").state == .received)
            }
        }
    }

    @Test("Orders are refreshed and cancelled by filter; a provider that refuses one stops nothing")
    func refreshAndCancel() async throws {
        let orders = (0..<3).map { number in harness.order(.awaitingCandidate) { $0.providerRef = "ref_\(number)" } }
        var open = OrderQuery()
        open.states = [.awaitingCandidate]
        #expect(try await commands.begin(.refreshOrders, orders: open, note: nil, for: nil).done == 3)
        #expect(harness.store.with { state in orders.allSatisfy { state.due[.read(order: $0.id)] == harness.now } })
        harness.provider.answer { $0.cancel = { throw ProviderError(.unavailable, "away") } }
        let job = try await commands.begin(.cancelOrders, orders: open, note: nil, for: nil)
        #expect(job.state == .done && job.refused == 3)
        harness.provider.answer { $0.cancel = { .cancelled } }
        #expect(try await commands.begin(.cancelOrders, orders: open, note: nil, for: nil).done == 3)
    }
}

/// Counts the turns that are taken.
private final class CountedTurns: Turns {
    let taken = Mutex(0)

    func inTurn<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        taken.withLock { $0 += 1 }
        return try await body()
    }
}

extension OrderQuery {
    fileprivate init(states: Set<OrderState>) {
        self.init()
        self.states = states
    }
}
