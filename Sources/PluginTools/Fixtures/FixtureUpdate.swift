public import ConfigurationFiles
import Foundation
package import Plugins
package import Screening

/// A fixture's file rewritten so that the plugin passes it: it expects what actually happened.
public struct FixtureUpdate: Sendable {
    public let file: String
    public let text: String

    /// Why a fixture is not rewritten: what came is nothing to expect, or something would be lost that only a person can write.
    package struct Refusal: Error, CustomStringConvertible {
        package let description: String
    }

    /// Runs a fixture with the answers it has, and writes the results into it. Only `steps` and `expect` change in the file; comments inside them are lost.
    /// - Parameter result: what came of the fixture as it stands.
    /// - Throws: ``Refusal``; `CancellationError`; ``ConfigurationProblems`` where the file cannot be read.
    package init(of fixture: Fixture, on connection: DryRunConnection, _ result: FixtureResult, by runner: FixtureRunner) async throws {
        file = fixture.file
        guard let old = TextFile.text(of: fixture.file) else {
            throw ConfigurationProblems([ConfigurationProblem(file: fixture.file, message: "the file cannot be read")])
        }
        let outcome = try await runner.near(fixture, on: connection)
        if case .failed(let failure) = outcome.end, !FixtureUpdate.isExpected(failure, by: fixture) {
            throw Refusal(description: "the script fails, and a failure is not what it is to expect")
        }
        guard outcome.end.result != nil else { throw Refusal(description: "the run was cut short") }
        var text = old
        if result.differences.contains(where: { $0.path.hasPrefix("steps") }) {
            let (steps, unused) = FixtureUpdate.steps(outcome.calls, old: fixture.steps)
            if let first = unused.first {
                let numbers = unused.map { "steps[\($0.number)]" }.joined(separator: ", ")
                throw Refusal(
                    description: "the script does not make every call of the steps any more (\(numbers), \(first.step.call)): "
                        + "take out by hand what is really gone"
                )
            }
            text = FixtureUpdate.replacing("steps", in: text, with: steps)
        }
        text = FixtureUpdate.replacing("expect", in: text, with: FixtureUpdate.expectation(outcome, old: fixture.expect, hook: fixture.hook ?? ""))
        self.text = text
    }

    /// Whether a failure is the one that the fixture is there to show.
    private static func isExpected(_ failure: HookFailure, by fixture: Fixture) -> Bool {
        guard fixture.expect.result == .failed, let error = fixture.expect.error else { return false }
        return JSONComparison().differences(error, failure.error.json, at: "").isEmpty
    }

    /// Writes the file.
    /// - Throws: ``ConfigurationProblems`` where it cannot be written.
    public func write() throws(ConfigurationProblems) {
        do { try Data(text.utf8).write(to: URL(filePath: file)) } catch {
            throw ConfigurationProblems([ConfigurationProblem(file: file, message: "the file cannot be written: \(error.localizedDescription)")])
        }
    }

    // MARK: What came

    /// What the script did, as the members that a fixture expects of it.
    static func expectation(_ outcome: FixtureRunner.Outcome, old: Fixture.Expectation, hook: String) -> JSON {
        var expect: JSON = [:]
        if old.orders != nil || !outcome.orders.isEmpty {
            let orders = outcome.orders.enumerated().map { index, order in
                let wanted = old.orders.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                return wanted.map { only($0, of: order.json) } ?? placement(order)
            }
            expect["orders"] = .array(orders)
        }
        expect["result"] = .string(outcome.end.result?.rawValue ?? "failed")
        switch outcome.end {
        case .done(let value): if hook.contains("/") || old.reply != nil { expect["reply"] = value }
        case .failed(let failure): expect["error"] = only(old.error ?? ["code": .null, "message": .null], of: failure.error.json)
        default:
            expect["reason"] = outcome.end.reason.map { .string($0) }
            if old.after != nil { expect["after"] = outcome.end.json["after"] }
        }
        if old.calls != nil { expect["steps"] = .array(outcome.calls.map { .string($0.name) }) }
        if let logs = old.logs {
            let wanted = logs.first ?? ["level": .null, "message": .null]
            expect["logs"] = .array(outcome.logs.map { only(wanted, of: $0) })
        }
        return expect
    }

