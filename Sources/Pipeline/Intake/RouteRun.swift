import HTTPTypes
import Plugins
import Screening

/// A request of the ATS that a script answers while the ATS waits.
///
/// Event and run are on disk before the script starts; a queued look at the run finds it again should the host stop meanwhile.
struct RouteRun: Sendable {
    let environment: Environment
    let store: any Store
    let scripts: ScriptRunner
    let connection: Connection
    /// How long the ATS is kept waiting.
    let deadline: Duration

    func respond(to event: Event, _ route: HookList.Route, _ parameters: [String: String]) async throws -> WireResponse {
        let now = environment.clock.now()
        var received = event
        received.state = .working
        let run = connection.run(
            id: environment.identifier(.run),
            hook: route.key,
            event: event.id,
            order: nil,
            input: .event(parameters: parameters),
            state: .running,
            attempt: 1,
            at: now
        )
        let lookAgain = QueuedWork(.run(run.id), connection: connection.id, due: now + deadline + .seconds(60))
        try await mapStoreError { try await store.perform([.record(received), .run(run), .queue(lookAgain)]) }
        let (ended, response) = try await mapStoreError { try await finish(run, event) }
        let state: Event.State = ended.state == .dead ? .dead : .done
        let effects: [Effect] = [
            .run(ended), .event(id: event.id, state: state, problem: state == .dead ? ended.problem : nil), .unqueue(.run(run.id)),
        ]
        try await mapStoreError { try await store.perform(effects) }
        environment.log(effects)
        return response
    }

    private func finish(_ begun: Run, _ event: Event) async throws -> (Run, WireResponse) {
        var run = begun
        if let pause = try await scripts.accounts.pause(ofConnection: connection.id) {
            let failure = RunFailure(pause.problem.code, pause.problem.message + "; the ATS asks again by itself")
            return (run.ended(.discarded, failure: failure, at: environment.clock.now()), problem(503, failure, "Try again later", run.id))
        }
        if case .refused = scripts.permission(for: connection.scripts, of: connection) { return dead(run, ScriptRunner.paused, [], 503) }
        let attempt: HookRunner.Attempt?
        do { attempt = try await withinDeadline { try await attempts(begun, event) } } catch StoreError.conflict {
            let failure = RunFailure("conflict", "what it asks for was being changed at the same moment, twice; the ATS asks again by itself")
            let ended = run.ended(.discarded, failure: failure, at: environment.clock.now())
            return (ended, problem(503, failure, "Try again later", run.id))
        }
        if let attempt { run = run.about(attempt.subjects) }
        let now = environment.clock.now()
        func message(_ reason: String) -> JSON { ["message": .string(reason)] }
        // The ATS gets the reason unchanged; the stored copy names no person.
        func kept(_ reason: String) -> JSON { .string(attempt?.redacted(reason) ?? reason) }
        func result(_ kind: String, _ reason: String) -> JSON { ["kind": .string(kind), "reason": kept(reason)] }
        switch attempt?.end {
        case .done(let value)?:
            return (run.ended(.done, ["kind": "done"], logs: attempt?.logs ?? [], at: now), RouteRun.response(value))
        case .rejected(let why)?:
            return (run.ended(.rejected, result("rejected", why), logs: attempt?.logs ?? [], at: now), WireResponse(422, json: message(why)))
        case .parked(let why)?:
            return (run.ended(.parked, result("parked", why), logs: attempt?.logs ?? [], at: now), WireResponse(200, json: message(why)))
        case .skipped(let why)?:
            return (run.ended(.skipped, result("skipped", why), logs: attempt?.logs ?? [], at: now), WireResponse(200, json: message(why)))
        case .retry(let after, let why)?:
            let seconds = max(1, (after ?? .seconds(30)).components.seconds)
            let failure = RunFailure("retry", attempt?.redacted(why) ?? why)
            return (
                run.ended(.discarded, result("retry", why), failure: failure, logs: attempt?.logs ?? [], at: now),
                WireResponse(503, headers: [.retryAfter: String(seconds), .contentType: "application/json"], body: message(why).bytes())
            )
        case .failed(let failure)?:
            if failure.error.code == UnreadableBody.code { return dead(run, failure.error, attempt?.logs ?? [], 400) }
            if case .notBefore = failure.retry { return dead(run, failure.error, attempt?.logs ?? [], 503) }
            return dead(run, failure.error, attempt?.logs ?? [], 500)
        case .interrupted(let why)?: return dead(run, RunFailure("interrupted", why), attempt?.logs ?? [], 503)
        case nil:
            let seconds = deadline.components.seconds
            return dead(run, RunFailure("deadline", "the route did not answer within \(seconds) s"), [], 503)
        }
    }

