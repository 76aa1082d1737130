import Foundation
import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Dashboard

@Suite("A delivery that is pasted into the box")
struct PastedDeliveryTests {
    private static let body = #"{"id":"ref-77","status":"completed"}"#

    /// A provider's webhook about an order.
    private static func receive(_ number: Int, of order: Order, _ fixture: DashboardFixture) async throws -> String {
        let event = Event(
            id: IdentifierKind.event.make(at: fixture.clock.now(), from: fixture.random),
            kind: .webhook,
            connection: "acme",
            account: "one",
            order: order.id,
            request: ReceivedRequest(method: "POST", path: "", body: Array((number == 0 ? body : #"{"id":"ref-77","n":\#(number)}"#).utf8)),
            receivedAt: fixture.clock.now()
        )
        _ = try await fixture.store.accept(event, dedupe: nil)
        return event.id
    }

    private static func sent(_ text: String, _ browser: Browser) async throws -> WireResponse {
        let token = Browser.hidden("csrf", in: try await browser.html("/connections/acme")) ?? ""
        return try await browser.post("/orders/delivery", [(name: "csrf", value: token), (name: "q", value: text)])
    }

    @Test("One that was received is gone to; of another it is said that it was not, with what is about the same")
    func found() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.providerRef = "ref-77" }
        let event = try await Self.receive(0, of: order, fixture)
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let path = "/orders?q=" + PercentEncoding.text(Self.body)
            #expect(try await browser.get(path).location == "/events/\(event)")
            #expect(try await Self.sent("  " + Self.body + "\n", browser).location == "/events/\(event)")
            let laidOut = try await Self.sent("{ \"status\": \"completed\", \"id\": \"ref-77\" }", browser)
            #expect(laidOut.location == "/events/\(event)")
            let order2 = try await fixture.order("application-2") { $0.providerRef = "ref-78" }
            let none = try await Self.sent(#"{"id":"ref-77","other_id":"ref-78"}"#, browser)
            #expect(none.status == 200 && none.html.contains("It was not received") && none.html.contains("is about the same"))
            #expect(none.html.contains("/orders/\(order.id)") && none.html.contains("/orders/\(order2.id)"))
            // What is about the same is not gone to as if it were the delivery.
            let related = try await Self.sent(#"{"other_id":"ref-78"}"#, browser)
            #expect(related.status == 200 && related.html.contains("It was not received") && related.html.contains("/orders/\(order2.id)"))
            // What names more than is looked up may have been received.
            let ids = (0..<14).map { "\"id\":\"x\($0)\"" }.joined(separator: "},{")
            let partly = try await Self.sent(
                "{\"all\":[{\(ids)}],\"to\":\"\((0..<6).map { "p\($0)@example.test" }.joined(separator: " "))\"}",
                browser
            )
            #expect(partly.html.contains("2 more identifiers and 1 more e-mail address, so that it may have been received"))
            #expect(!partly.html.contains("It was not received"))
            // Of what was cut off nobody can say.
            let half = try await Self.sent(#"{"id":"ref-77","other_"#, browser)
            #expect(half.html.contains("This is not whole JSON") && !half.html.contains("It was not received"))
            let unknown = try await Self.sent(#"{"n":1}"#, browser)
            #expect(unknown.html.contains("It was not received") && unknown.html.contains("a delivery that was refused is not kept"))
        }
    }

    @Test("One that is larger than an address may be is taken, and is none of an address")
    func large() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let large = try await Self.sent(#"{"text":"\#(String(repeating: "x", count: 60_000))"}"#, browser)
            #expect(large.status == 200 && large.html.contains("It was not received"))
        }
    }

    @Test("What is no delivery, sent by a form that once held one, is looked for as any text is")
    func another() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await Self.sent("Ana Roe", browser).location == "/orders?q=Ana%20Roe")
            #expect(try await Self.sent(String(repeating: "x", count: 501), browser).location == "/orders")
        }
    }

    @Test("It takes the scope read_personal; where reasons are asked for, a reason")
    func withheld() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.providerRef = "ref-77" }
        let event = try await Self.receive(0, of: order, fixture)
        let reader = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(reader.secret)
            let answer = try await Self.sent(Self.body, browser)
            #expect(answer.status == 200 && answer.html.contains("read_personal") && !answer.html.contains(event))
        }
        let strict = try await DashboardFixture(requiresReason: true)
        let its = try await strict.order("application-1") { $0.providerRef = "ref-77" }
        let wanted = try await Self.receive(0, of: its, strict)
        try await strict.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let asked = try await Self.sent(Self.body, browser)
            #expect(asked.location == nil && asked.html.contains("Why you need it"))
            let fields = [(name: "q", value: Self.body), (name: "reason", value: "the ATS asks")]
            #expect(try await browser.submit("/orders/search", on: "/orders?q=roe", fields).location == "/events/\(wanted)")
        }
    }
}
