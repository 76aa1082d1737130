import Foundation
import PluginTesting
import Plugins
import Testing

@testable import PluginTools

/// Every fixture of every plugin in `plugins/`, as an integrator's `plugin test` runs them.
@Suite("Fixtures of the shipped plugins")
struct PluginFixtureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let plugin: Plugin
        let fixture: Fixture
        var testDescription: String { "\(plugin.name)/\(fixture.name)" }
    }

    private static let folder = PluginHarness.repository.appending(path: "plugins").path

    static let cases: [Case] = ((try? Plugin.all(in: [folder])) ?? [:]).values.sorted { $0.name < $1.name }.flatMap { plugin in
        ((try? plugin.fixtures()) ?? []).map { Case(plugin: plugin, fixture: $0) }
    }

    @Test("Every shipped plugin can be read and has fixtures")
    func everyPluginAndFixtureCanBeRead() throws {
        let plugins = try Plugin.all(in: [Self.folder])
        #expect(!plugins.isEmpty)
        for plugin in plugins.values { #expect(try !plugin.fixtures().isEmpty, "\(plugin.name) has no fixtures") }
    }

    @Test("Every shipped script compiles and defines at least one hook or route")
    func everyScriptCompilesAndDescribesItself() async throws {
        for plugin in try Plugin.all(in: [Self.folder]).values {
            for script in [plugin.main] + plugin.modules { #expect(try await PluginHarness.hooks.check(script) == nil) }
            let hooks = try await PluginHarness.hooks.describe(plugin.scripts(), plugin: plugin.name, connection: "test")
            #expect(!hooks.hooks.isEmpty || !hooks.routes.isEmpty)
        }
    }

    @Test("Every shipped fixture passes", arguments: cases)
    func passes(_ one: Case) async throws {
        let result = try await PluginHarness.runner.run(one.plugin, one.fixture)
        #expect(result.passed, "\(result.text)")
    }

    @Test("All fixtures of a plugin run together pass, with results in their order")
    func allOfAPluginAtOnceGiveTheSameInOrder() async throws {
        let plugin = try #require(try Plugin.all(in: [Self.folder])["webhook"])
        let fixtures = try plugin.fixtures()
        let results = try await PluginHarness.runner.run(plugin, fixtures)
        #expect(results.map(\.name) == fixtures.map(\.name))
        #expect(results.filter { !$0.passed }.map(\.name) == [])
    }
}
