import ConfigurationFiles
import Foundation
import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

/// `--update` writes what came, and never what a person would have to take back.
@Suite("Updating fixtures")
struct FixtureUpdateTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-update-\(UUID().uuidString)/bench")

    private func write(_ text: String, to name: String) throws {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private var written: String {
        FileManager.default.contents(atPath: folder.path + "/fixtures/case.yaml").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private func update(_ main: String, _ fixture: String) async throws -> PluginTest {
        try write(PluginHarness.manifest, to: "plugin.yaml")
        try write(main, to: "main.lua")
        try write(fixture, to: "fixtures/case.yaml")
        return try await PluginTest(folder: folder.path, updates: true)
    }

    private static let steps = """
        hook: on_event
        input: { path: /hook, body: { id: a-1 } }
        # Written by hand.
        steps:
          - expect: { http.get: { url: "https://api.example.test/a" } }
            reply: { status: 200, json: { name: Ana } }
          - expect: { http.get: { url: "https://api.example.test/b" } }
            reply: { status: 404 }
        expect: { result: skipped, reason: seen }

        """

    @Test(
        "A script that fails changes no file",
        arguments: [
            "return { on_event = function(event, ctx) error('broken') end }",
            "return { on_event = function(event, ctx) ctx.http.get('https://api.example.test/a') return nil .. 'x' end }",
            "return { on_event = function(event, ctx) while true do end end }", "return { on_update = function() end }", "return { on_event = ",
            "error('at load')",
        ]
    )
    func failures(_ main: String) async throws {
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        for fixture in [
            Self.steps, "hook: on_event\ninput: { path: /hook }\n",
            Self.steps.replacing("result: skipped, reason: seen", with: "error: { line: 99 }"),
        ] {
            let test = try await update(main, fixture)
            #expect(written == fixture)
            #expect(!test.passed && test.updated.isEmpty && test.kept.map(\.fixture) == ["case"])
        }
    }

    @Test("Steps that the script does not make any more stay, and the test says which")
    func stepsStay() async throws {
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        let main = "return { on_event = function(event, ctx) ctx.http.get('https://api.example.test/a') ctx.skip('seen') end }"
        let test = try await update(main, Self.steps)
        #expect(written == Self.steps)
        #expect(test.kept.first?.why.contains("steps[2], http.get") == true, "\(test.kept)")
    }

    @Test("A changed call and another end are written, with the answers that stood there")
    func writes() async throws {
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        let main = """
            return { on_event = function(event, ctx)
                local a = ctx.http.get('https://api.example.test/a')
                ctx.http.get('https://api.example.test/c')
                ctx.park(a.json.name)
            end }
            """
        let test = try await update(main, Self.steps)
        #expect(test.passed && test.kept.isEmpty, "\(test.results.first?.text ?? "")")
        for text in ["https://api.example.test/c", "status: 404", "name: Ana", "parked", "# Written by hand."] {
            #expect(written.contains(text), "\(written)")
        }
    }

    @Test("A case that says nothing of what must come fails, and an update writes it", arguments: ["", "expect: {}\n", "expect:\n"])
    func blank(_ expectation: String) async throws {
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        let main = "return { on_event = function(event, ctx) ctx.skip('seen') end }"
        let fixture = "hook: on_event\ninput: { path: /hook, body: { id: a-1 } }\n" + expectation
        try write(PluginHarness.manifest, to: "plugin.yaml")
        try write(main, to: "main.lua")
        try write(fixture, to: "fixtures/case.yaml")
        let before = try await PluginTest(folder: folder.path)
        #expect(!before.passed && before.results.first?.differences.map(\.path) == ["expect"])
        #expect(try await PluginCheck(folder: folder.path).problems.contains { $0.path == "expect" })
        let test = try await update(main, fixture)
        #expect(test.passed && written.contains("result: skipped") && written.contains("reason: seen"), "\(written)")
    }

    @Test("A failing case says once what failed")
    func once() async throws {
        let plugin = try PluginHarness.plugin("return { on_event = function(event, ctx) return event.body.none.more end }")
        let fixture = try Fixture(text: "hook: on_event\ninput: { path: /hook, body: {} }\nexpect: { result: done }\n", file: "case.yaml")
        let text = try await PluginHarness.runner.run(plugin, fixture).text
        #expect(text.components(separatedBy: "attempt to index").count == 2, "\(text)")
        #expect(text.contains(#"expected "done", found "failed""#), "\(text)")
    }
}
