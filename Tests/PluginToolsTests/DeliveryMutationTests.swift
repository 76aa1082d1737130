import Foundation
import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

/// What ATSs really send: each member of a delivery, and of what is read for it, missing, null, of another kind, under another name, misspelt.
///
/// Nobody is ordered twice, nobody's screening is cancelled for it, and what comes to nothing says why.
@Suite("Deliveries that are not as documented")
struct DeliveryMutationTests {
    enum Change: String, CaseIterable, Sendable {
        case missing
        case null
        case list
        case object
        case number
        case renamed
        case misspelt

        /// Whether the member is still there and says something else, so that another end may be right.
        var saysSomethingElse: Bool { self == .misspelt || self == .number }
    }

    /// A case whose delivery orders or cancels.
    struct Case: Sendable, CustomTestStringConvertible {
        let plugin: Plugin
        let fixture: Fixture
        var testDescription: String { "\(plugin.name)/\(fixture.name)" }
        var cancels: Bool { fixture.steps.contains { $0.call == "orders.cancel" } }
    }

    static let cases: [Case] = ((try? Plugin.all(in: [PluginHarness.repository.appending(path: "plugins").path])) ?? [:]).values
        .filter { $0.manifest.kind == .ats }
        .sorted { $0.name < $1.name }
        .flatMap { plugin in
            let all = ((try? plugin.fixtures()) ?? []).filter { $0.input["body"]?.members != nil && $0.expect.result == .done }
                .map { Case(plugin: plugin, fixture: $0) }
            let ordering = all.filter { !($0.fixture.expect.orders ?? []).isEmpty }
            return ordering.prefix(4) + all.filter(\.cancels).prefix(3)
        }

    private func run(_ one: Case, _ fixture: Fixture) async throws -> FixtureRunner.Outcome {
        let connection = DryRunConnection(
            id: "test",
            plugin: one.plugin,
            scripts: nil,
            accounts: ["account"],
            settings: fixture.settings ?? [:],
            secrets: [:]
        )
        return try await PluginHarness.runner.outcome(of: fixture.hook ?? "on_event", connection, fixture)
    }

    /// The fixture with one change, wherever it can be made: in the delivery, and in what is answered to reads.
    private func variants(_ fixture: Fixture) -> [(String, Change, Fixture)] {
        var variants: [(String, Change, Fixture)] = []
        for change in Change.allCases {
            for (path, body) in (fixture.input["body"] ?? .null).changed(change) {
                var variant = fixture
                variant.input["body"] = body
                variants.append(("body" + path, change, variant))
            }
            for (index, step) in fixture.steps.enumerated() where step.call == "http.get" {
                guard case .reply(let reply) = step.answer, let json = reply["json"] else { continue }
                for (path, changed) in json.changed(change) {
                    var (variant, answer) = (fixture, reply)
                    answer["json"] = changed
                    variant.steps[index] = FixtureStep(step.call, step.arguments, answer: .reply(answer))
                    variants.append(("read" + path, change, variant))
                }
            }
        }
        return variants
    }

    private func problem(_ one: Case, _ change: Change, _ outcome: FixtureRunner.Outcome) -> String? {
        let cancelled = outcome.calls.contains { $0.name == "orders.cancel" }
        if outcome.orders.count > 1 { return "ordered \(outcome.orders.count) times" }
        if one.cancels, !outcome.orders.isEmpty { return "ordered somebody who is withdrawn" }
        if !one.cancels, cancelled { return "cancelled" }
        switch outcome.end {
        case .done(let reply) where (reply["status"]?.integer ?? 200) >= 400:
            return reply["json"]?["message"]?.text == nil ? "refused without a message" : nil
        case .done:
            return one.cancels ? cancelled ? nil : "done, and not cancelled" : outcome.orders.isEmpty ? "done, and not ordered" : nil
        case .skipped(let why):
            return why.isEmpty || !change.saysSomethingElse ? "skipped: \(why)" : nil
        case .rejected(let why), .parked(let why), .retry(_, let why): return why.isEmpty ? "no reason" : nil
        case .failed(let failure): return "failed: \(failure.error.message)"
        case .interrupted(let why): return "interrupted: \(why)"
        }
    }

    @Test("Whatever a member becomes, nobody is ordered twice or cancelled, and a reason is given", arguments: cases)
    func changed(_ one: Case) async throws {
        let first = try await run(one, one.fixture)
        #expect(problem(one, .null, first) == nil, "\(first.end)")
        let problems = try await withThrowingTaskGroup(of: String?.self) { group in
            for (path, change, variant) in variants(one.fixture) {
                group.addTask {
                    problem(one, change, try await run(one, variant)).map { "\(path) \(change): \($0)" }
                }
            }
            return try await group.reduce(into: [String]()) { list, found in if let found { list.append(found) } }
        }
        #expect(problems.sorted() == [])
    }
}

extension JSON {
    /// The value with one member changed, for every member at every depth.
    fileprivate func changed(_ change: DeliveryMutationTests.Change) -> [(String, JSON)] {
        switch self {
        case .object(let members):
            return members.pairs.flatMap { name, value -> [(String, JSON)] in
                var changes = value.changed(change).map { path, inner -> (String, JSON) in
                    var copy = members
                    copy[name] = inner
                    return (".\(name)\(path)", .object(copy))
                }
                if let other = value.replaced(change) {
                    var copy = members
                    copy[name] = change == .missing || change == .renamed ? nil : other
                    if change == .renamed { copy[name + "_x"] = value }
                    changes.append((".\(name)", .object(copy)))
                }
                return changes
            }
        case .array(let items):
            return items.enumerated().flatMap { index, item in
                item.changed(change).map { path, inner -> (String, JSON) in
                    var copy = items
                    copy[index] = inner
                    return ("[\(index + 1)]\(path)", .array(copy))
                }
            }
        default: return []
        }
    }

    private func replaced(_ change: DeliveryMutationTests.Change) -> JSON? {
        switch change {
        case .missing, .renamed: .null
        case .null: isNull ? nil : .null
        case .list: items == nil ? [.string("x")] : .string("x")
        case .object: members == nil ? ["x": 1] : [self]
        case .number: number == nil ? 7 : .string("seven")
        case .misspelt: text.map { .string($0 + "x") }
        }
    }
}
