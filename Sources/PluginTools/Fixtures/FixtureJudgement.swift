package import Plugins
package import Screening

/// Compares what a run did with what its fixture expects.
struct FixtureJudgement {
    let fixture: Fixture
    let hook: String
    let end: HookEnd
    let asked: DryRunHost.State
    let logs: [JSON]

    var differences: [FixtureDifference] {
        // After a call that the fixture does not have, later differences mean nothing.
        if case .failed(let failure) = end, failure.error.code == DryRunHost.surpriseCode { return asked.differences }
        return asked.differences + leftOver + expectation
    }

    /// How it ended and what came of it beside what is expected, whatever was asked on the way.
    var expectation: [FixtureDifference] {
        fixture.expect.isMissing ? [FixtureDifference(path: "expect", message: Fixture.missingExpectation)] : ending + outcome
    }

    private var leftOver: [FixtureDifference] {
        asked.waiting.map { number, step in
            FixtureDifference(path: "steps[\(number)]", message: "expected \(step.call), but the script never made this call")
        }
    }

    private var ending: [FixtureDifference] {
        let expect = fixture.expect
        guard end.result == expect.result else {
            // What failed is told beside the differences, with its line.
            let found = end.result == .failed ? .string("failed") : end.json
            return [FixtureDifference(path: "expect.result", expected: .string(expect.result.rawValue), found: found)]
        }
        var found: [FixtureDifference] = []
        if let reason = expect.reason { found += JSONComparison().differences(.string(reason), JSON(end.reason), at: "expect.reason") }
        if let after = expect.after { found += JSONComparison().differences(after, end.json["after"], at: "expect.after") }
        if let error = expect.error { found += JSONComparison().differences(error, end.json["error"], at: "expect.error") }
        if let reply = expect.reply { found += differences(ofReply: reply) }
        return found
    }

    // The ATS reads a route's body member by member, so extra members count as differences.
    private func differences(ofReply reply: JSON) -> [FixtureDifference] {
        guard case .done(let value) = end else { return [FixtureDifference(path: "expect.reply", expected: reply)] }
        guard hook.contains("/") else { return JSONComparison().differences(reply, value, at: "expect.reply") }
        var (rest, given) = (reply, value)
        rest["json"] = nil
        given["json"] = nil
        var found = JSONComparison().differences(rest, given, at: "expect.reply")
        if let json = reply["json"] { found += JSONComparison(isExact: true).differences(json, value["json"], at: "expect.reply.json") }
        return found
    }

    private var outcome: [FixtureDifference] {
        let expect = fixture.expect
        var found: [FixtureDifference] = []
        if let orders = expect.orders {
            found += list(orders, asked.orders.map(\.json), at: "expect.orders", brief: ["external_id", "package", "account"])
        }
        if let calls = expect.calls {
            found += JSONComparison().differences(.array(calls.map { .string($0) }), .array(asked.calls.map { .string($0.name) }), at: "expect.steps")
        }
        if let expected = expect.logs { found += list(expected, logs, at: "expect.logs", brief: ["level", "message", "fields"]) }
        return found
    }

    /// Compares lists; where their lengths differ, shows of what came the `brief` members and those that were expected.
    private func list(_ expected: [JSON], _ found: [JSON], at path: String, brief: [String]) -> [FixtureDifference] {
        guard expected.count != found.count else { return JSONComparison().differences(.array(expected), .array(found), at: path) }
        let names = Set(brief + expected.flatMap { $0.members?.pairs.map(\.name) ?? [] })
        let shown = found.map { item in
            JSON.object(JSON.Members((item.members?.pairs ?? []).filter { names.contains($0.name) }.map { ($0.name, $0.value) }))
        }
        return [FixtureDifference(path: path, expected: .array(expected), found: .array(shown))]
    }
}

extension HookEnd {
    /// The word that fixtures use; nil for an attempt that was cut short.
    var result: Fixture.Result? {
        switch self {
        case .done: .done
        case .skipped: .skipped
        case .rejected: .rejected
        case .parked: .parked
        case .retry: .retry
        case .failed: .failed
        case .interrupted: nil
        }
    }

    /// What was said when it ended; nil for a hook that returned.
    var reason: String? {
        switch self {
        case .done: nil
        case .skipped(let why), .rejected(let why), .parked(let why), .retry(_, let why), .interrupted(let why): why
        case .failed(let failure): failure.error.message
        }
    }

    /// `{kind, value · reason · after · error}`
    package var json: JSON {
        var json: JSON = ["kind": .string(result?.rawValue ?? "interrupted")]
        switch self {
        case .done(let value): json["value"] = value
        case .failed(let failure): json["error"] = failure.error.json
        case .retry(let after, let why):
            json["reason"] = .string(why)
            json["after"] = after.map { .double(Double($0.wholeMilliseconds) / 1000) }
        default: json["reason"] = reason.map { .string($0) }
        }
        return json
    }
}
