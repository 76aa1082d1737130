import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

/// What a fixture says when something is not as it expects.
@Suite("Fixture runs")
struct FixtureRunnerTests {
    private func result(_ main: String, _ fixture: String) async throws -> FixtureResult {
        try await PluginHarness.runner.run(PluginHarness.plugin(main), Fixture(text: fixture, file: "case.yaml"))
    }

    private let twoCalls = """
        return { on_event = function(event, ctx)
          local r = ctx.http.post("https://api.example.test/notes", { json = { note = event.body.note, list = { 1, 2 } } })
          ctx.http.get("https://api.example.test/after/" .. r.json.id)
          return { id = r.json.id }
        end }
        """

    private func steps(_ first: String, more: String = "", expect: String = "{ result: done }") -> String {
        """
        hook: on_event
        input: { body: { note: hello } }
        steps:
          - expect: { http.post: \(first) }
            reply: { status: 201, json: { id: n7 } }
          - expect: { http.get: { url: "https://api.example.test/after/n7" } }
            reply: {}
        \(more)
        expect: \(expect)
        """
    }

    @Test("A fixture passes when the script makes the expected calls in order")
    func stepsInOrderWithReplies() async throws {
        let result = try await result(
            twoCalls,
            steps("{ json: { note: hello, list: [1, 2] } }", expect: "{ reply: { id: n7 }, steps: [http.post, http.get], logs: [], orders: [] }")
        )
        #expect(result.passed, "\(result.text)")
        #expect(result.text == "bench/case: passed")
        #expect(result.steps.map(\.name) == ["http.post", "http.get"])
    }

    @Test("A request that differs from the fixture is reported at the path of each difference")
    func aChangedRequestIsShownAtItsPath() async throws {
        let result = try await result(twoCalls, steps("{ json: { note: goodbye, list: [1], other: null } }"))
        #expect(result.differences.map(\.path) == ["steps[1].http.post.json.note", "steps[1].http.post.json.list"])
        #expect(result.text.contains(#"steps[1].http.post.json.note: expected "goodbye", found "hello""#))
        #expect(result.text.contains("\n    -   1\n    +   1,\n    +   2\n") || result.text.contains("+   2"))
    }

    @Test("A call without an expected step is reported with its arguments")
    func aStepThatIsMissing() async throws {
        let result = try await result(twoCalls, "hook: on_event\ninput: { body: { note: hello } }\nexpect: {}")
        #expect(result.differences.count == 1)
        #expect(result.text.contains("steps: no step is left, but the script calls http.post with"))
        #expect(result.text.contains(#""note": "hello""#))
    }

    @Test("A step that the script never makes is reported")
    func aStepThatIsLeftOver() async throws {
        let extra = "  - expect: { kv.set: { key: a } }"
        let result = try await result(twoCalls, steps("{}", more: extra))
        #expect(result.differences.map(\.description) == ["steps[3]: expected kv.set, but the script never made this call"])
    }

    @Test("A call that is not the expected next step is reported")
    func anotherCallThanTheNextStep() async throws {
        let main = "return { on_event = function(_, ctx) pcall(ctx.packages) return 1 end }"
        let result = try await result(main, steps("{}"))
        #expect(result.differences.map(\.path) == ["steps[1]"])
        #expect(result.text.contains("expected http.post, but the script calls packages with"))
    }

    @Test("The way a run ends is compared with the expected result, delay and reason")
    func endings() async throws {
        let main = "return { on_event = function(_, ctx) ctx.retry { after = 5, reason = 'busy' } end }"
        let base = "hook: on_event\nexpect: "
        #expect(try await result(main, base + "{ result: retry, after: 5, reason: busy }").passed)
        #expect(try await result(main, base + "{ result: retry, after: 6, reason: bussy }").differences.count == 2)
        let wrong = try await result(main, base + "{ result: done }")
        #expect(wrong.differences.map(\.path) == ["expect.result"])
        #expect(wrong.text.contains("busy"))
    }

