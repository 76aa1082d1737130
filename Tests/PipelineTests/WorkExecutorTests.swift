import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

@Suite("Writing what a stage decided", .timeLimit(.minutes(1)))
struct WorkExecutorTests {
    private let harness = StageHarness()

    private var executor: WorkExecutor { harness.executor }

    @Test("What a provider said is written on the order as it stands then, however often it moves on meanwhile")
    func conflicts() async throws {
        let order = harness.order(.requested) { $0.providerRef = "ref_1" }
        harness.provider.answer { $0.report = { Report(status: .recognised(.inProgress)) } }
        harness.store.fail("commit", StoreError.conflict, StoreError.conflict)
        await executor.work(on: harness.claim(.read(order: order.id)))
        #expect(harness.store.with { $0.orders[order.id]?.state } == .inProgress)
    }

    @Test("What a provider said is worked out again where the order has moved on since it was loaded")
    func movedOn() async throws {
        let order = harness.order()
        harness.provider.answer { $0.submit = { Submission(reference: "ref_1") } }
        harness.store.meanwhile(before: "commit") { state in
            state.orders[order.id]?.version += 1
            state.orders[order.id]?.record.unknownReads = 2
        }
        await executor.work(on: harness.claim(.submit(order: order.id)))
        let written = try #require(harness.store.with { $0.orders[order.id] })
        #expect(written.providerRef == "ref_1" && written.state == .requested)
        #expect(written.record.unknownReads == 2 && written.version == order.version + 3)
    }

    @Test(
        "What a run was answered is kept where its end cannot be written: nothing it did is done again",
        arguments: [
            StoreError.conflict, .unavailable("away"),
        ]
    )
    func answersOutliveTheEnd(_ error: StoreError) async throws {
        var run = harness.connection.run(
            id: "run_1",
            hook: "on_update",
            event: nil,
            order: nil,
            input: .update(Personal(["id": "ord_1"])),
            at: harness.now
        )
        run.state = .running
        harness.store.with { $0.runs[run.id] = run }
        let step = Step(number: 1, kind: "http", requestHash: "h", request: [:], reply: ["value": ["status": 201]], at: harness.now)
        harness.hooks.leave([step])
        harness.store.fail("commit", error)
        await executor.work(on: harness.claim(.run(run.id)))
        #expect(harness.store.with { $0.steps[run.id] } == [step])
    }

    @Test("Work that leaves the order alone is decided on the order as it stands, not as it was loaded")
    func leftAlone() async throws {
        let order = harness.order(.inProgress) { $0.providerRef = "ref_1" }
        let store = harness.store
        harness.provider.answer {
            $0.report = {
                store.with { $0.orders[order.id]?.version += 1 }
                return Report(status: .recognised(.inProgress))
            }
        }
        await executor.work(on: harness.claim(.read(order: order.id)))
        let last = try #require(harness.store.with { $0.committed.last })
        #expect(last.decision.again == harness.now && last.decision.spent == false)
    }

    @Test("A store that is away is waited for, by the clock, until what a provider said is written")
    func away() async throws {
        let order = harness.order(.requested) { $0.providerRef = "ref_1" }
        harness.provider.answer { $0.report = { Report(status: .recognised(.inProgress)) } }
        harness.store.fail("commit", StoreError.unavailable("away"), StoreError.unavailable("away"))
        let (executor, claim) = (executor, harness.claim(.read(order: order.id)))
        let working = Task { await executor.work(on: claim) }
        for _ in 0..<2 {
            await harness.clock.waitForSleepers()
            harness.clock.advance(by: .seconds(10))
        }
        await working.value
        #expect(harness.store.with { $0.orders[order.id]?.state } == .inProgress)
        #expect(harness.provider.calls == ["report"])
    }

    @Test(
        "Where the store holds something unreadable, or is a newer version's, work ends instead of trying for ever",
        arguments: [
            StoreError.corrupt("orders, row 7"), .newer("version 9"),
        ]
    )
    func unreadable(_ error: StoreError) async throws {
        let order = harness.order(.submitting)
        harness.provider.answer { $0.find = { Submission(reference: "ref_1") } }
        harness.store.fail("commit", error)
        await executor.work(on: harness.claim(.submit(order: order.id)))
        let last = try #require(harness.store.with { $0.committed.last })
        #expect(last.decision.again.map { $0 > harness.now } == true && last.decision.spent == false)
        #expect(harness.store.with { $0.orders[order.id]?.state } == .submitting)
    }

