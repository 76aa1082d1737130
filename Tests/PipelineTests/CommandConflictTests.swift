import HTTPTypes
import Plugins
import Screening
import Testing

@testable import Pipeline

/// What somebody else does between a command's reading and its writing is a conflict, and is never overwritten.
@Suite("A command beside another")
struct CommandConflictTests {
    private let harness = StageHarness()

    private func event(_ state: Event.State) -> Event {
        let request = ReceivedRequest(method: "POST", path: "/webhook", body: [])
        let event = Event(id: "evt_1", kind: .ats, connection: "acme", request: request, receivedAt: harness.now, state: state)
        harness.store.with { $0.events[event.id] = event }
        return event
    }

    @discardableResult
    private func run(_ id: String, _ state: Run.State) -> Run {
        var run = harness.connection.run(id: id, hook: "on_event", event: "evt_1", order: nil, input: .event(parameters: [:]), at: harness.now)
        run.state = state
        if state == .dead { run.fail(RunFailure("script_error", "no"), attempt: 3, at: harness.now) }
        harness.store.with { [run] in $0.runs[run.id] = run }
        return run
    }

    private let conflict = CommandError(StoreError.conflict)

    private func route() async throws -> WireResponse {
        let route = try #require(harness.connection.hooks.route(method: "POST", path: "/start"))
        let received = Event(
            id: "evt_1",
            kind: .ats,
            connection: "acme",
            request: ReceivedRequest(method: "POST", path: "/start", body: Array("{}".utf8)),
            receivedAt: harness.now
        )
        let run = RouteRun(
            environment: harness.environment,
            store: harness.store,
            scripts: harness.scripts,
            connection: harness.connection,
            deadline: .seconds(5)
        )
        return try await run.respond(to: received, route.route, route.parameters)
    }

    @Test("A route whose order is changed at the same moment is tried once more; after that the ATS is asked to come again")
    func routeMeetsAWithdrawal() async throws {
        harness.hooks.end(.done(["status": 201]))
        harness.hooks.fail(StoreError.conflict)
        #expect(try await route().status == 201)
        #expect(harness.hooks.calls.count == 2)
        harness.hooks.fail(StoreError.conflict, StoreError.conflict)
        let refused = try await route()
        #expect(refused.status == 503 && refused.headers[.retryAfter] == "2" && refused.json?["code"] == "conflict")
        let ended = harness.store.with { $0.runs.values.filter { $0.failure?.code == "conflict" } }
        #expect(ended.map(\.state) == [.discarded] && harness.hooks.calls.count == 4)
    }

    @Test("A route for which its worker has no room is tried once more; after that the ATS is asked to come again")
    func routeIsInterrupted() async throws {
        let noRoom = HookEnd.interrupted("the waiting runs of its connection or account hold more than 16777216 bytes in its worker")
        harness.hooks.end(noRoom, .done(["status": 201]))
        #expect(try await route().status == 201)
        #expect(harness.hooks.calls.count == 2)
        harness.hooks.end(noRoom)
        let refused = try await route()
        #expect(refused.status == 503 && refused.headers[.retryAfter] == "30" && refused.json?["code"] == "interrupted")
        let ended = harness.store.with { $0.runs.values.filter { $0.failure?.code == "interrupted" } }
        #expect(ended.map(\.state) == [.dead] && harness.hooks.calls.count == 4)
    }

    @Test("An order that is placed while another is, is placed at the second try; after that the caller is asked to come again")
    func placeMeetsAnother() async throws {
        let request: JSON = [
            "connection": "acme", "external_id": "a-1", "package": "pkg_1",
            "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test"],
        ]
        harness.store.fail("place", StoreError.conflict, StoreError.conflict)
        do {
            _ = try await harness.commands.place(request)
            Issue.record("it was placed")
        } catch let error as CommandError { #expect(error.status == 503 && error.code == "conflict" && error.retryAfter != nil) }
        harness.store.fail("place", StoreError.conflict)
        #expect(try await harness.commands.place(request).isNew)
    }

    @Test("A dead event is discarded with its dead and parked runs in one transaction")
    func discardsEvent() async throws {
        _ = event(.dead)
        for (id, state) in [("run_1", Run.State.dead), ("run_2", .parked), ("run_3", .done)] { run(id, state) }
        #expect(try await harness.commands.discard(event: "evt_1", note: "asked").state == .done)
        #expect(harness.store.with { $0.performed.count } == 1)
        #expect(harness.store.with { $0.runs.values.sorted { $0.id < $1.id }.map(\.state) } == [.discarded, .discarded, .done])
        #expect(harness.store.with { $0.runs["run_1"]?.failure?.code } == "script_error")
        #expect(harness.store.with { $0.events["evt_1"]?.problem?.code } == "discarded")
    }

