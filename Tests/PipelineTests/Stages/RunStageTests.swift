import Plugins
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

@Suite("Executing a run")
struct RunStageTests {
    private let harness = StageHarness()

    private func run(hook: String = "on_event", order: String? = nil, _ change: (inout Run) -> Void = { _ in }) -> Run {
        var run = harness.connection.run(
            id: "run_1",
            hook: hook,
            event: order == nil ? "evt_1" : nil,
            order: order,
            input: .update(Personal(["name": "Ana Roe"])),
            at: harness.now
        )
        run.state = .running
        change(&run)
        return run
    }

    private func decide(_ run: Run, attempt: Int = 1, _ end: HookEnd = .done(.null), logs: [JSON] = []) async throws -> StageResult {
        harness.hooks.end(end, logs: logs)
        return try await harness.run.decide(harness.claim(.run(run.id), attempt: attempt), run)
    }

    private func failed(_ code: String, _ retry: HookFailure.Retry) -> HookEnd { .failed(HookFailure(RunFailure(code, "no"), retry: retry)) }

    // MARK: Not executed

    @Test("A run that has ended is not executed again")
    func ended() async throws {
        let decision = try #require(try await decide(run { $0.state = .discarded }).decision)
        #expect(decision.disposition == .done && decision.effects.isEmpty && harness.hooks.calls.isEmpty)
    }

    @Test("A route's run that is found unfinished is discarded: its caller is gone, and asks again by itself")
    func route() async throws {
        let decision = try #require(try await decide(run(hook: "POST /start")).decision)
        #expect(decision.run?.state == .discarded && decision.run?.failure?.code == "interrupted")
        #expect(decision.event?.state == .done && harness.hooks.calls.isEmpty)
    }

    @Test("A run whose connection is not configured is a dead letter, its event too")
    func connectionMissing() async throws {
        let run = run()
        harness.registry.replace(connections: [], accounts: [])
        let decision = try #require(try await decide(run).decision)
        #expect(decision.run?.state == .dead && decision.run?.failure?.code == "connection_missing" && decision.event?.state == .dead)
    }

    @Test("An update is not told after a later one of its order: the run ends discarded, and says what superseded it")
    func superseded() async throws {
        let order = harness.order(.completed)
        var later = run(hook: "on_update", order: order.id)
        later = Run(
            id: "run_2",
            connection: "acme",
            plugin: "invented",
            pluginVersion: "1",
            script: "x",
            hook: "on_update",
            event: nil,
            order: order.id,
            input: later.input,
            state: .done,
            createdAt: harness.now
        )
        let earlier = run(hook: "on_update", order: order.id)
        harness.store.with { [later] in $0.runs = [later.id: later, earlier.id: earlier] }
        let decision = try #require(try await decide(earlier).decision)
        #expect(decision.run?.state == .discarded && decision.run?.result?.value["kind"] == "superseded")
        #expect(decision.run?.reason?.contains("run_2") == true && harness.hooks.calls.isEmpty)
        let told = try #require(try await decide(later).decision)
        #expect(told.disposition == .done && told.effects.isEmpty)
    }

    @Test("A run whose scripts are not kept any more is a dead letter")
    func versionMissing() async throws {
        harness.store.with { $0.steps["run_1"] = [Step(number: 1, kind: "uuid", requestHash: "h", request: [:], at: harness.now)] }
        let decision = try #require(try await decide(run { $0.script = "gone" }).decision)
        #expect(decision.run?.failure?.code == "script_version_missing" && decision.event?.state == .dead && harness.hooks.calls.isEmpty)
    }

