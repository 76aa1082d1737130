import Foundation
import LuaRuntime
import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

/// The overlays that the documentation shows do what it says, on the shipped plugins, and are as short as it says.
@Suite("Overlays")
struct OverlayTests {
    private static let page = PluginHarness.repository.appending(path: "docs/overlays.md")

    /// The Lua blocks of the page, by the heading that they stand under.
    private func shown() throws -> [String: String] {
        var blocks: [String: String] = [:]
        var heading = ""
        var block: [Substring]?
        for line in try String(contentsOf: Self.page, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("## ") { heading = String(line.dropFirst(3)) }
            if line == "```lua" {
                block = []
            } else if line == "```", let lines = block {
                blocks[heading] = lines.joined(separator: "\n")
                block = nil
            } else {
                block?.append(line)
            }
        }
        return blocks
    }

    private func run(_ heading: String, _ plugin: String, hook: String, input: JSON, settings: JSON, steps: [FixtureStep]) async throws
        -> FixtureResult
    {
        let source = try #require(try shown()[heading])
        #expect(source.split(separator: "\n").count < 10, "\(heading)")
        let plugin = try PluginHarness.shipped(plugin)
        let overlay = Script(name: "overlay", chunk: "acme.lua", source: source)
        #expect(PluginLint(overlay: overlay, on: plugin, file: "acme.lua").problems.isEmpty)
        var fixture = Fixture(name: heading, hook: hook, input: input, settings: settings)
        fixture.steps = steps
        return try await PluginHarness.runner.run(plugin, fixture, scripts: plugin.scripts(overlay: overlay))
    }

    private static let delivery: JSON = [
        "path": "/",
        "body": [
            "external_id": "application-101", "site": "Leeds",
            "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test", "phone": "01632 960000"],
        ],
    ]

    @Test("Another field chooses the package")
    func package() async throws {
        let result = try await run(
            "Another field chooses the package",
            "webhook",
            hook: "on_event",
            input: Self.delivery,
            settings: Self.settings,
            steps: []
        )
        #expect(result.orders.map(\.package) == ["pkg_north"], "\(result.text)")
    }

    @Test("A route answers otherwise, whatever it is sent")
    func route() async throws {
        let start = "POST /assessment.start"
        let plugin = try PluginHarness.shipped("ashby")
        let fixture = try #require(try plugin.fixtures().first { $0.name == "start" })
        var input = fixture.input
        input["body"]?["job"] = ["name": "Driver"]
        let missing = FixtureStep("orders.find", [:], answer: .reply(.null))
        let result = try await run("A route answers otherwise", "ashby", hook: start, input: input, settings: [:], steps: [missing])
        #expect(result.orders.map(\.package) == ["pkg_driver"], "\(result.text)")
        for body: JSON in [.null, 5, [], ["job": []], ["job": "Driver"]] {
            let odd = try await run("A route answers otherwise", "ashby", hook: start, input: ["body": body], settings: [:], steps: [])
            if case .rejected = odd.end {} else { Issue.record("\(odd.text)") }
        }
    }

    @Test("A telephone number without its country")
    func phone() async throws {
        let result = try await run(
            "A default country for telephone numbers",
            "webhook",
            hook: "on_event",
            input: Self.delivery,
            settings: Self.settings,
            steps: []
        )
        #expect(result.orders.first?.candidate.phone?.value == "+441632960000", "\(result.text)")
    }

    @Test("One more note")
    func note() async throws {
        let plugin = try PluginHarness.shipped("lever")
        let update = try #require(try plugin.fixtures().first { $0.name == "update_completed" })
        let more = FixtureStep("http.post", ["json": ["value": "Please book the next interview."]], answer: .reply(["status": 201, "json": [:]]))
        let result = try await run(
            "One more note",
            "lever",
            hook: "on_update",
            input: update.input,
            settings: update.settings ?? [:],
            steps: update.steps + [more]
        )
        #expect(result.passed, "\(result.text)")
    }

    @Test("An error names the overlay's file and line, and that it is the overlay's")
    func errors() async throws {
        let plugin = try PluginHarness.shipped("webhook")
        let overlay = Script(
            name: "overlay",
            chunk: "acme.lua",
            source: "return function(base)\n  base.on_event = function(event, ctx)\n    return event.body.none.more\n  end\n  return base\nend"
        )
        let fixture = Fixture(name: "x", hook: "on_event", input: Self.delivery, settings: Self.settings)
        let result = try await PluginHarness.runner.run(plugin, fixture, scripts: plugin.scripts(overlay: overlay))
        guard case .failed(let failure) = result.end else { Issue.record("it did not fail"); return }
        #expect(failure.error.script == "acme.lua" && failure.error.line == 3)
    }

    private static let settings: JSON = ["default_package": "pkg_default"]
}
