import ConfigurationFiles
import LuaRuntime
import PluginTesting
import Plugins
import Testing

@testable import PluginTools

@Suite("What is found wrong with scripts without running them")
struct OverlayLintTests {
    private func problems(_ source: String) throws -> [String] {
        let overlay = Script(name: "overlay", chunk: "acme.lua", source: source)
        return PluginLint(overlay: overlay, on: try PluginHarness.shipped("webhook"), file: "acme.lua").problems.map(\.description)
    }

    @Test(
        "A hook that an overlay misspells is found, however it is written",
        arguments: [
            "return function(base)\n  function base.on_evnt(event, ctx) end\n  return base\nend",
            "return function(base)\n  base.on_evnt = function(event, ctx) end\n  return base\nend",
            "return function(hooks)\n  local before = hooks.on_evnt\n  return hooks\nend",
            "return function(base)\n  base[\"on_evnt\"] = nil\n  return base\nend",
        ]
    )
    func misspelt(_ source: String) throws {
        #expect(try problems(source) == ["acme.lua:2: there is no hook on_evnt. Did you mean on_event?"])
    }

    @Test(
        "An overlay that returns nothing of use is found",
        arguments: [
            ("local function f(base) return base end\n", "acme.lua:1: the script returns nothing. It must be: return function(base)"),
            ("return { on_event = function() end }\n", "a connection's own script returns a function"),
            ("return function(base)\n  base.on_update = nil\nend\n", "acme.lua:1: the function returns no hooks. End it with: return base."),
            ("return function(base)\n  local f = function() return 1 end\nend\n", "the function returns no hooks"),
        ]
    )
    func returns(_ source: String, says: String) throws {
        let found = try problems(source)
        #expect(found.count == 1 && found[0].contains(says), "\(found)")
    }

    @Test(
        "An overlay that is right is left alone",
        arguments: [
            "return function(base)\n  base.on_update = nil\n  return base\nend", "local function f(base) return base end\nreturn f",
            "return function(base)\n  if base.on_update then return base end\n  return { on_event = base.on_event }\nend",
            "return function(base)\n  local routes = base.routes\n  routes[\"GET /x\"] = function(request, ctx) return {} end\n  return base\nend",
        ]
    )
    func right(_ source: String) throws { #expect(try problems(source).isEmpty) }

    @Test("A plugin's script without a return is found, in main.lua and in a module")
    func withoutReturn() throws {
        let main = try PluginHarness.plugin("local hooks = { on_event = function(event, ctx) end }\n")
        #expect(PluginLint(main).problems.map(\.message) == ["the script returns nothing"])
        let module = try PluginHarness.plugin(
            "local names = require \"lib.names\"\nreturn { on_event = function(event, ctx) names.f() end }",
            files: ["lib/names.lua": "local names = {}\nfunction names.f() end\n"]
        )
        #expect(PluginLint(module).problems.map(\.line) == [2])
    }
}
