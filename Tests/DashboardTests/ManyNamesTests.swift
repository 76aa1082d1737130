import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Testing
import Web

@testable import Dashboard

/// A host of an agency: a thousand connections, three hundred accounts.
@Suite("A thousand connections")
struct ManyNamesTests {
    private static let count = 1000

    private func agency() async throws -> DashboardFixture {
        var fixture = try await DashboardFixture()
        let registry = fixture.context.registry
        let (connection, account) = (try #require(registry.connection("acme")), try #require(registry.account("one")))
        let connections = (0..<Self.count).map { number in
            Connection(
                id: Self.name(number),
                plugin: connection.plugin,
                accounts: number == 7 ? (0..<300).map { "account-\($0)" } : ["account-\(number % 300)", "account-0"],
                secrets: [:],
                settings: [:],
                scripts: connection.scripts,
                hooks: connection.hooks
            )
        }
        let accounts = (0..<300).map { number in
            ProviderAccount(
                account: Account(id: "account-\(number)", provider: "invented", environment: "staging", baseURL: account.account.baseURL),
                provider: fixture.provider
            )
        }
        registry.replace(connections: connections, accounts: accounts)
        let hour = ContactRhythm.hour(of: fixture.clock.now())
        for offset in [Int64(0), 3, 29, 100] {
            try await fixture.store.add(
                (0..<Self.count).map { ContactCount(.connection(Self.name($0)), hour: hour - offset, minutes: 3, deliveries: 5) }
            )
        }
        fixture.parts.settings = {
            [ShownSetting("server", "port", "8080", origin: nil)]
                + (0..<Self.count).flatMap { number in
                    (0..<6).map { ShownSetting("connections.\(Self.name(number))", "key_\($0)", "value", origin: "fairlead.yaml:\(number * 8 + $0)") }
                }
                + (0..<300).map { ShownSetting("accounts.account-\($0)", "provider", "invented", origin: "fairlead.yaml:9") }
        }
        return fixture
    }

    private static func name(_ number: Int) -> String {
        let digits = String(number)
        return "client-" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    @Test(
        "Every page stays small",
        arguments: [
            "/", "/orders", "/events", "/runs", "/issues", "/dead", "/connections", "/connections/client-0007", "/accounts", "/accounts/account-0",
            "/plugins", "/webhooks", "/settings", "/settings?connection=client-0500",
        ]
    )
    func small(path: String) async throws {
        let fixture = try await agency()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let page = try await browser.get(path)
            #expect(page.status == 200)
            #expect(page.body.count < 200_000, "\(path) has \(page.body.count) bytes")
        }
    }

    @Test("Connections stand on pages, are found by their names, and are narrowed by how they stand and what they order from")
    func found() async throws {
        let fixture = try await agency()
        try await fixture.store.perform([.pause(.connection("client-0777"), pause(fixture))])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let first = try await browser.html("/connections")
            #expect(first.contains("1 to 50 of 1,000 connections") && first.contains("client-0049") && !first.contains("client-0050"))
            #expect(first.contains("/connections?page=2") && !first.contains("← Before"))
            let last = try await browser.html("/connections?page=20")
            #expect(last.contains("951 to 1,000 of") && last.contains("client-0999") && !last.contains("After →"))
            #expect(try await browser.html("/connections?page=99").contains("client-0999"))
            #expect(try await browser.html("/connections?page=-4").contains("client-0000"))
            let named = try await browser.html("/connections?name=CLIENT-07")
            #expect(named.contains("1 to 50 of 100 connections") && named.contains("name=CLIENT-07&amp;page=2"))
            #expect(try await browser.html("/connections?name=nobody").contains("Nothing matches these filters"))
            let paused = try await browser.html("/connections?stands=paused")
            #expect(paused.contains("client-0777") && !paused.contains("client-0776"))
            #expect(try await browser.html("/connections?account=account-5").contains("client-0305"))
            #expect(!(try await browser.html("/connections?account=account-5")).contains("client-0306"))
            // On the first page those that need somebody stand first, and it says that there are more.
            let now = try await browser.html("/")
            #expect(now.contains("24 of 1,000: those that need somebody") && now.contains("client-0777"))
            for path in ["/orders", "/events", "/runs", "/issues"] { #expect(try await browser.html(path).contains("980 more…"), "\(path)") }
            #expect(try await browser.html("/plugins").contains("/connections?plugin=invented\">and 988 more"))
            #expect(try await browser.html("/accounts/account-0").contains("/connections?account=account-0"))
            #expect(try await browser.html("/accounts?name=account-29").contains("account-299"))
        }
    }

    @Test("Settings of one connection have a page; all of them are found by name")
    func settings() async throws {
        let fixture = try await agency()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let all = try await browser.html("/settings")
            #expect(all.contains("8080") && all.contains("/settings?connection=client-0000") && all.contains("1 to 50 of 1,300"))
            #expect(!all.contains("key_3"))
            let found = try await browser.html("/settings?name=account-29")
            #expect(found.contains("/settings?account=account-299") && !found.contains("client-0000"))
            let one = try await browser.html("/settings?connection=client-0500")
            #expect(one.contains("key_5") && one.contains("fairlead.yaml:4005") && !one.contains("client-0501") && !one.contains("8080"))
            #expect(try await browser.get("/settings?connection=nobody").status == 404)
            #expect(try await browser.html("/settings?name=nobody").contains("Nothing has this in its name"))
        }
    }

