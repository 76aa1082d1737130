import HTTPTypes
import Screening
import ScreeningTesting
import Testing
import Web

@testable import Dashboard

@Suite("Where reasons are required")
struct RevealTests {
    @Test("Pages name nobody; one field is shown to who says why, and the order says who looked")
    func oneField() async throws {
        let fixture = try await DashboardFixture(requiresReason: true)
        let order = try await fixture.order("application-7")
        let token = try await fixture.token([.readPersonal])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            let covered = try await browser.html("/orders/\(order.id)")
            #expect(!covered.contains("Roe") && !covered.contains("ana@example.test") && covered.contains("/orders/\(order.id)/reveal"))
            #expect(!(try await browser.html("/orders")).contains("Roe"))

            let asked = try await browser.submit("/orders/\(order.id)/reveal", on: "/orders/\(order.id)", [(name: "field", value: "email")])
            #expect(asked.status == 400 && !asked.html.contains("ana@example.test"))

            // What nobody can read is no reason.
            for nothing in ["\u{200B}", "\u{00AD} \u{2060}", "\u{3164}", "…", "-", String(repeating: "-", count: 500) + "a"] {
                let fields = [(name: "field", value: "email"), (name: "reason", value: nothing)]
                let answer = try await browser.submit("/orders/\(order.id)/reveal", on: "/orders/\(order.id)", fields)
                #expect(answer.status == 400 && !answer.html.contains("ana@example.test"))
            }
            let fields = [(name: "field", value: "email"), (name: "reason", value: "she called and asked")]
            let shown = try await browser.submit("/orders/\(order.id)/reveal", on: "/orders/\(order.id)", fields)
            #expect(shown.status == 200 && shown.html.contains("ana@example.test") && !shown.html.contains("Roe"))
            #expect(shown.html.contains("Ben Poe (dashboard)"))
            #expect(!(try await browser.html("/orders/\(order.id)")).contains("ana@example.test"))
        }
    }

    @Test("Somebody is searched for with a reason, asked once a search and kept; nothing is shown without, and nobody's name with it")
    func search() async throws {
        let fixture = try await DashboardFixture(requiresReason: true)
        let order = try await fixture.order("application-7")
        try await fixture.order("application-8") { $0.candidate = Candidate(firstName: "Ana", lastName: "Lyle", email: "al@example.test") }
        try await fixture.order("application-9") { $0.candidate = Candidate(firstName: "Eve", lastName: "Lee", email: "eve@example.test") }
        let token = try await fixture.token([.readPersonal])
        let other = try await fixture.token([.readPersonal], name: "Cid Low")
        func reads() async throws -> [AuditEntry] {
            try await fixture.store.audit(AuditQuery(), PageRequest(ascending: true)).items.filter {
                $0.action.hasSuffix(".read") && $0.outcome == AuditAct.Outcome.done.rawValue
            }
        }
        try await fixture.run { (browser) async throws in
            let stranger = browser.another
            _ = try await browser.signIn(token.secret)
            _ = try await stranger.signIn(other.secret)
            let without = try await browser.html("/orders?q=Ana")
            #expect(!without.contains("application-7") && !without.contains("application-8") && without.contains("action=\"/orders/search\""))
            let unreasoned = try await browser.submit("/orders/search", on: "/orders?q=Ana", [(name: "q", value: "Ana")])
            #expect(unreasoned.status == 400 && !unreasoned.html.contains("application-7"))
            let blank = [(name: "q", value: "Ana"), (name: "reason", value: "\u{200B}")]
            #expect(try await browser.submit("/orders/search", on: "/orders?q=Ana", blank).status == 400)
            #expect(try await reads().isEmpty)

            let fields = [(name: "q", value: "Ana"), (name: "reason", value: "she called")]
            let window = try #require(try await browser.submit("/orders/search", on: "/orders?q=Ana", fields).location)
            #expect(window.hasPrefix("/orders?search=") && !window.contains("Ana"))
            let found = try await browser.html(window)
            #expect(found.contains("application-7") && found.contains("application-8") && !found.contains("application-9"))
            for secret in ["Roe", "Lyle", "@example.test", "1632"] { #expect(!found.contains(secret)) }
            _ = try await browser.html(window)
            let entries = try await reads()
            #expect(
                !entries.isEmpty && entries.allSatisfy { $0.reason?.value == "Search: she called" }
                    && entries.count { $0.action == "orders.read" } == 1
            )

            // The window is theirs alone, and closes.
            #expect(!(try await stranger.html(window)).contains("application-7"))
            #expect(!(try await browser.html(window.dropLast() + "0")).contains("application-7"))
            fixture.clock.advance(by: .seconds(1000))
            let over = try await browser.html(window)
            #expect(over.contains("That search is over") && !over.contains("application-7"))

            // Who is alone is gone to at once: their page is covered as ever.
            let alone = try await browser.submit(
                "/orders/search",
                on: "/orders?q=x",
                [(name: "q", value: "Roe"), (name: "reason", value: "he asked")]
            )
            #expect(alone.location == "/orders/\(order.id)")
            #expect(!(try await browser.html("/orders/\(order.id)")).contains("Roe"))
        }
    }

    @Test("A search's address is one person's, also in a browser that is two people's; a reason that cannot be read is none")
    func sealed() {
        func viewer(_ id: String) -> Viewer {
            let principal = Principal(id: id, name: "desk", scopes: [.readPersonal])
            return Viewer(principal: principal, name: "desk", secret: Secret("shared"), isSession: false).masked
        }
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        let search = ReasonedSearch(text: "Ana", reason: "she called", since: now)
        let address = search.sealed(for: viewer("tok_1"))
        #expect(ReasonedSearch(address, for: viewer("tok_1"), at: now) == search)
        #expect(ReasonedSearch(address, for: viewer("tok_2"), at: now) == nil)
        let odd = ReasonedSearch(text: "Ana", reason: "she\u{202E}called", since: now).sealed(for: viewer("tok_1"))
        #expect(ReasonedSearch(odd, for: viewer("tok_1"), at: now) == nil)
    }

    @Test("Whoever may not see personal data searches for nobody, whatever they say")
    func searchWithoutScope() async throws {
        let fixture = try await DashboardFixture(requiresReason: true)
        try await fixture.order("application-7")
        let token = try await fixture.token([.operate])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            #expect(!(try await browser.html("/orders?q=Ana")).contains("/orders/search"))
            let fields = [(name: "q", value: "Roe"), (name: "reason", value: "curious")]
            #expect(try await browser.submit("/orders/search", on: "/orders", fields).status == 404)
        }
    }

    @Test("A look at an order's page is one entry, which names all that was shown; the page left open adds none")
    func oneEntry() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-7")
        let token = try await fixture.token([.readPersonal])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            func reads() async throws -> [AuditEntry] {
                try await fixture.store.audit(AuditQuery(), PageRequest(ascending: true)).items.filter { $0.action.hasSuffix(".read") }
            }
            _ = try await browser.html("/orders/\(order.id)")
            browser.headers["X-Fairlead-Live"] = "1"
            _ = try await browser.html("/orders/\(order.id)")
            browser.headers = [:]
            let page = try await browser.html("/orders/\(order.id)")
            let entries = try await reads()
            #expect(entries.map(\.action) == ["order.read"] && entries.first?.subject == order.id)
            let shown = (entries.first?.details["shown"]?.items ?? []).compactMap(\.text)
            #expect(shown.contains("order") && shown.contains("order.timeline"))
            #expect(page.contains("looked: order, timeline"))
            _ = try await browser.html("/orders")
            #expect(try await reads().map(\.action) == ["order.read", "orders.read"])
            fixture.clock.advance(by: .seconds(700))
            _ = try await browser.html("/orders/\(order.id)")
            #expect(try await reads().count == 3)
            // By the API nothing has changed: each thing is a look of its own.
            _ = try await fixture.api.answer(.get, "/orders/\(order.id)/timeline", for: .administrator)
            #expect(try await reads().last?.action == "order.timeline.read")
        }
    }

    @Test("A look names the page; an address with more in it is no other look, and a table says how many it had")
    func pagesAreNamed() async throws {
        let fixture = try await DashboardFixture()
        let own = try await fixture.order("application-1")
        let other = try await fixture.order("application-2")
        let token = try await fixture.token([.readPersonal])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            func reads() async throws -> [AuditEntry] {
                try await fixture.store.audit(AuditQuery(), PageRequest(ascending: true)).items.filter { $0.action.hasSuffix(".read") }
            }
            _ = try await browser.html("/orders/\(own.id)")
            _ = try await browser.html("/orders/\(own.id)?x=1")
            #expect(try await reads().map(\.subject) == [own.id])
            _ = try await browser.html("/orders/\(other.id)/case")
            #expect(try await reads().last?.details["page"] == "/orders/{id}/case")
            _ = try await browser.get("/orders.csv")
            _ = try await browser.get("/orders.csv?x=1")
            let table = try #require(try await reads().last)
            #expect(table.action == "orders.read" && table.details["page"] == "/orders.csv" && table.details["count"] == 2)
            #expect(try await reads().count == 3)
            _ = try await browser.get("/orders.csv?state=submitting")
            #expect(try await reads().count == 4)
            #expect(try await fixture.store.verifyAudit().isWhole)
        }
    }

    @Test("Whoever may not see personal data is not asked why")
    func withoutScope() async throws {
        let fixture = try await DashboardFixture(requiresReason: true)
        let order = try await fixture.order("application-7")
        let token = try await fixture.token([.operate])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            #expect(!(try await browser.html("/orders/\(order.id)")).contains("/reveal"))
            let fields = [(name: "field", value: "email"), (name: "reason", value: "curious")]
            #expect(try await browser.submit("/orders/\(order.id)/reveal", on: "/orders/\(order.id)", fields).status == 404)
        }
    }

    @Test("Signing in and out is recorded")
    func signIns() async throws {
        let fixture = try await DashboardFixture()
        let token = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            _ = try await browser.submit("/logout", on: "/")
            let entries = try await fixture.store.audit(AuditQuery(), PageRequest(ascending: true)).items
            #expect(entries.map(\.action) == ["session.begin", "session.end"])
        }
    }
}