    @Test("A script error shows its line and the source around it, and a fixture can expect it")
    func aFailureShowsLineAndSource() async throws {
        let main = "return { on_event = function(event, ctx)\n  local x = event.body.missing\n  return x.y\nend }"
        let result = try await result(main, "hook: on_event\ninput: { body: {} }\nexpect: {}")
        #expect(result.text.contains("bench/main.lua:3"))
        #expect(result.text.contains("> 3 |   return x.y"))
        #expect(result.text.contains("  2 |   local x = event.body.missing"))
        #expect(
            try await self.result(main, "hook: on_event\ninput: { body: {} }\nexpect: { error: { code: script_error, line: 3 } }").passed
        )
    }

    @Test("Time, random values, orders and stored values are answered without steps")
    func whatTheHostAnswersByItself() async throws {
        let main = """
            return { on_event = function(_, ctx)
              ctx.kv.set("a", { 1 })
              local first = ctx.orders.place { external_id = "x", package = "p", candidate = { first_name = "Ana", last_name = "Roe", email = "ana@example.test" } }
              local again = ctx.orders.place { external_id = "x", package = "q", candidate = { first_name = "Ana", last_name = "Roe", email = "ana@example.test" } }
              local found = ctx.orders.find { external_id = "x" }
              return { now = ctx.now(), uuid = #ctx.uuid(), kept = ctx.kv.get("a"), same = first.id == again.id and found.id == first.id, r = ctx.random() < 1 }
            end }
            """
        let fixture =
            "hook: on_event\nnow: \"2026-01-02T03:04:05Z\"\nexpect: { orders: [{ external_id: x, package: p }], "
            + "reply: { now: 1767323045, uuid: 36, kept: [1], same: true, r: true } }"
        let result = try await result(main, fixture)
        #expect(result.passed, "\(result.text)")
        #expect(result.orders.count == 1)
    }

    @Test("Steps may override what the host answers by itself")
    func stepsMayNameWhatTheHostWouldAnswer() async throws {
        let main = "return { on_event = function(_, ctx) return { ctx.now(), ctx.kv.get('a'), ctx.uuid() } end }"
        let fixture = """
            hook: on_event
            steps:
              - { expect: { now: {} }, reply: 5.5 }
              - { expect: { kv.get: { key: a } }, reply: { b: 1 } }
              - { expect: { uuid: {} }, reply: u }
            expect: { reply: [5.5, { b: 1 }, u] }
            """
        #expect(try await result(main, fixture).passed)
    }

    @Test("Steps can answer with host errors and failed connections")
    func errorsCanBeScripted() async throws {
        let main = """
            return { on_event = function(_, ctx)
              local placed, why = pcall(ctx.orders.get, "ord_1")
              local r = ctx.http.get("https://api.example.test/", { on_error = "return" })
              return { why.code, tostring(why), r.error }
            end }
            """
        let fixture = """
            hook: on_event
            steps:
              - { expect: { orders.get: {} }, error: { code: gone, message: it is gone } }
              - { expect: { http.get: {} }, error: no answer }
            expect: { reply: [gone, it is gone, no answer] }
            """
        let result = try await result(main, fixture)
        #expect(result.passed, "\(result.text)")
    }

    @Test("A URL that the manifest does not permit is refused in fixtures too")
    func permissionsHoldInFixturesToo() async throws {
        let main = "return { on_event = function(_, ctx) ctx.http.get('https://elsewhere.example.test/') end }"
        let fixture = "hook: on_event\nsteps: [{ expect: { http.get: {} }, reply: {} }]\nexpect: { error: { code: url_not_permitted } }"
        #expect(try await result(main, fixture).passed)
    }

    @Test("Undeclared secrets and misspelt settings in a fixture are reported")
    func undeclaredSecretsAndMisspeltSettingsAreTold() async throws {
        let manifest = PluginHarness.manifest.replacing(
            "additionalProperties: true",
            with: "properties: { default_package: { type: string } }"
        )
        let plugin = try PluginHarness.plugin("return { on_event = function() end }", manifest: manifest)
        let fixture = try Fixture(
            text: "hook: on_event\nsettings: { default_pakage: x }\nsecrets: { other: x }\nexpect: { result: done }",
            file: "case.yaml"
        )
        let result = try await PluginHarness.runner.run(plugin, fixture)
        #expect(result.differences.map(\.path) == ["settings.default_pakage", "secrets.other"])
        #expect(result.text.contains("Did you mean default_package?"))
    }
}
