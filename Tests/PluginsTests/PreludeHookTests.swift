import PluginTesting
import Screening
import Testing

@testable import Plugins

/// Which hook is called with what, and what may come back.
@Suite("Hooks of scripts")
struct PreludeHookTests {
    private let main = """
        return {
          on_update = function(u, ctx) return tostring(u.order.outcome) end,
          map_request = function(r, o, ctx) r.json.x = o.id return r end,
          submit = function(o, ctx) return { reference = o.id .. ctx.run.id } end,
          interpret = function(w, ctx) return { { reference = w.body.id } } end,
          packages = function(ctx) return { { id = "a" } } end,
          routes = {
            ["POST /a/{id}"] = function(q, ctx) return { status = 201, headers = { ["X-A"] = "1" }, json = { q.params.id } } end,
            ["GET /b"] = function() return { json = 1, text = "" } end,
            ["GET /c"] = function() return { staus = 1 } end,
            ["GET /d"] = function() end,
            ["GET /f"] = function() return { headers = { ["x-a"] = ("a"):rep(20000) } } end,
          },
        }
        """

    private func end(_ hook: String, _ input: JSON = [:], overlay: String? = nil) async throws -> PluginHarness.Outcome {
        try await PluginHarness.run(main: main, hook: hook, input: input, overlay: overlay)
    }

    @Test("Routes receive path parameters, and an invalid reply is reported")
    func routesAndTheirReplies() async throws {
        #expect(try await end("POST /a/{id}", ["path": "/a/7"]).value == ["headers": ["x-a": "1"], "json": ["7"], "status": 201])
        #expect(try await end("GET /d").value == ["status": 200])
        #expect(try await end("GET /b").error?["message"] == "the route's reply has both json and text")
        #expect(try await end("GET /c").error?["hint"] == "did you mean 'status'?")
        #expect(try await end("GET /f").error?["message"] == "the route's reply: the headers are longer than 16384 bytes")
        #expect(try await end("GET /e").error?["message"] == "the table of routes has no 'GET /e'")
    }

    @Test("Every kind of hook receives its arguments and returns its result")
    func hooksOfEveryKind() async throws {
        #expect(try await end("on_update", ["order": ["outcome": .null]]).value == "nil")
        #expect(try await end("map_request", ["request": ["json": [:]], "order": ["id": "o"]]).value == ["json": ["x": "o"]])
        #expect(try await end("submit", ["args": [["id": "o"]]]).value == ["reference": "orun_fixture"])
        #expect(try await end("interpret", ["args": [["body": ["id": "q"]]]]).value == [["reference": "q"]])
        #expect(try await end("packages", ["args": []]).value == [["id": "a"]])
        #expect(try await end("on_event", ["raw": "{}"]).error?["message"] == "the table of hooks has no 'on_event'")
    }

    @Test("An overlay can wrap a hook, and its mistakes are reported in its own file")
    func overlaysWrapTheHooks() async throws {
        let wrapping =
            "return function(base) local old = base.on_update base.on_update = function(u, c) return 'over ' .. old(u, c) end return base end"
        #expect(try await end("on_update", ["order": [:]], overlay: wrapping).value == "over nil")
        #expect(try await end("on_update", ["order": [:]], overlay: "return {}").error?["expected"] == "function")
        #expect(try await end("on_update", ["order": [:]], overlay: "return function(base) end").error?["hint"] == "end it with: return base")
        let failing = try await end(
            "on_update",
            ["order": [:]],
            overlay: "return function(base)\n base.on_update = function() error('no') end return base end"
        )
        #expect(failing.error?["script"] == "acme.lua" && failing.error?["line"] == 2)
    }

    @Test("A script reports the hooks and routes that it defines")
    func scriptsDescribeThemselves() async throws {
        let hooks = try await PluginHarness.hooks.describe(PluginHarness.plugin(main).scripts(), plugin: "bench", connection: "acme")
        #expect(hooks.hooks == ["interpret", "map_request", "on_update", "packages", "submit"])
        #expect(hooks.routes.map(\.key) == ["GET /b", "GET /c", "GET /d", "GET /f", "POST /a/{id}"])
        #expect(hooks.route(method: "POST", path: "/a/x%2Fy")?.parameters == ["id": "x/y"])
        #expect(hooks.route(method: "GET", path: "/a/x") == nil)
    }

    @Test(
        "A script that returns no valid table of hooks is reported with the cause",
        arguments: [
            ("return { on_evnt = function() end }", "hint", "did you mean 'on_event'?"), ("return 5", "expected", "table"),
            (#"return { routes = { ["post /a"] = function() end } }"#, "expected", "METHOD /path"),
            ("return { on_event = 5 }", "path", "on_event"), ("local x = nil\nreturn x.y", "code", "script_error"),
            ("return {", "code", "syntax_error"),
        ]
    )
    func whatIsNoTableOfHooksIsExplained(_ main: String, _ member: String, _ expected: String) async throws {
        do {
            _ = try await PluginHarness.hooks.describe(PluginHarness.plugin(main).scripts(), plugin: "bench", connection: "acme")
            Issue.record("it was described")
        } catch let failure as HookFailure {
            #expect(failure.error.json[member]?.text == expected, "\(failure.error)")
        }
    }

    @Test("A script that is loading can use modules without calling the host")
    func aScriptCannotCallTheHostWhileItLoads() async throws {
        let outcome = try await PluginHarness.run(main: "local t = require 'time' print(t.format(0)) return { on_event = function() return 1 end }")
        #expect(outcome.value == 1)
    }

    @Test("A script can require its plugin's own files, and their errors name the file and line")
    func ownFilesAreRequired() async throws {
        let outcome = try await PluginHarness.run("return require'lib.x'.y", files: ["lib/x.lua": "return { y = 7 }"])
        #expect(outcome.value == 7)
        let failing = try await PluginHarness.run("return require'lib.x'.f()", files: ["lib/x.lua": "return {\n f = function() error('no') end }"])
        #expect(failing.error?["script"] == "bench/lib/x.lua" && failing.error?["line"] == 2)
    }

    @Test("Overwriting a global in a script does not affect the host's modules")
    func assignedGlobalsChangeNothingOfTheHosts() async throws {
        let outcome = try await PluginHarness.run("type = 5 pairs = nil return require'text'.slug('Ünï x')")
        #expect(outcome.value == "uni-x")
    }
}