    private func dead(_ run: Run, _ failure: RunFailure, _ logs: [JSON], _ status: Int) -> (Run, WireResponse) {
        let ended = run.ended(.dead, failure: failure, logs: logs, at: environment.clock.now())
        let title = status == 500 ? "The script failed" : status == 400 ? "The body cannot be read" : "Try again later"
        return (ended, problem(status, failure, title, run.id))
    }

    private func problem(_ status: Int, _ failure: RunFailure, _ title: String, _ run: String) -> WireResponse {
        ProblemDocument(
            status,
            failure.code,
            title,
            status == 400 ? failure.message : "The connection's script did not answer; see run \(run).",
            retryAfter: status == 503 ? .seconds(failure.code == "conflict" ? 2 : 30) : nil,
            extra: JSON.Members([("run", .string(run))])
        ).response
    }

    /// Makes an attempt, and another one where something outside the script cut it short: somebody else's script ended the worker, or what it asks for was
    /// changed at the same moment.
    private func attempts(_ run: Run, _ event: Event) async throws -> HookRunner.Attempt {
        var loaded = LoadedWork()
        loaded.event = event
        do {
            let first = try await attempt(run, loaded, remembered: [])
            guard case .interrupted = first.end else { return first }
        } catch StoreError.conflict {}
        return try await attempt(run, loaded, remembered: try await store.steps(of: run.id))
    }

    private func attempt(_ run: Run, _ loaded: LoadedWork, remembered: [Step]) async throws -> HookRunner.Attempt {
        let attempt = try await scripts.attempt(run, for: loaded, of: connection, on: connection.scripts, remembered: remembered)
        if !attempt.unwritten.isEmpty { try await store.remember(attempt.unwritten, of: run.id, doing: nil) }
        return attempt
    }

    private func withinDeadline(_ body: @escaping @Sendable () async throws -> HookRunner.Attempt) async throws -> HookRunner.Attempt? {
        try await withThrowingTaskGroup(of: HookRunner.Attempt?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await environment.clock.sleep(for: deadline)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// What the hook returned, on the wire. Checked here although the prelude has checked it: what comes out of a sandbox is not trusted.
    private static func response(_ value: JSON) -> WireResponse {
        var headers = HTTPFields()
        for (name, text) in value["headers"]?.members?.pairs ?? [] {
            guard isAllowed(name.lowercased()), let name = HTTPField.Name(name), let text = text.identifier, HTTPField.isValidValue(text) else {
                continue
            }
            headers[name] = text
        }
        // Scripts answer machines. If a person's browser is led here, nothing in the answer may run or reach this origin.
        headers[.contentSecurityPolicy] = "sandbox; default-src 'none'"
        headers[.xContentTypeOptions] = "nosniff"
        var status = value["status"]?.integer.map { Int(clamping: $0) } ?? 200
        if !(200...599).contains(status) { status = 500 }
        if let json = value["json"] {
            headers[.contentType] = headers[.contentType] ?? "application/json"
            return WireResponse(status, headers: headers, body: json.bytes())
        }
        if let text = value["text"]?.text {
            headers[.contentType] = headers[.contentType] ?? "text/plain; charset=utf-8"
            return WireResponse(status, headers: headers, body: Array(text.utf8))
        }
        return WireResponse(status, headers: headers)
    }

    /// Headers that say something about the answer itself; not those of the connection, of this origin, or of the servers in between.
    private static func isAllowed(_ name: String) -> Bool {
        let plain = [
            "content-type", "content-language", "cache-control", "etag", "last-modified", "location", "link", "retry-after", "www-authenticate",
        ]
        return plain.contains(name)
            || (name.hasPrefix("x-") && !name.hasPrefix("x-accel-") && name != "x-content-type-options" && name != "x-request-id")
    }
}

extension Intake {
    static func header(_ name: String, _ value: String) -> HTTPFields {
        guard let name = HTTPField.Name(name), HTTPField.isValidValue(value) else { return [:] }
        return [name: value]
    }
}