    @Test("An event that is replayed meanwhile is not discarded, nor are its runs")
    func replayedBeforeDiscard() async throws {
        _ = event(.dead)
        run("run_1", .dead)
        harness.store.meanwhile(before: "perform") { $0.events["evt_1"]?.state = .received }
        await #expect(throws: conflict) { try await harness.commands.discard(event: "evt_1", note: nil) }
        #expect(harness.store.with { $0.events["evt_1"]?.state } == .received)
        #expect(harness.store.with { $0.runs["run_1"]?.state } == .dead)
    }

    @Test("A run that is retried meanwhile keeps its event from being discarded")
    func retriedBeforeDiscard() async throws {
        _ = event(.dead)
        run("run_1", .dead)
        harness.store.meanwhile(before: "perform") { $0.runs["run_1"]?.state = .queued }
        await #expect(throws: conflict) { try await harness.commands.discard(event: "evt_1", note: nil) }
        #expect(harness.store.with { $0.events["evt_1"]?.state } == .dead)
    }

    @Test("A retry frees the calls that did nothing and queues the run in one transaction, or does neither")
    func retryIsOne() async throws {
        _ = event(.dead)
        run("run_1", .dead)
        let refused = Step(number: 1, kind: "http", requestHash: "h", request: [:], reply: ["value": ["status": 500]], at: harness.now)
        harness.store.with { $0.steps["run_1"] = [refused] }
        harness.store.meanwhile(before: "perform") { $0.runs["run_1"]?.state = .queued }
        await #expect(throws: conflict) { try await harness.commands.retry(run: "run_1") }
        #expect(harness.store.with { $0.steps["run_1"] } == [refused])

        run("run_1", .dead)
        #expect(try await harness.commands.retry(run: "run_1").state == .queued)
        #expect(harness.store.with { $0.performed.count } == 1)
        #expect(harness.store.with { $0.steps["run_1"]?.map(\.repeatable) } == [true])
        #expect(harness.store.with { $0.events["evt_1"]?.state } == .working)
    }

    @Test("An event that is replayed meanwhile keeps its run from being retried, or discarded")
    func replayedBeforeRetry() async throws {
        _ = event(.dead)
        run("run_1", .dead)
        harness.store.meanwhile(before: "perform") { $0.events["evt_1"]?.state = .received }
        await #expect(throws: conflict) { try await harness.commands.retry(run: "run_1") }
        #expect(harness.store.with { $0.events["evt_1"]?.state } == .received)
        _ = event(.dead)
        harness.store.meanwhile(before: "perform") { $0.events["evt_1"]?.state = .received }
        await #expect(throws: conflict) { try await harness.commands.discard(run: "run_1", note: nil) }
        #expect(harness.store.with { $0.events["evt_1"]?.state } == .received)
    }

    @Test("An event that is replayed twice at the same time is replayed once")
    func replayedTwice() async throws {
        _ = event(.dead)
        harness.store.meanwhile(before: "perform") { $0.events["evt_1"]?.state = .received }
        await #expect(throws: conflict) { try await harness.commands.replay(event: "evt_1") }
        #expect(harness.store.with { $0.due.isEmpty })
    }

    @Test("A run that is being executed is not discarded: what it does would go on")
    func discardBesideExecution() async throws {
        _ = event(.working)
        run("run_1", .queued)
        harness.store.with { $0.held = [.run("run_1")] }
        let refusal = await #expect(throws: CommandError.self) { try await harness.commands.discard(run: "run_1", note: nil) }
        #expect(refusal?.status == 409 && refusal?.code == "busy" && refusal?.retryAfter != nil)
        #expect(harness.store.with { $0.runs["run_1"]?.state } == .queued)
        harness.store.with { $0.held = [] }
        #expect(try await harness.commands.discard(run: "run_1", note: nil).state == .discarded)
    }

    @Test("An order that is let be while somebody has it sent again stays as it is")
    func retryMeetsADiscard() async throws {
        let order = harness.order(.failed)
        harness.store.meanwhile(before: "perform") { [now = harness.now] in
            $0.orders[order.id]?.status.problem = Problem(code: Problem.discarded, message: "no", at: now)
            $0.orders[order.id]?.version += 1
        }
        let refusal = await #expect(throws: CommandError.self) { _ = try await harness.commands.retry(order: order.id) }
        #expect(refusal?.status == 409 && refusal?.code == "discarded")
        #expect(harness.store.with { $0.orders[order.id]?.state == .failed && $0.due[.submit(order: order.id)] == nil })
    }

    @Test("An order that is cancelled after its submission began, and before it is marked as being sent, is not sent")
    func submissionMeetsACancellation() async throws {
        let order = harness.order()
        harness.store.meanwhile(before: "perform") {
            $0.orders[order.id]?.status.state = .cancelled
            $0.orders[order.id]?.version += 1
        }
        await harness.executor.work(on: harness.claim(.submit(order: order.id)))
        #expect(harness.provider.calls.isEmpty)
        #expect(harness.store.with { $0.orders[order.id]?.state } == .cancelled)
        // Looked at again, it is at its end.
        await harness.executor.work(on: harness.claim(.submit(order: order.id)))
        #expect(harness.provider.calls.isEmpty)
    }
}
