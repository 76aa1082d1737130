import PluginTesting
import Screening
import Testing

@testable import Plugins

/// A failed run tells an integrator where, what was expected, what was found and what to do, in the same words everywhere, and nothing of a person.
@Suite("Messages of failed runs")
struct FailureTextTests {
    /// The failure of a script of one line, run as line 2 of `main.lua`.
    private func failure(_ line: String, settings: JSON = [:]) async throws -> JSON {
        let main = "return { on_event = function(event, ctx) local settings, body = ctx.settings, event.body\n\(line)\nend }"
        let input: JSON = ["body": ["candidate": ["name": "Ana Roe", "email": .null], "days": "seven", "note": "n"]]
        return try #require(try await PluginHarness.run(main: main, input: input, settings: settings).error)
    }

    @Test(
        "A failed run names the path, what was expected, what was found and a hint for common script mistakes",
        arguments: [
            ("return event.body.application.id", "path", "application"), ("return event.body.application.id", "found", "nothing"),
            ("return event.body.application.id", "expected", "table"),
            ("return body.candidate.address.city", "path", "candidate.address"),
            ("local c = event.body.candidate\treturn c.address.city", "path", "candidate.address"),
            ("return event.body.candidate.email.x", "message", "attempt to index null (field 'email')"),
            ("local p = settings.packages or nil return p.x", "hint", "the setting packages is not given"),
            ("local function f(body) return body.x.y end return f({})", "path", "body.x"),
            ("return event.body.candidate.email.x", "hint", "the payload says null here"),
            ("return event.body.days + 1", "found", "text and number"),
            ("return event.body.days + 1", "hint", "tonumber(value) turns text into a number"),
            ("return 1 < event.body.days", "hint", "tonumber(value) turns text into a number"),
            ("return 'x' .. event.body.phone", "path", "phone"), ("return #event.body.jobs", "path", "jobs"),
            ("return settings.packages.Sales", "hint", "the setting packages is not given on this connection"),
            ("local p = ctx.settings.packages return p['x']", "found", "nothing"),
            ("return json.decode('x')", "hint", "write at the top: local json = require \"json\""),
            ("return strng.upper('x')", "hint", "did you mean string?"), ("return string.uper('x')", "hint", "did you mean upper?"),
            ("return ('x'):rep(nil)", "expected", "number"), ("return ctx.orders.plaice{}", "hint", "did you mean 'place'?"),
        ]
    )
    func theUsualMistakesAreExplained(_ line: String, _ member: String, _ expected: String) async throws {
        let error = try await failure(line)
        #expect(error[member]?.text?.hasPrefix(expected) == true, "\(error)")
        #expect(error["line"] == 2 && error["script"] == "bench/main.lua" && error["hook"] == "on_event" && error["plugin"] == "bench")
    }

    @Test("A failure shows the failing line of the script and the line before it")
    func twoLinesOfTheScriptAreShown() async throws {
        let error = try await failure("return event.body.application.id")
        #expect(error["excerpt"]?.items?.count == 2)
        #expect(error["excerpt"]?.items?.last == "> 2 | return event.body.application.id")
        #expect(
            RunFailure(json: error)?.text == """
                bench/main.lua:2: on_event of bench: attempt to index a nil value (field 'application')
                    1 | return { on_event = function(event, ctx) local settings, body = ctx.settings, event.body
                  > 2 | return event.body.application.id
                  path application · expected table · found nothing
                  hint: application is nothing here: test it first, or read the payload with map(event.body):get("a.b"), which gives nil
                """
        )
    }

    @Test(
        "A failure message contains no personal data from the payload",
        arguments: ["error(event.body.candidate.name)", "return event.body.candidate.name.x.y", "return 1 + event.body.candidate.name"]
    )
    func nothingOfAPersonIsShown(_ line: String) async throws {
        let error = try await failure(line)
        #expect(RunFailure(json: error)?.text.contains("Roe") == false, "\(error)")
    }
}
