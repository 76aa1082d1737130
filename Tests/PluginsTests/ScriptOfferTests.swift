import PluginTesting
import Screening
import ScreeningTesting
import Testing

@testable import Plugins

@Suite("What a host offers to scripts")
struct ScriptOfferTests {
    /// Offers what every host has, and nothing else.
    private struct Bare: ScriptHost {
        let clock: any WallClock = ManualClock()
        let random: any RandomSource = SeededRandom(7)
        let secrets: [String: [Secret]] = [:]
    }

    /// Lets scripts read what the connection keeps, and says so in its own words.
    private struct Reading: ValueScriptHost {
        let clock: any WallClock = ManualClock()
        let random: any RandomSource = SeededRandom(7)
        let secrets: [String: [Secret]] = [:]

        func value(key: String) async throws -> JSON? { .string("kept " + key) }
        func error(of call: String) -> HostCallError { HostCallError("not_here", "reading cannot call \(call)", hint: "it only reads") }
    }

    /// Every call that scripts can make, by the name that the host knows it by.
    private static let calls = [
        "now": "ctx.now()", "uuid": "ctx.uuid()", "random": "ctx.random()", "http": "ctx.http.post('https://api.example.test/a', {})",
        "kv.get": "ctx.kv.get('a')", "kv.set": "ctx.kv.set('a', 1)", "kv.delete": "ctx.kv.delete('a')", "packages": "ctx.packages()",
        "orders.get": "ctx.orders.get('ord_1')", "orders.find": "ctx.orders.find { external_id = 'a' }",
        "orders.cancel": "ctx.orders.cancel('ord_1')",
        "orders.place": "ctx.orders.place { external_id = 'a', package = 'p', candidate = {} }",
    ]

    /// What a script gets for one call: its value, or the error that pcall catches.
    private func outcome(of call: String, on host: any ScriptHost) async throws -> JSON {
        let plugin = try PluginHarness.plugin(
            PluginHarness.script("local ok, got = pcall(function() return \(call) end) return { ok = ok, got = got }")
        )
        let hook = HookCall(
            scripts: plugin.scripts(),
            hook: "on_event",
            input: ["raw": "{}"],
            connection: "acme",
            plugin: plugin.name,
            accounts: ["zinc-uk"],
            settings: [:],
            run: ("run_7", 1)
        )
        guard case .done(let value) = try await PluginHarness.hooks.run(hook, remembered: [], host: host).end else { return .null }
        return value
    }

    @Test("A call that the host does not offer is refused at the script's line", arguments: calls.keys.sorted())
    func bare(_ call: String) async throws {
        let outcome = try await outcome(of: try #require(Self.calls[call]), on: Bare())
        let isOffered = ["now", "uuid", "random"].contains(call)
        #expect(outcome["ok"] == .bool(isOffered), "\(outcome.string())")
        if !isOffered {
            #expect(outcome.at("got.code") == "not_here")
            #expect(outcome.at("got.message")?.text?.contains(call) == true)
        }
    }

    @Test("A host that only reads kept values says in its own words what it does not do")
    func reading() async throws {
        #expect(try await outcome(of: "ctx.kv.get('a')", on: Reading())["got"] == "kept a")
        let refused = try await outcome(of: "ctx.kv.set('a', 1)", on: Reading())
        #expect(refused.at("got.message")?.text?.contains("reading cannot call kv.set") == true && refused.at("got.hint") == "it only reads")
    }
}