    @Test("Endpoints stand on pages, and are found by name and address")
    func endpoints() async throws {
        let fixture = try await DashboardFixture()
        for number in 0..<60 {
            let body: JSON = ["url": .string("https://hooks-\(number).example.test/"), "events": ["*"], "enabled": true]
            _ = try await fixture.parts.api.answer(.put, "/webhooks/hook-\(number)", body: body, for: .administrator)
        }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.html("/webhooks").contains("1 to 50 of 60 endpoints"))
            let found = try await browser.html("/webhooks?name=HOOKS-5")
            #expect(found.contains("hook-59") && !found.contains("hook-49"))
        }
    }

    @Test("An endpoint is disabled, given another address and enabled on its page, and its secret and what it is told of stay")
    func endpointChanges() async throws {
        let fixture = try await DashboardFixture()
        let body: JSON = ["url": "https://hooks.example.test/", "events": ["order.created"], "enabled": true, "connections": ["acme"]]
        _ = try await fixture.parts.api.answer(.put, "/webhooks/ops", body: body, for: .administrator)
        func present() async throws -> WebhookEndpoint { try #require(try await fixture.store.endpoint("ops")) }
        let made = try await present()
        let reader = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            let other = browser.another
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await other.signIn(reader.secret)
            let refused = try await other.submit("/webhooks/ops/disable", on: "/")
            #expect(refused.status == 403 && refused.html.contains("scope"))
            #expect(try await present().isEnabled)
            #expect(!(try await browser.html("/webhooks/ops")).contains("/webhooks/ops/enable"))
            #expect(try await browser.submit("/webhooks/ops/disable", on: "/webhooks/ops").status == 303)
            #expect(try await !present().isEnabled)
            #expect(try await browser.html("/webhooks/ops").contains("/webhooks/ops/enable"))
            #expect(try await browser.submit("/webhooks/ops/address", on: "/webhooks/ops", [(name: "url", value: "no address")]).status == 422)
            let still = try await present()
            #expect(still.url == made.url && !still.isEnabled)
            let address = [(name: "url", value: " https://new.example.test/ ")]
            #expect(try await browser.submit("/webhooks/ops/address", on: "/webhooks/ops", address).status == 303)
            let moved = try await present()
            #expect(moved.isEnabled && moved.url == "https://new.example.test/")
            #expect(moved.connections == made.connections && moved.events == made.events && moved.keys == made.keys)
        }
    }

    private func pause(_ fixture: DashboardFixture) -> OperatingState.Pause {
        OperatingState.Pause(
            problem: Problem(code: Problem.paused, message: "by hand", at: fixture.clock.now()),
            actor: .token(id: "tok_1", name: "Ben Poe")
        )
    }
}