    @Test("What is sealed with a key that this host does not have waits, its attempt unspent, for one that has it; nothing becomes a dead letter")
    func sealedElsewhere() async throws {
        let event = event()
        let order = harness.order()
        for (method, work) in [("event", Work.event(event.id)), ("order", .submit(order: order.id))] {
            harness.store.fail(method, StoreError.keyMissing("8c01ffe2"))
            await executor.work(on: harness.claim(work))
            let last = try #require(harness.store.with { $0.committed.last })
            #expect(last.decision.effects.isEmpty && last.decision.spent == false)
            #expect(last.decision.again.map { $0 > harness.now && $0 <= harness.now + .seconds(20) } == true)
        }
        #expect(harness.store.with { $0.events[event.id]?.state } == event.state && harness.provider.calls.isEmpty)
    }

    @Test("What a provider said of an order whose key came to be another's is given up after half a minute, and left to a host that has it")
    func sealedMeanwhile() async throws {
        let order = harness.order()
        harness.provider.answer { $0.submit = { Submission(reference: "ref_1") } }
        harness.provider.answer { $0.find = { Submission(reference: "ref_1") } }
        harness.store.with { $0.orders[order.id]?.status.state = .submitting }
        for _ in 0..<9 { harness.store.fail("commit", StoreError.keyMissing("8c01ffe2")) }
        let (executor, claim, begun) = (executor, harness.claim(.submit(order: order.id)), harness.now)
        let working = Task { await executor.work(on: claim) }
        for _ in 0..<8 {
            await harness.clock.waitForSleepers()
            harness.clock.advance(by: .milliseconds(6400))
        }
        await working.value
        #expect(harness.now > begun)
        let last = try #require(harness.store.with { $0.committed.last?.decision })
        #expect(last.effects.isEmpty && last.spent == false && last.again.map { $0 >= harness.now + .seconds(10) } == true)
        #expect(harness.store.with { $0.orders[order.id]?.state } == .submitting)
    }

    // MARK: Work over which hosts stopped

    private func event(_ id: String = "evt_1") -> Event {
        let request = ReceivedRequest(method: "POST", path: "/webhook", body: [])
        let event = Event(id: id, kind: .ats, connection: "acme", request: request, receivedAt: harness.now)
        harness.store.with { $0.events[event.id] = event }
        return event
    }

    @Test("Suspicious work is done by itself: while one piece is under way the others wait a moment, unspent")
    func poisonPillGuard() async throws {
        let (executor, clock, store) = (executor, harness.clock, harness.store)
        let order = harness.order(.requested) { $0.providerRef = "ref_1" }
        store.fail("commit", StoreError.unavailable("away"))
        let first = Task { [harness] in await executor.work(on: harness.claim(.read(order: order.id), abandonedCount: 3)) }
        // The first has read and cannot write yet.
        await clock.waitForSleepers()
        _ = event()
        await executor.work(on: harness.claim(.event("evt_1"), abandonedCount: 3))
        let put = try #require(store.with { $0.committed.last })
        #expect(put.claim.work == .event("evt_1") && put.decision.spent == false)
        #expect(try #require(put.decision.again) >= harness.now + .seconds(1))
        clock.advance(by: .seconds(1))
        await first.value
        await executor.work(on: harness.claim(.event("evt_1"), abandonedCount: 3))
        #expect(store.with { $0.committed.last?.decision.run?.hook } == "on_event")
    }

    @Test("An event or run over which hosts stopped too often is a dead letter; an order is looked at again, seldom")
    func givenUp() async throws {
        _ = event()
        await executor.work(on: harness.claim(.event("evt_1"), abandonedCount: 13))
        #expect(harness.store.with { $0.events["evt_1"]?.problem?.code } == "host_stopped")
        var run = harness.connection.run(id: "run_1", hook: "on_event", event: "evt_1", order: nil, input: .event(parameters: [:]), at: harness.now)
        run.state = .running
        harness.store.with { [run] in $0.runs["run_1"] = run }
        await executor.work(on: harness.claim(.run("run_1"), abandonedCount: 13))
        #expect(harness.store.with { $0.runs["run_1"]?.failure?.code } == "host_stopped")
        let order = harness.order()
        await executor.work(on: harness.claim(.submit(order: order.id), abandonedCount: 13))
        #expect(harness.store.with { $0.committed.last?.decision.again } == harness.now + .seconds(3600))
        #expect(harness.provider.calls.isEmpty)
    }

    // MARK: What goes wrong

