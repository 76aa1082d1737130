import HTTPTypes
import Screening
import ScreeningTesting
import Testing
import Web

@testable import Dashboard

@Suite("Erasing a person")
struct ErasureTests {
    @Test("What would be destroyed is counted first; it is destroyed when somebody says so, and the certificate can be kept")
    func erasing() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.status.state = .completed }
        let other = try await fixture.order("application-2") {
            $0.candidate = Candidate(firstName: "Eve", lastName: "Poe", email: "eve@example.test")
            $0.status.state = .completed
        }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let path = "/orders/\(order.id)/person"
            #expect(try await browser.html("/orders/\(order.id)").contains(path))
            let plan = try await browser.html(path)
            #expect(plan.contains("What erasing would destroy") && plan.contains("<dt>orders</dt><dd>1</dd>") && plan.contains("Erase this person"))
            #expect(try await fixture.store.order(order.id)?.candidate.email.value == "ana@example.test")
            let done = try await browser.submit("/person/erase", on: path, [(name: "order", value: order.id), (name: "note", value: "by letter")])
            let place = try #require(done.location)
            #expect(done.status == 303 && place.hasPrefix("/erasures/ers_"))
            let page = try await browser.html(place)
            #expect(page.contains("Download the certificate") && page.contains("<dt>orders</dt><dd>1</dd>") && !page.contains("ana@example.test"))
            let file = try await browser.get(place + "/certificate.json")
            #expect(file.header("Content-Disposition")?.contains("certificate-ers_") == true && file.html.contains("\"signature\""))
            #expect(try await browser.html("/erasures").contains(place))
            #expect(try await fixture.store.order(order.id)?.candidate.email.value != "ana@example.test")
            #expect(try await fixture.store.order(other.id)?.candidate.email.value == "eve@example.test")
            let entries = try await fixture.store.audit(AuditQuery(), PageRequest()).items
            #expect(entries.contains { $0.action == "candidate.erase" })
        }
    }

    @Test("An order that is open is erased only when somebody says so once more")
    func openOrders() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1")
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let path = "/orders/\(order.id)/person"
            let plan = try await browser.html(path)
            #expect(plan.contains("Still open") && plan.contains("Erase all the same") && plan.contains("name=\"force\" value=\"1\""))
            let refused = try await browser.submit("/person/erase", on: path, [(name: "order", value: order.id)])
            #expect(refused.status == 409 && refused.html.contains("Nothing was erased"))
            #expect(try await fixture.store.order(order.id)?.candidate.email.value == "ana@example.test")
            let done = try await browser.submit("/person/erase", on: path, [(name: "order", value: order.id), (name: "force", value: "1")])
            #expect(done.status == 303)
            #expect(try await fixture.store.order(order.id)?.candidate.email.value != "ana@example.test")
        }
    }

    @Test("A person is looked for by an address that is in no page's own address")
    func byAddress() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.order("application-1") { $0.status.state = .completed }
        try await fixture.order("application-2") { $0.status.state = .completed }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.html("/orders?q=ana%40example.test").contains("action=\"/person\""))
            let found = try await browser.submit("/person", on: "/erasures", [(name: "email", value: "ana@example.test")])
            #expect(found.status == 200 && found.html.contains("<dt>orders</dt><dd>2</dd>"))
            let nobody = try await browser.submit("/person", on: "/erasures", [(name: "email", value: "nobody@example.test")])
            #expect(nobody.html.contains("Nothing is stored of this person") && !nobody.html.contains("Erase this person"))
            #expect(try await browser.submit("/person", on: "/erasures", [(name: "email", value: "<b>Ana")]).status == 422)
            #expect(try await browser.submit("/person", on: "/erasures").status == 400)
        }
    }

    @Test("Where reasons are required, whether anything is stored of somebody is told to who says why")
    func withReason() async throws {
        let fixture = try await DashboardFixture(requiresReason: true)
        let order = try await fixture.order("application-1") { $0.status.state = .completed }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let path = "/orders/\(order.id)/person"
            let asked = try await browser.html(path)
            #expect(asked.contains("Why you need it") && !asked.contains("What erasing would destroy"))
            let address = (name: "email", value: "ana@example.test")
            for fields in [[address], [address, (name: "reason", value: String(repeating: "-", count: 500) + "a")]] {
                let without = try await browser.submit("/person", on: path, fields)
                #expect(without.status == 400 && !without.html.contains("<dt>orders</dt>"))
            }
            let told = try await browser.submit("/person", on: path, [address, (name: "reason", value: "she wrote")])
            #expect(told.status == 200 && told.html.contains("<dt>orders</dt><dd>1</dd>"))
            let looks = try await fixture.store.audit(AuditQuery(), PageRequest()).items.filter { $0.action.hasPrefix("candidate.") }
            #expect(looks.map(\.action) == ["candidate.erase.read"] && looks.first?.reason?.value == "Erasing: she wrote")
        }
    }

    @Test("What is on legal hold is named, and there is no button")
    func held() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.status.state = .completed }
        _ = try await fixture.api.answer(.post, "/orders/\(order.id)/hold", body: ["note": "a dispute"], for: .administrator)
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let path = "/orders/\(order.id)/person"
            let plan = try await browser.html(path)
            #expect(plan.contains("A legal hold keeps it") && !plan.contains("action=\"/person/erase\""))
            let refused = try await browser.submit("/person/erase", on: path, [(name: "order", value: order.id), (name: "force", value: "1")])
            #expect(refused.status == 409)
            #expect(try await fixture.store.order(order.id)?.candidate.email.value == "ana@example.test")
        }
    }

    @Test("Nobody else gets there: not without the scope, and not who sees some connections only", arguments: [false, true])
    func rights(_ isRestricted: Bool) async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.status.state = .completed }
        let token = try await fixture.token(
            isRestricted ? [.admin, .readPersonal] : [.operate, .order, .readPersonal],
            connections: isRestricted ? ["acme"] : nil
        )
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            #expect(!(try await browser.html("/orders/\(order.id)")).contains("/person"))
            for path in ["/orders/\(order.id)/person", "/erasures"] { #expect(try await browser.get(path).status == 403, "\(path)") }
            for path in ["/person", "/person/erase"] {
                #expect(try await browser.submit(path, on: "/", [(name: "order", value: order.id)]).status == 403, "\(path)")
            }
            #expect(try await browser.post("/person/erase", [(name: "order", value: order.id)]).status == 403)
            #expect(try await fixture.store.order(order.id)?.candidate.email.value == "ana@example.test")
        }
    }
}