    /// Takes all of a connection's places, then does something; gives them back once what it began waits for one.
    private func whileFull(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let (limiter, gate, places) = (harness.scriptLimiter, Gate(), harness.options.runsPerConnection)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<places { group.addTask { try await limiter.withPlace("acme") { try await gate.pass() } } }
            await gate.waiting(places)
            group.addTask { try await body() }
            while limiter.waiting(for: "acme") == 0 { await Task.yield() }
            #expect(harness.hooks.calls.isEmpty)
            gate.open()
            try await group.waitForAll()
        }
    }

    @Test("While a connection has all its places a run waits for one")
    func places() async throws {
        try await whileFull {
            let decision = try await decide(run()).decision
            #expect(decision?.run?.state == .done)
        }
    }

    @Test("A run on other scripts than it was made with says so first, and waits for a place when it begins")
    func changedScripts() async throws {
        let verdict = try await decide(run { $0.script = "before" })
        #expect(verdict.first?.run?.script == harness.connection.scripts.id && harness.hooks.calls.isEmpty)
        try await whileFull {
            let decision = try await verdict.next()?.decision
            #expect(decision?.run?.state == .done)
        }
    }

    @Test("A run that is cancelled while it waits for a place takes none")
    func cancelledWaiting() async throws {
        let (limiter, gate) = (ConcurrencyLimiter(limit: 1), Gate())
        let holder = Task { try await limiter.withPlace("acme") { try await gate.pass() } }
        await gate.waiting(1)
        let cancelled = Task { try await limiter.withPlace("acme") {} }
        while limiter.waiting(for: "acme") == 0 { await Task.yield() }
        let next = Task { try await limiter.withPlace("acme") { "had its turn" } }
        while limiter.waiting(for: "acme") < 2 { await Task.yield() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        gate.open()
        try await holder.value
        #expect(try await next.value == "had its turn")
        let last = try await limiter.withPlace("acme") { "is free" }
        #expect(last == "is free")
    }

    @Test("While its scripts are paused a run waits, unspent, and keeps what it failed by before")
    func paused() async throws {
        for number in 1...5 { _ = try await decide(run(), attempt: number, failed("cpu_limit", .never)) }
        let waiting = try #require(try await decide(run(), attempt: 1).decision)
        #expect(waiting.again == harness.now + .seconds(30) && waiting.spent == false)
        #expect(waiting.run?.state == .waiting && waiting.run?.attempt == 0 && waiting.run?.failure?.code == "plugin_paused")
        let before = run { $0.fail(RunFailure("connection_failed", "no"), attempt: 1, at: harness.now) }
        #expect(try await decide(before, attempt: 2).decision?.run?.failure?.code == "connection_failed")
        #expect(harness.hooks.calls.count == 5)
    }

    // MARK: Ended

    @Test(
        "How the hook ends decides the run and its event",
        arguments: [
            (HookEnd.done(.null), Run.State.done, Event.State.done), (.skipped("not ours"), .skipped, .done),
            (.rejected("no phone"), .rejected, .done),
            (.parked("see"), .parked, .dead), (.failed(HookFailure(RunFailure("memory_limit", "no"), retry: .never)), .dead, .dead),
        ]
    )
    func ends(_ end: HookEnd, _ state: Run.State, _ event: Event.State) async throws {
        let decision = try #require(try await decide(run(), attempt: 2, end, logs: [["message": "hello"]]).decision)
        #expect(decision.run?.state == state && decision.run?.attempt == 2 && decision.run?.endedAt == harness.now)
        #expect(decision.run?.logs == [["message": "hello"]] && decision.event?.state == event && decision.disposition == .done)
    }

    @Test("A reason is kept without the person it is about")
    func redacted() async throws {
        let decision = try #require(try await decide(run(), .rejected("no phone for Ana Roe")).decision)
        #expect(decision.run?.result?.value["reason"] == "no phone for ‹personal›")
    }

    @Test("A run that ends well keeps what failed before among the earlier failures")
    func wellAfterFailure() async throws {
        let before = run { $0.fail(RunFailure("connection_failed", "no"), attempt: 1, at: harness.now) }
        let ended = try #require(try await decide(before, attempt: 2).decision?.run)
        #expect(ended.failure == nil && ended.earlierFailures.map(\.failure.code) == ["connection_failed"])
    }

    @Test(
        "An update's run is a line on its order's timeline",
        arguments: [(HookEnd.done(.null), "the ATS was told"), (.parked("see"), "telling the ATS ended parked")]
    )
    func timeline(_ end: HookEnd, _ text: String) async throws {
        let order = harness.order(.requested)
        let decision = try #require(try await decide(run(hook: "on_update", order: order.id), end).decision)
        let entries = decision.effects.compactMap { if case .timeline(let entry) = $0 { entry } else { nil } }
        #expect(entries.map(\.text) == [text] && decision.event == nil)
    }

    @Test("A delivery that cannot be read is a dead letter that says where, its event too, and no script runs")
    func unreadable() async throws {
        for (body, headers, place) in [
            ("{\"id\":1,}", [:], "byte 8"), ("", [:], "byte 0"), ("null", [:], "byte 0"),
            ("id=1", ["content-type": "application/x-www-form-urlencoded"], "byte 0"),
            ("{}", ["content-encoding": "gzip"], nil),
        ] as [(String, [String: String], String?)] {
            let request = ReceivedRequest(method: "POST", path: "/hook", headers: headers, body: Array(body.utf8))
            let event = Event(id: "evt_1", kind: .ats, connection: "acme", request: request, receivedAt: harness.now)
            harness.store.with { $0.events[event.id] = event }
            var run = harness.connection.run(
                id: "run_1",
                hook: "on_event",
                event: event.id,
                order: nil,
                input: .event(parameters: [:]),
                at: harness.now
            )
            run.state = .running
            let decision = try #require(try await decide(run).decision)
            let failure = try #require(decision.run?.failure)
            #expect(decision.run?.state == .dead && failure.code == "unreadable_body" && failure.path == place && failure.expected != nil, "\(body)")
            #expect(decision.event?.state == .dead)
        }
        #expect(harness.hooks.calls.isEmpty)
    }

    // MARK: Tried again

    @Test("A script that asks for another attempt gets it when it asked for, or on the schedule")
    func retry() async throws {
        let asked = try #require(try await decide(run(), .retry(after: .seconds(77), "later")).decision)
        #expect(asked.again == harness.now + .seconds(77) && asked.spent == true)
        #expect(asked.run?.state == .waiting && asked.run?.failure?.code == "retry" && asked.run?.nextAttemptAt == asked.again)
        let unasked = try #require(try await decide(run(), .retry(after: nil, "later")).decision?.again)
        #expect(unasked >= harness.now + .milliseconds(4_500) && unasked <= harness.now + .milliseconds(5_500))
        let last = try #require(try await decide(run(), attempt: 16, .retry(after: .seconds(1), "later")).decision)
        #expect(last.run?.state == .dead && last.disposition == .done)
    }

    @Test("A script's own error is tried three times in a row, whatever failed before")
    func scriptErrors() async throws {
        var run = run()
        for (attempt, count) in [(7, 1), (8, 2)] {
            let decision = try #require(try await decide(run, attempt: attempt, failed("script_error", .soon)).decision)
            run = try #require(decision.run)
            #expect(run.state == .waiting && run.scriptErrors == count && decision.spent == true)
        }
        let dead = try #require(try await decide(run, attempt: 9, failed("script_error", .soon)).decision)
        #expect(dead.run?.state == .dead && dead.run?.earlierFailures.count == 2 && dead.event?.state == .dead)
    }

    @Test("What may pass is tried on the long schedule, and begins the count of script errors anew")
    func mayPass() async throws {
        let before = run {
            $0.fail(RunFailure("script_error", "no"), attempt: 2, at: harness.now)
            $0.scriptErrors = 2
        }
        let decision = try #require(try await decide(before, attempt: 3, failed("connection_failed", .later)).decision)
        #expect(decision.run?.state == .waiting && decision.run?.scriptErrors == 0)
        #expect(try #require(decision.again) >= harness.now + .seconds(100))
        #expect(try await decide(run(), attempt: 16, failed("connection_failed", .later)).decision?.run?.state == .dead)
    }

    @Test("A host that is left alone is waited for, unspent")
    func notBefore() async throws {
        let until = harness.now + .seconds(20)
        let decision = try #require(try await decide(run(), attempt: 4, failed("host_paused", .notBefore(until))).decision)
        #expect(decision.again == until && decision.spent == false)
        #expect(decision.run?.state == .waiting && decision.run?.attempt == 3 && decision.run?.failure?.code == "host_paused")
    }

    @Test("An attempt that was cut short is made again, unspent five times; after twelve in a row the run is a dead letter")
    func interrupted() async throws {
        var run = run()
        for count in 1...12 {
            let decision = try #require(try await decide(run, attempt: 1, .interrupted("the worker ended")).decision)
            run = try #require(decision.run)
            #expect(run.state == .waiting && run.interruptions == count && decision.spent == (count > 5))
            #expect(decision.again == harness.now + .seconds(Int64(min(1 << min(count - 1, 6), 60))))
            #expect(run.earlierFailures.isEmpty)
        }
        let dead = try #require(try await decide(run, attempt: 1, .interrupted("the worker ended")).decision)
        #expect(dead.run?.state == .dead && dead.run?.failure?.code == "interrupted" && dead.event?.state == .dead)
    }

    @Test("Half and four fifths of the attempts are an error line each", arguments: [(8, true), (9, false), (13, true)])
    func alerts(_ attempt: Int, _ isTold: Bool) async throws {
        _ = try await decide(run(), attempt: attempt, failed("connection_failed", .later))
        #expect(harness.log.lines.contains { $0.contains("has used up") } == isTold)
    }

    @Test("A run that is given up for a reason outside its script is a dead letter with that reason")
    func givenUp() throws {
        let problem = Problem(code: "host_stopped", message: "again and again", at: harness.now)
        let decision = try #require(harness.run.giveUp(run(), problem).decision)
        #expect(decision.run?.state == .dead && decision.run?.failure?.code == "host_stopped" && decision.event?.problem?.code == "host_stopped")
    }

    // MARK: What scripts reach

    @Test("An order that a script cancels names the run beside it, and the reason for those who may read it")
    func cancellation() async throws {
        let order = harness.order(.requested) { $0.providerRef = "ref_1" }
        let host = LiveScriptHost(
            environment: harness.environment,
            store: harness.store,
            accounts: harness.accounts,
            cancellation: harness.cancellation,
            hosts: harness.scripts.hosts,
            connection: harness.connection,
            run: run(),
            input: [:],
            happenedAt: harness.now,
            permissions: harness.connection.permissions(order: nil, input: [:])
        )
        #expect(try await host.cancel(order: order.id, reason: "withdrawn") == ["cancelled": true])
        let entry = try #require(harness.store.with { $0.timeline.first { $0.text == "cancelled" } })
        #expect(entry.actor == .script(run: "run_1") && entry.note?.value == "withdrawn")
        #expect(harness.provider.calls == ["cancel"])
    }
}
