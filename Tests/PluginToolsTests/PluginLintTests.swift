import ConfigurationFiles
import Foundation
import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

/// `plugin check` finds what is misspelt or undeclared without running anything, and says nothing against what is right.
@Suite("Plugin linter")
struct PluginLintTests {
    private static let manifest = """
        name: bench
        version: 1.0.0
        contract: 1
        kind: ats
        settings:
          type: object
          properties:
            default_package: { type: string }
            paths: { type: object, additionalProperties: false, properties: { email: { type: string } } }
            packages: { type: object }
        secrets: { api_key: { required: true } }
        inbound: [{ path: /hook, verify: { scheme: none } }]
        permissions: { http: ["https://api.example.test", "https://${settings.default_package}.ats.test", "https://*.wild.test"] }
        """

    /// What of ctx a script of an ATS plugin has.
    private static let ats = (HostAPI.part("ctx")?.members ?? []).map(\.name).filter { !HostAPI.ofProviders.contains($0) }.sorted().joined(
        separator: ", "
    )

    private static let modules = HostAPI.parts.filter { $0.kind == .module }.map(\.name).sorted().joined(separator: ", ")

    private func problems(_ body: String) throws -> [String] {
        let main = "return { on_event = function(event, ctx)\n\(body)\nend }"
        return PluginLint(try PluginHarness.plugin(main, manifest: Self.manifest)).problems.map { problem in
            "\(problem.line ?? 0) \(problem.message)" + (problem.hint.map { " | \($0)" } ?? "")
        }
    }

    @Test(
        "The linter reports a mistake with its line and a suggestion",
        arguments: [
            ("return ctx.accounts", "2 ctx has no accounts | Known: \(PluginLintTests.ats)."),
            ("return ctx.account", "2 ctx has no account | Known: \(PluginLintTests.ats)."),
            ("return ctx.order.place{}", "2 ctx has no order | Did you mean orders?"),
            ("ctx.orders.plase{}", "2 ctx.orders has no plase | Did you mean place?"),
            ("local http = ctx.http\nhttp.gett('u')", "3 ctx.http has no gett | Did you mean get?"),
            ("local o = ctx.orders.find{external_id='x'}\nif o then return o.stat end", "3 order has no stat | Did you mean state?"),
            ("return event.boddy", "2 event has no boddy | Did you mean body?"),
            ("return ctx.settings.defaultpackage", "2 the manifest declares no settings.defaultpackage | Did you mean default_package?"),
            ("local s = ctx.settings\nreturn s.paths.emial", "3 the manifest declares no settings.paths.emial | Did you mean email?"),
            ("return ctx.secret.apikey", "2 the manifest declares no secret apikey | Did you mean api_key?"),
            ("return json.encode({})", "2 there is no global json | Write at the top: local json = require \"json\"."),
            ("x = 1", "2 assigns the global x | Write: local x = …"), ("return tostrin(1)", "2 there is no global tostrin | Did you mean tostring?"),
            ("return string.uper('x')", "2 string has no uper | Did you mean upper?"),
            ("local map = require 'map'\nlocal m = map(event.body)\nreturn m:requird('a')", "4 map has no requird | Did you mean required?"),
            ("local m = require 'mapp'\nreturn m", "2 there is no module mapp | Did you mean map?"),
            ("return require('lib.none')", "2 there is no module lib.none | Known: \(PluginLintTests.modules)."),
            (
                "ctx.http.get('https://other.test/x')",
                "2 names https://other.test, which the manifest does not permit | Add \"https://other.test\" to permissions.http."
            ),
        ]
    )
    func mistakesAreFound(_ lua: String, _ expected: String) throws {
        #expect(try problems(lua) == [expected])
    }

    @Test(
        "The linter reports nothing for correct Lua",
        arguments: [
            "local a <const>, b <close> = 1, nil\ngoto done\n::done::\nrepeat local z = a until z\nreturn b",
            "for i, v in ipairs({}) do local x = i .. v end\nfor i = 1, 10, 2 do print(i) end\nwhile true do break end",
            "local t = { ['a b'] = 1, c = 2, 3; 4 }\nfunction t.f(...) return select('#', ...) end\n"
                + "function t:g() return self.c end\nreturn t:g(), t.f{}",
            "local s = [==[ ]] ctx.nothing ]==] -- ctx.order\n--[[ nothing.here ]]\nreturn s, 0x1p-3, 1e-5, 'a\\'b', \"x\" .. s",
            "local r = ctx.http.post('https://api.example.test/x', { json = {} })\nif r.status == 200 and r.json then return r.json.anything end",
            "return ctx.http.get('https://x.ats.test/y'), ctx.http.get('https://a.wild.test'), ctx.http.get('https://' .. event.body.host .. '/x')",
            "return ctx.settings.packages.Sales, event.body.a.b.c, (event.headers['x-a'] or ''):lower()",
            "local function ctx_free(order) order.note = 1 return order.anything end\nreturn ctx_free({})",
            "local crypto = require('crypto')\nreturn crypto.hmac('sha256', ctx.secret.api_key, event.raw), event.body and event.body.x",
            "local c = event.body\nc.x, c.y = 1, 2\nlocal d, e = c.x\nd = e\nreturn -d // 2 << 1 & ~3 ~= 4",
        ]
    )
    func whatIsRightIsLeftAlone(_ lua: String) throws {
        #expect(try problems(lua) == [])
    }

    /// What a setting leaves open is the customer's to say; what a script writes out is the manifest's.
    @Test("A permission by setting covers the setting's default URL but no other literal URL")
    func aSettingPermitsItsDefaultAndNoAddressWrittenOut() throws {
        let manifest = Self.manifest.replacing(
            "default_package: { type: string }",
            with: "base_url: { type: string, default: \"https://api.ats.test/v1\" }"
        )
        .replacing(/http: \[.*\]/, with: "http: [\"${settings.base_url}\", \"${order.metadata.url}\"]")
        func problems(_ url: String) throws -> [String] {
            let main = "return { on_event = function(event, ctx)\nctx.http.get(ctx.settings.base_url .. '/x')\nctx.http.get('\(url)')\nend }"
            return PluginLint(try PluginHarness.plugin(main, manifest: manifest)).problems.map(\.message)
        }
        #expect(try problems("https://api.ats.test/v1/x") == [])
        #expect(try problems("https://other.test/x") == ["names https://other.test, which the manifest does not permit"])
    }

    @Test("The linter reports an unknown hook with its line")
    func unknownHooksAreFound() throws {
        let plugin = try PluginHarness.plugin("return { on_event = print,\n  onupdate = print }", manifest: Self.manifest)
        #expect(PluginLint(plugin).problems.map(\.message) == ["a plugin of kind ats has no hook onupdate"])
        #expect(PluginLint(plugin).problems.first?.line == 2)
    }

    @Test("The linter reports nothing for the shipped plugins")
    func shippedPluginsAreClean() throws {
        for plugin in try Plugin.all(in: [PluginHarness.repository.appending(path: "plugins").path]).values {
            #expect(PluginLint(plugin).problems.map(\.description) == [])
        }
    }
}
