import Crypto
import LuaRuntime
import Screening

/// Answers a run's host calls, each exactly once.
///
/// Calls are numbered in the order in which the script makes them. A call that an earlier attempt has made gets the answer it got then; a new one
/// is made and remembered. A call that changes something outside is recorded before it is made; answers that only this process has seen are written
/// with the next step that must be recorded, or at the end of the run. The answer of a call that changed something is written before anything else is waited
/// for: with the end of the run, where the script comes to it at once.
actor ScriptJournal {
    private let run: String
    private let remembered: [Int: Step]
    private let limits: ScriptLimits
    private let host: any ScriptHost
    /// Where steps are remembered; nil where they are not.
    private let memory: (any RememberingScriptHost)?
    /// Who answers calls in place of the host; nil where they are done.
    private let stubs: (any StubbingScriptHost)?
    /// Finds the connection's secrets in replies.
    private lazy var scrubber = scrubbers.scrubber(of: connection, host.secrets)
    private let scrubbers: Scrubbers
    /// Whose secrets they are.
    private let connection: String
    private var number = 0
    private var budget: RunBudget
    /// CPU time that the host has spent on the run's replies and that was not charged yet.
    private var uncharged = Duration.zero
    /// The failure that ends the run even if the script catches the error at its line; nil while there is none.
    private(set) var fatal: AttemptFailure?
    /// The personal values in the answers that the script got; none of them may appear in what the script reports.
    private(set) var replies = Redactor.Replies()
    private var pending: [Step] = []
    /// Whether the answer of a call that changed something outside is among what is not recorded yet.
    private var owesAnswer = false
    /// Calls of this attempt whose failure may pass: sent again should the run be tried again.
    private var mayPass: Set<Int> = []
    private var done: [Int: Step] = [:]
    /// What the script named so far.
    private(set) var subjects = RunSubjects()
    /// What was only read since the run last changed something.
    private var sinceAct: [Int: Step] = [:]
    /// Which branch the run is on: counts how often an attempt made a call again that was answered before, or another one. From there on the script may
    /// legitimately make other calls: steps of an earlier branch may be replaced by them, those of the present one never.
    private var branch = 0
    /// Whether this attempt has begun a branch of its own.
    private var hasBranched = false

    init(_ call: HookCall, remembered: [Step], host: any ScriptHost, scrubbers: Scrubbers) {
        run = call.run.id
        connection = call.connection
        limits = call.limits
        self.scrubbers = scrubbers
        self.remembered = Dictionary(remembered.map { ($0.number, $0) }) { $1 }
        budget = RunBudget(limits)
        self.host = host
        memory = host as? any RememberingScriptHost
        stubs = host as? any StubbingScriptHost
    }

    /// Answers one call: `{"value":…}`, or `{"error":…}` which the prelude raises at the script's line.
    private func answer(_ call: HostCall) async throws -> [UInt8] {
        // The first time it is an error at the script's line; a script that catches it and calls again is stopped.
        if let fatal { throw fatal }
        number += 1
        guard number <= limits.steps else {
            return refuse(AttemptFailure("step_limit", "the run made more than \(limits.steps) host calls", retryable: false))
        }
        guard let arguments = try? JSON(parsing: call.args) else {
            return ScriptJournal.errorReply(HostCallError("bad_request", "\(call.op): a number or text in the arguments is not allowed in JSON"))
                .bytes()
        }
        var step = Step(
            number: number,
            kind: call.op,
            requestHash: ScriptJournal.hash(call.op, call.args),
            request: arguments,
            at: host.clock.now()
        )
        step.branch = branch
        step.place = call.place.map { Step.Place(script: $0.script, line: $0.line) }
        if let before = remembered[number] {
            if before.requestHash == step.requestHash {
                branch = max(branch, before.branch)
                step.branch = branch
                if let reply = before.reply, !before.repeatable { return answer(before, reply.value, at: step.place) }
                step.attempts = before.attempts + 1
                // The new answer may lead the script down another path than last time. It is remembered under the new branch with its first word, so that
                // whoever goes on after a crash knows it, too.
                if before.reply != nil { branchOff(&step) }
            } else if before.repeatable || before.branch < branch {
                branchOff(&step)
            } else {
                return refuse(.nondeterministic(step, before))
            }
        }
        let reply = try await perform(&step)
        note(made: step)
        return heard(reply, call.op)
    }

    /// Begins a branch with a step, unless this attempt has begun one.
    private func branchOff(_ step: inout Step) {
        if !hasBranched { branch = (remembered.values.map(\.branch).max() ?? 0) + 1 }
        hasBranched = true
        step.branch = branch
    }

    /// Gives the answer of an earlier attempt again.
    /// - Parameter place: where the script makes the call now: another version of it may make the same call elsewhere.
    private func answer(_ before: Step, _ reply: JSON, at place: Step.Place?) -> [UInt8] {
        // The host ended after the answer was written and before the attempt's end, which would have marked it.
        if before.mayPass { keep(toMark: before) }
        var step = before
        step.branch = max(before.branch, branch)
        if let place, before.place != nil { step.place = place }
        if step != before { settle(step) }
        note(made: before)
        return heard(reply, before.kind)
    }

    private func note(made step: Step) {
        subjects.add(step)
        if step.isAct { sinceAct = [:] } else if step.isAskedAnew { sinceAct[step.number] = step }
    }

    /// Ends the run with an error at the script's line; a script that catches it and calls again is stopped.
    private func refuse(_ failure: AttemptFailure) -> [UInt8] { exceed(failure).bytes() }

    private func exceed(_ failure: AttemptFailure) -> JSON {
        fatal = failure
        return ScriptJournal.errorReply(
            HostCallError(failure.code, failure.message, expected: failure.expected, found: failure.found, hint: failure.hint)
        )
    }

    /// Answers one call as ``answer(_:)`` does, and counts both against what the run may make the host hold: where that was too much the answer is an
    /// error, although what the call did is recorded. Also returns the CPU time that the host has spent on the run since it was last asked.
    func counted(_ call: HostCall) async throws -> (reply: [UInt8], spent: Duration) {
        let reply = try await answer(call)
        defer { uncharged = .zero }
        return (counted(call, reply), uncharged)
    }

    private func counted(_ call: HostCall, _ reply: [UInt8]) -> [UInt8] {
        guard let failure = budget.count(step: call.args.count + reply.count), fatal == nil else { return reply }
        return exceed(failure).bytes()
    }

    private func keep(toMark step: Step) {
        mayPass.insert(step.number)
        done[step.number] = step
    }

    /// The reply as the script gets it, and counted.
    private func heard(_ reply: JSON, _ kind: String) -> [UInt8] {
        if kind == "orders.place" { budget.count(placed: reply) }
        let bytes = reply.bytes()
        // The names of packages are not personal data.
        if kind != "packages" { replies.add(reply, size: bytes.count) }
        return bytes
    }

    /// The steps to write with the run's new state. Failures that may pass are marked: should the run be tried again, they are sent again.
    /// - Parameters:
    ///   - looksAgain: whether the next attempt is to ask anew what was only read since the run last changed something.
    ///   - isWhole: whether the script came to an end of its own: earlier attempts' steps beyond that are no part of the run any more.
    func unwritten(looksAgain: Bool, isWhole: Bool) -> [Step] {
        var steps = Dictionary(pending.map { ($0.number, $0) }) { $1 }
        for number in mayPass.union(looksAgain ? Array(sinceAct.keys) : []) {
            guard var step = steps[number] ?? sinceAct[number] ?? done[number] else { continue }
            step.repeatable = true
            steps[number] = step
        }
        if isWhole {
            for var step in remembered.values where step.number > number && !step.isLeftBehind {
                step.branch = Step.leftBehind
                steps[step.number] = step
            }
        }
        return steps.values.sorted { $0.number < $1.number }
    }

    // MARK: Doing

    private func perform(_ step: inout Step) async throws -> JSON {
        let arguments = step.request.value
        do {
            if let answer = try await stubs?.stub(for: step.kind, arguments) { return note(&step, answer) }
            if Step.waitsUnrecorded(step.kind) { try await writeOwedAnswer() }
            switch step.kind {
            case "now": return note(&step, .double(Double(host.clock.now().milliseconds) / 1000))
            case "uuid": return note(&step, .string(host.uuid()))
            case "random": return note(&step, .double(host.random.fraction()))
            case "hmac": return note(&step, try host.hmac(arguments))
            case "packages": return note(&step, .array(try await connection(for: step).packages(account: arguments["account"]?.text).map(\.json)))
            case "orders.get": return note(&step, try await connection(for: step).order(id: arguments["id"]?.text ?? "")?.json ?? .null)
            case "orders.find": return try await find(&step, arguments)
            case "kv.get":
                guard let host = host as? any ValueScriptHost else { throw host.error(of: step.kind) }
                return note(&step, try await host.value(key: arguments["key"]?.text ?? "") ?? .null)
            case "kv.set", "kv.delete": return try await keep(&step, arguments)
            case "orders.place": return try await place(&step, arguments)
            case "orders.cancel":
                let connection = try connection(for: step)
                try await begin(&step)
                let answer = note(&step, try await connection.cancel(order: arguments["id"]?.text ?? "", reason: arguments["reason"]?.text))
                try await write()
                return answer
            case "http": return try await http(&step, arguments)
            default: throw HostCallError("unknown_call", "the host does not know the call \(step.kind)")
            }
        } catch let error as HostCallError {
            step.reply = Personal(ScriptJournal.errorReply(error))
            settle(step)
            return ScriptJournal.errorReply(error)
        }
    }

    /// The host, for a call that only a connection's scripts can make.
    /// - Throws: ``HostCallError`` where the script is not a connection's.
    private func connection(for step: Step) throws(HostCallError) -> any ConnectionScriptHost {
        guard let connection = host as? any ConnectionScriptHost else { throw host.error(of: step.kind) }
        return connection
    }

    /// Completes a step whose answer is recorded later.
    private func note(_ step: inout Step, _ value: JSON) -> JSON {
        let reply: JSON = ["value": value]
        step.reply = Personal(reply)
        step.milliseconds = Int((host.clock.now() - step.at).wholeMilliseconds)
        settle(step)
        return reply
    }

    private func settle(_ step: Step) {
        pending.removeAll { $0.number == step.number }
        pending.append(step)
        // Keep it only if it may have to be marked for sending again.
        if mayPass.contains(step.number) { done[step.number] = step }
    }

    /// Records that a step is about to be performed, with everything not recorded yet.
    private func begin(_ step: inout Step) async throws {
        _ = try await memory?.remember(pending + [step], doing: nil)
        forgetRecorded()
    }

    /// Records what is not recorded yet.
    private func write() async throws {
        _ = try await memory?.remember(pending, doing: nil)
        forgetRecorded()
    }

    private func forgetRecorded() {
        pending = []
        owesAnswer = false
    }

    /// Records the answer of a call that changed something outside, where it is not recorded yet: for a run that comes to no end here.
    func writeOwedAnswer() async throws {
        if owesAnswer { try await write() }
    }

    private func keep(_ step: inout Step, _ arguments: JSON) async throws -> JSON {
        let connection = try connection(for: step)
        guard let key = arguments["key"]?.text, !key.isEmpty, key.utf8.count <= 200 else {
            throw HostCallError("invalid_field", "\(step.kind): the key must be text of 1 to 200 bytes", path: "key")
        }
        let value = step.kind == "kv.delete" ? nil : arguments["value"]
        guard (value?.bytes().count ?? 0) <= 64 << 10 else {
            throw HostCallError("too_large", "kv.set: the value is larger than 64 KB", path: "value")
        }
        let lifetime = try arguments["ttl"]?.number.map { seconds -> Duration in
            guard seconds > 0, seconds <= 10 * 365 * 86_400 else {
                throw HostCallError("invalid_field", "kv.set: ttl must be more than 0 and at most ten years, in seconds", path: "ttl")
            }
            return .milliseconds(Int64(seconds * 1000))
        }
        let reply: JSON = ["value": .null]
        step.reply = Personal(reply)
        step.milliseconds = 0
        // Not among what is recorded before it is done: an answer that is written while this is not must not take it for done.
        _ = try await connection.remember(pending + [step], doing: connection.keeping(value, key: key, for: lifetime))
        forgetRecorded()
        return reply
    }

    private func find(_ step: inout Step, _ arguments: JSON) async throws -> JSON {
        let connection = try connection(for: step)
        let externalID = arguments["external_id"]?.text ?? ""
        let isWithdrawal = arguments["withdrawn"]?.boolean == true
        // Noted before the look: an order that is placed meanwhile finds the withdrawal, or is found here.
        if isWithdrawal, let effect = connection.withdrawing(externalID) {
            _ = try await connection.remember(pending + [step], doing: effect)
            forgetRecorded()
        }
        guard let order = try await connection.order(externalID: externalID) else { return note(&step, .null) }
        if isWithdrawal, let ending = try await connection.ending(withdrawing: order) { return note(&step, ["ends": ending]) }
        return note(&step, order.json)
    }

    private func place(_ step: inout Step, _ arguments: JSON) async throws -> JSON {
        let connection = try connection(for: step)
        if let failure = budget.anotherOrder {
            let error = exceed(failure)
            step.reply = Personal(error)
            settle(step)
            return error
        }
        let order = try await connection.draft(arguments)
        step.milliseconds = 0
        if let ending = try await connection.ending(placingErased: order) { return note(&step, ["ends": ending]) }
        // What the ATS says at present happens now.
        let isPresent = arguments["present"]?.boolean == true
        let asked = isPresent ? Occurrence(occurredAt: step.at, receivedAt: step.at) : connection.occurrence
        let reorder = arguments["reorder"]?.boolean == true ? Reorder(endedBefore: connection.happenedAt) : nil
        if let asked, let ending = try await connection.ending(placing: order, asked: asked, reorder) { return note(&step, ["ends": ending]) }
        @Sendable func reply(_ placed: Order) -> JSON {
            var json = placed.json
            json["created"] = .bool(placed.id == order.id)
            return ["value": json]
        }
        let placed = try await connection.remember(pending + [step], doing: .place(order, asked: asked, reorder: reorder, reply: reply))
        forgetRecorded()
        let reply = reply(placed ?? order)
        step.reply = Personal(reply)
        return reply
    }

    private func http(_ step: inout Step, _ arguments: JSON) async throws -> JSON {
        guard let host = host as? any HTTPScriptHost else { throw host.error(of: step.kind) }
        try host.check(http: arguments)
        // The request belongs to it: a call that takes another one's place must not get that one's answer, also after a crash.
        let key = "\(run)-\(step.number)-\(step.requestHash.prefix(8))"
        let exchange = try ScriptExchange(arguments, secrets: host.secrets, key: key, at: host.clock.now()) { url, places throws(HostCallError) in
            try host.judge(url, places)
        }
        if exchange.isRead { try await writeOwedAnswer() } else { try await begin(&step) }
        do {
            let response = try await host.send(exchange.request)
            if Step.mayPass(status: response.status) { mayPass.insert(step.number) }
            if let failure = budget.count(reply: response.body.count) {
                return try await recorded(&step, exceed(failure), isRead: exchange.isRead)
            }
            let made: ScriptReply
            do { made = try await ScriptReply.make(of: response, limit: limits.replyBytes, scrubber) } catch {
                return try await recorded(&step, ScriptJournal.errorReply(error), isRead: exchange.isRead)
            }
            uncharged += made.cost
            if let failure = budget.count(cpu: made.cost) { return try await recorded(&step, exceed(failure), isRead: exchange.isRead) }
            let reply = note(&step, made.value)
            if response.body.count > 256 << 10 { try await write() } else if !exchange.isRead { owesAnswer = true }
            return reply
        } catch let error as TransportError {
            if error.kind == .refused { throw HostCallError("url_refused", exchange.shown(error.message)) }
            if error.kind == .tooLarge {
                let refused = HostCallError("reply_too_large", exchange.shown(error.message))
                return try await recorded(&step, ScriptJournal.errorReply(refused), isRead: exchange.isRead)
            }
            mayPass.insert(step.number)
            let message = exchange.shown(error.message)
            let reply = note(&step, ["error": .string(message)])
            guard exchange.returnsErrors else { throw AttemptFailure("connection_failed", message, retryable: true) }
            return reply
        } catch let failure as AttemptFailure {
            let failure = failure.saying(exchange.shown(failure.message))
            guard exchange.returnsErrors else { throw failure }
            mayPass.insert(step.number)
            return note(&step, ["error": .string(failure.message)])
        }
    }

    /// Records an error in place of an answer that came: what the call did is done, and is not done again, not by a person's retry either.
    private func recorded(_ step: inout Step, _ error: JSON, isRead: Bool) async throws -> JSON {
        var error = error
        error["made"] = true
        step.reply = Personal(error)
        mayPass.remove(step.number)
        settle(step)
        if !isRead { try await write() }
        return error
    }

    private static func hash(_ kind: String, _ arguments: [UInt8]) -> String {
        var hasher = SHA256()
        hasher.update(data: Array(kind.utf8) + [0])
        hasher.update(data: arguments)
        return Array(hasher.finalize()).hex
    }

    private static func errorReply(_ error: HostCallError) -> JSON { ["error": error.json] }
}

extension Step {
    /// Whether a call waits for something before anything is recorded with it.
    fileprivate static func waitsUnrecorded(_ kind: String) -> Bool {
        ["packages", "orders.get", "orders.find", "orders.place", "kv.get"].contains(kind)
    }

    /// Whether the call failed in a way that may be temporary: no connection, or an answer that asks to try again.
    fileprivate var mayPass: Bool {
        guard kind == "http", let value = reply?.value["value"] else { return false }
        return value["status"]?.integer.map { Step.mayPass(status: Int($0)) } ?? (value["error"]?.text != nil)
    }

    fileprivate static func mayPass(status: Int) -> Bool { [408, 425, 429].contains(status) || status >= 500 }
}