    @Test("Shutdown gives work back unspent")
    func shutdown() async throws {
        let order = harness.order(.requested) { $0.providerRef = "ref_1" }
        let claim = harness.claim(.read(order: order.id))
        harness.provider.answer { $0.report = { throw CancellationError() } }
        await executor.work(on: claim)
        #expect(harness.store.with { $0.released } == [claim] && harness.store.with { $0.committed.isEmpty })
    }

    @Test("At a shutdown what a provider said is tried to be written once more; then the order is named as uncertain, and not sent again")
    func shutdownOverAStoreThatIsAway() async throws {
        let order = harness.order()
        harness.provider.answer { $0.submit = { Submission(reference: "ref_1") } }
        harness.store.fail("commit", StoreError.unavailable("the disk is full"), StoreError.unavailable("the disk is full"))
        let (executor, claim) = (executor, harness.claim(.submit(order: order.id)))
        let working = Task { await executor.work(on: claim) }
        await harness.clock.waitForSleepers()
        #expect(executor.unwritten.orders == [order.id])
        working.cancel()
        await working.value
        #expect(executor.unwritten.orders.isEmpty)
        #expect(harness.store.with { $0.released } == [claim])
        #expect(harness.store.with { $0.orders[order.id]?.state } == .submitting)
        #expect(harness.log.lines.contains { $0.contains("left uncertain") && $0.contains(order.id) })
        // The next start looks for it; nothing is sent a second time.
        harness.provider.answer { $0.find = { Submission(reference: "ref_1") } }
        await executor.work(on: claim)
        #expect(harness.provider.calls == ["submit", "find"])
        #expect(harness.store.with { $0.orders[order.id]?.providerRef } == "ref_1")
    }

    @Test("A store that is back in time takes what a provider said, also after the shutdown's cancellation")
    func shutdownOverAStoreThatIsBack() async throws {
        let order = harness.order()
        harness.provider.answer { $0.submit = { Submission(reference: "ref_1") } }
        harness.store.fail("commit", StoreError.unavailable("away"))
        let (executor, claim) = (executor, harness.claim(.submit(order: order.id)))
        let working = Task { await executor.work(on: claim) }
        await harness.clock.waitForSleepers()
        working.cancel()
        await working.value
        #expect(harness.store.with { $0.orders[order.id]?.providerRef } == "ref_1")
    }

    @Test("An event that cannot be read is a dead letter, and so is one whose run cannot be; other work is looked at again")
    func unreadableRow() async throws {
        harness.store.fail("event", StoreError.corrupt("events, row 7"))
        _ = event()
        await executor.work(on: harness.claim(.event("evt_1")))
        #expect(harness.store.with { $0.events["evt_1"]?.problem?.code } == "unreadable")
        let run = harness.connection.run(
            id: "run_1",
            hook: "on_event",
            event: event("evt_2").id,
            order: nil,
            input: .event(parameters: [:]),
            at: harness.now
        )
        harness.store.with { $0.runs["run_1"] = run }
        harness.store.fail("run", StoreError.corrupt("runs, row 7"))
        await executor.work(on: harness.claim(.run("run_1")))
        #expect(harness.store.with { $0.runs["run_1"]?.state } == .dead && harness.store.with { $0.events["evt_2"]?.problem?.code } == "unreadable")
        harness.store.fail("order", StoreError.corrupt("orders, row 7"))
        await executor.work(on: harness.claim(.submit(order: harness.order().id)))
        let last = try #require(harness.store.with { $0.committed.last?.decision })
        #expect(last.again == harness.now + .seconds(300) && last.spent == false)
    }

    @Test("An event whose key is gone is a dead letter, though its problem cannot be sealed", arguments: [0, 13])
    func keyIsGone(abandonedCount: Int) async throws {
        harness.store.fail("event", StoreError.corrupt("events, evt_1: its key was destroyed"))
        harness.store.fail("commit", StoreError.corrupt("events, evt_1: its key was destroyed"))
        _ = event()
        await executor.work(on: harness.claim(.event("evt_1"), abandonedCount: abandonedCount))
        #expect(harness.store.with { $0.events["evt_1"]?.state } == .dead)
    }

    @Test("Work on what is gone is done")
    func gone() async throws {
        for work in [Work.event("evt_9"), .run("run_9"), .submit(order: "ord_9"), .read(order: "ord_9")] {
            await executor.work(on: harness.claim(work))
            #expect(harness.store.with { $0.committed.last?.decision.disposition } == .done)
        }
    }
}
