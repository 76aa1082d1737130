import Screening
import Testing

@Suite("A run's failures")
struct RunFailureTests {
    private let now = Timestamp(milliseconds: 1_772_357_400_000)
    private let whole = RunFailure(
        "script_error",
        "attempt to index a nil value",
        plugin: "webhook",
        hook: "on_event",
        script: "webhook/main.lua",
        line: 7,
        excerpt: ["  6 | local x", "> 7 | return x.y"],
        path: "data.candidate",
        expected: "table",
        found: "nothing",
        hint: "test it first"
    )

    private func run() -> Run {
        Run(
            id: "run_1",
            connection: "acme",
            plugin: "webhook",
            pluginVersion: "1.0.0",
            script: "abc",
            hook: "on_event",
            event: "evt_1",
            order: nil,
            input: .event(parameters: [:]),
            createdAt: now
        )
    }

    @Test("come back from their JSON form as they were")
    func roundTrip() {
        #expect(RunFailure(json: whole.json) == whole)
        let attempt = FailedAttempt(attempt: 3, at: now, whole)
        #expect(FailedAttempt(json: attempt.json) == attempt)
        #expect(RunFailure(json: .null) == nil && RunFailure(json: ["message": "no code"]) == nil && FailedAttempt(json: whole.json) == nil)
    }

    @Test("leave out what is not known")
    func shape() {
        #expect(RunFailure("retry", "later").json == ["code": "retry", "message": "later"])
    }

    @Test("are shown as error and earlier_errors, and no counter among them")
    func view() {
        var run = run()
        run.fail(RunFailure("connection_failed", "no answer"), attempt: 1, at: now)
        run.fail(whole, attempt: 2, at: now + .seconds(5))
        run.scriptErrors = 1
        #expect(run.json["error"] == whole.json)
        #expect(run.json["earlier_errors"] == [["attempt": 1, "at": JSON(now), "code": "connection_failed", "message": "no answer"]])
    }

    @Test("keep the last ten of the earlier attempts, oldest first")
    func lastTen() {
        var run = run()
        for attempt in 1...13 { run.fail(RunFailure("connection_failed", "no answer"), attempt: attempt, at: now) }
        #expect(run.lastFailure?.attempt == 13)
        #expect(run.earlierFailures.map(\.attempt) == Array(3...12))
    }

    @Test("of an attempt that did not count and was made again are one while they are the same")
    func uncounted() {
        var run = run()
        for second in 0..<5 { run.fail(RunFailure("host_paused", "left alone"), attempt: 2, at: now + .seconds(Int64(second))) }
        #expect(run.earlierFailures.isEmpty && run.lastFailure?.at == now + .seconds(4))
        run.fail(RunFailure("connection_failed", "no answer"), attempt: 2, at: now)
        #expect(run.earlierFailures.map(\.failure.code) == ["host_paused"])
    }

    @Test("are earlier ones once an attempt goes well, and what is counted in a row begins anew")
    func success() {
        var run = run()
        run.fail(whole, attempt: 1, at: now)
        run.scriptErrors = 1
        run.interruptions = 2
        run.setFailureAside()
        #expect(run.failure == nil && run.scriptErrors == 0 && run.interruptions == 0)
        #expect(run.earlierFailures == [FailedAttempt(attempt: 1, at: now, whole)])
    }
}
