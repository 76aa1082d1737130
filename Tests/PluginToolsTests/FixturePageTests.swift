import Foundation
import PluginTesting
import Plugins
import Testing

@testable import PluginTools

/// `docs/fixtures.md` explains every key that a fixture may have, and its whole examples pass.
@Suite("Documentation of fixtures")
struct FixturePageTests {
    private static let page = PluginHarness.repository.appending(path: "docs/fixtures.md")

    /// The page's whole fixtures, each with the plugin that it is a case of.
    private static func examples(_ text: String) -> [(plugin: String, fixture: String)] {
        text.matches(of: /<!-- plugin: (\w+) -->\n```yaml\n(.*?)```/.dotMatchesNewlines()).map { (String($0.1), String($0.2)) }
    }

    @Test("Every complete example in docs/fixtures.md passes")
    func itsExamplesPass() async throws {
        let examples = Self.examples(try String(contentsOf: Self.page, encoding: .utf8))
        #expect(examples.count == 3)
        for (name, text) in examples {
            let plugin = try PluginHarness.shipped(name)
            let result = try await PluginHarness.runner.run(plugin, Fixture(text: text, file: "\(name).yaml"))
            #expect(result.passed, "\(name): \(result.differences)")
        }
    }

    @Test("Every key that a fixture may have is in docs/fixtures.md")
    func everyKeyIsExplained() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let words = Set(text.matches(of: /[\w.]+/).map { String($0.0) })
        let keys = Fixture.keys + Fixture.deliveryKeys + Fixture.expectationKeys + FixtureStep.keys + FixtureStep.replyKeys + FixtureStep.errorKeys
        let missing = Set(keys + FixtureStep.calls + Fixture.Result.allCases.map(\.rawValue)).subtracting(words)
        #expect(missing.isEmpty)
    }
}