    /// The calls to others that the script made, each with the answer that the fixture had for it; and the fixture's steps that no call is like.
    static func steps(_ calls: [DryRunCall], old: [FixtureStep]) -> (steps: JSON, unused: [(number: Int, step: FixtureStep)]) {
        var waiting = old.enumerated().map { (number: $0 + 1, step: $1) }
        let steps = calls.filter { $0.isOutward || $0.source == .step }.map { call -> JSON in
            var place = waiting.firstIndex { $0.step.isFor(call.name) && $0.step.differences(call.arguments, at: "").isEmpty }
            place = place ?? waiting.firstIndex { $0.step.isFor(call.name) }
            let step = place.map { waiting.remove(at: $0).step }
            var arguments = call.arguments
            arguments["method"] = nil
            if let step, step.arguments.members?.pairs.isEmpty == false { arguments = only(step.arguments, of: call.arguments) }
            var json: JSON = ["expect": .object(JSON.Members([(call.name, arguments)]))]
            switch step?.answer {
            case .reply(let reply)?: json["reply"] = reply
            case .error(let error)?: json["error"] = error.json
            case nil: json["reply"] = call.reply ?? (call.name.hasPrefix("http.") ? ["status": 200, "json": [:]] : .null)
            }
            return json
        }
        return (.array(steps), waiting)
    }

    /// The part of an order that a script decides.
    static func placement(_ order: Order) -> JSON {
        var json: JSON = ["external_id": .string(order.externalID), "package": .string(order.package), "candidate": order.candidate.json]
        if order.metadata.value.members?.pairs.isEmpty == false { json["metadata"] = order.metadata.value }
        return json
    }

    /// The members of `found` that `wanted` names, all the way down; lists as they came.
    private static func only(_ wanted: JSON, of found: JSON) -> JSON {
        guard let names = wanted.members, found.members != nil else { return found }
        return .object(
            JSON.Members(names.pairs.compactMap { name, value in found[name].map { (name, only(value, of: $0)) } })
        )
    }

    // MARK: The file

    /// The text with a top-level block rewritten; the block goes to the end where there was none.
    static func replacing(_ key: String, in text: String, with value: JSON) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        let isEmpty = value.items?.isEmpty == true
        let block = isEmpty ? [] : JSON.object(JSON.Members([(key, value)])).yaml().split(separator: "\n").map { String($0) }
        guard let start = lines.firstIndex(where: { $0.hasPrefix(key + ":") }) else {
            while lines.last?.isEmpty == true { lines.removeLast() }
            if key == "steps", let expect = lines.firstIndex(where: { $0.hasPrefix("expect:") }) {
                lines.insert(contentsOf: block, at: expect)
            } else {
                lines += block
            }
            return lines.joined(separator: "\n") + "\n"
        }
        var end = start + 1
        while end < lines.count, lines[end].first.map({ " \t-#".contains($0) }) ?? true { end += 1 }
        // Comments and blank lines before the next key are that key's.
        while end > start + 1, lines[end - 1].isEmpty || lines[end - 1].hasPrefix("#") { end -= 1 }
        lines.replaceSubrange(start..<end, with: block)
        return lines.joined(separator: "\n") + (lines.last?.isEmpty == true ? "" : "\n")
    }
}

extension FixtureRunner {
    /// What a run did, regardless of what was expected.
    package struct Outcome: Sendable {
        package let end: HookEnd
        package let orders: [Order]
        package let calls: [DryRunCall]
        package let logs: [JSON]
    }

    /// Runs a fixture's input with approximate answers: the step that fits, else the first for the same call and URL, else a default answer.
    func near(_ fixture: Fixture, on connection: DryRunConnection) async throws -> Outcome {
        let hook = fixture.hook ?? "on_event"
        let (attempt, asked) = try await attempt(connection, hook, fixture) { input in
            DryRunHost(connection, input: input, now: fixture.now, steps: fixture.steps, stubs: [], isNear: true)
        }
        return Outcome(end: attempt.end, orders: asked.orders, calls: asked.calls, logs: attempt.logs)
    }
}
