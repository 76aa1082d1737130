public import Plugins
public import Screening

/// The result of a fixture.
public struct FixtureResult: Sendable {
    public let plugin: String
    public let name: String
    /// Everything that is not as expected; empty where the fixture passed.
    public let differences: [FixtureDifference]
    public let orders: [Order]
    /// The calls that were made, in order.
    public let steps: [DryRunCall]
    /// What was logged, redacted.
    public let logs: [JSON]
    public let end: HookEnd

    /// Whether everything was as expected.
    public var passed: Bool { differences.isEmpty }

    /// Whether it ended at a call that the fixture does not have.
    package var isSurprised: Bool {
        if case .failed(let failure) = end { failure.error.code == DryRunHost.surpriseCode } else { false }
    }

    /// `greenhouse/send_test: passed`, or the differences below each other; with the script's error where that is the reason.
    public var text: String {
        if passed { return "\(plugin)/\(name): passed" }
        var lines = ["\(plugin)/\(name): failed"]
        for difference in differences { lines += difference.description.split(separator: "\n").map { "  " + $0 } }
        if case .failed(let failure) = end, !isSurprised {
            lines += failure.text.split(separator: "\n").map { "  " + $0 }
        }
        return lines.joined(separator: "\n")
    }

    /// `{plugin, fixture, passed, differences, end}`
    public var json: JSON {
        [
            "plugin": .string(plugin), "fixture": .string(name), "passed": .bool(passed), "differences": .array(differences.map(\.json)),
            "end": end.json,
        ]
    }
}
