import HTTPTypes
import Screening
import ScreeningTesting
import Testing

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

            let fields = [(name: "field", value: "email"), (name: "reason", value: "she called and asked")]
            let shown = try await browser.submit("/orders/\(order.id)/reveal", on: "/orders/\(order.id)", fields)
            #expect(shown.status == 200 && shown.html.contains("ana@example.test") && !shown.html.contains("Roe"))
            #expect(shown.html.contains("Ben Poe (dashboard)"))
            #expect(!(try await browser.html("/orders/\(order.id)")).contains("ana@example.test"))
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
