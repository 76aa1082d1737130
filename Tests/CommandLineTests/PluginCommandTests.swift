import Foundation
import Screening
import Testing

/// An author's day: a new plugin, its test, a mistake, its correction.
@Suite("The plugin command") struct PluginCommandTests {
    @Test("new writes a plugin that passes its own test and check, and is listed", arguments: ["ats", "provider"]) func new(kind: String) async throws
    {
        let program = try Program()
        defer { program.remove() }
        let made = try await program.run("plugin", "new", "my-plugin", "--kind", kind)
        #expect(made.code == 0, "\(made.errors)")
        #expect(made.output.contains("Wrote plugins/my-plugin: README.md, fixtures/"))
        let test = try await program.run("plugin", "test", "my-plugin")
        #expect(test.code == 0, "\(test.output)\(test.errors)")
        #expect(test.output.contains("100% of"), "\(test.output)")
        let check = try await program.run("plugin", "check")
        #expect(check.code == 0 && check.output == "my-plugin: in order\n", "\(check.output)\(check.errors)")
        let list = try await program.run("plugin", "list", "--json")
        #expect(try JSON(parsing: list.output.trimmed).items?.first?["kind"] == .string(kind))
        #expect(program.text(of: "plugins/.fairlead-types/fairlead.lua").contains("---@class fairlead.ctx"))
        let again = try await program.run("plugin", "new", "my-plugin", "--kind", kind)
        #expect(again.code == 1 && again.errors.contains("is there already and was left as it is"))
    }

    @Test("a mistake is found by check, shown by test as a diff, and what is right is written by --update") func mistake() async throws {
        let program = try Program()
        defer { program.remove() }
        _ = try await program.run("plugin", "new", "my-plugin", "--kind", "ats")
        let script = program.text(of: "plugins/my-plugin/main.lua")
        try program.write(script.replacingOccurrences(of: "ctx.settings.package", with: "ctx.settings.pakage"), to: "plugins/my-plugin/main.lua")
        let check = try await program.run("plugin", "check", "my-plugin", "--json")
        #expect(check.code == 1)
        let problem = try JSON(parsing: check.output.trimmed).at("0.problems.0")
        #expect(problem?["file"] == "plugins/my-plugin/main.lua" && problem?["hint"] == "Did you mean package?")

        try program.write(script.replacingOccurrences(of: "\"Screening: \" .. word", with: "\"Check: \" .. word"), to: "plugins/my-plugin/main.lua")
        let failed = try await program.run("plugin", "test")
        #expect(failed.code == 1)
        #expect(failed.output.contains(#"steps[1].http.post.json.text: expected "Screening: finished, result: clear", found "Check: finished"#))
        let updated = try await program.run("plugin", "test", "--update")
        #expect(updated.code == 0, "\(updated.output)\(updated.errors)")
        #expect(updated.output.contains("wrote "))
        let fixture = program.text(of: "plugins/my-plugin/fixtures/update_completed.yaml")
        #expect(fixture.contains("Check: finished, result: clear") && fixture.contains("reply: { status: 201 }"), "\(fixture)")
        #expect(try await program.run("plugin", "test").code == 0)
    }

    @Test("a script that does not compile is a problem with its line") func syntax() async throws {
        let program = try Program()
        defer { program.remove() }
        _ = try await program.run("plugin", "new", "my-plugin", "--kind", "ats")
        try program.write("return {\n  on_event = function(\n}", to: "plugins/my-plugin/main.lua")
        let check = try await program.run("plugin", "check", "plugins/my-plugin")
        #expect(check.code == 1)
        #expect(check.output.hasPrefix("plugins/my-plugin/main.lua:3: "), "\(check.output)")
    }
}
