import Crypto
import Foundation
import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Testing
import Web

@testable import Dashboard

@Suite("An order's page")
struct OrderTests {
    @Test("It begins with the sentence, and every picture is named and is there as a table")
    func page() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") {
            $0.status.state = .inProgress
            $0.providerRef = "ref-1"
            $0.status.checks = [Check(name: "Address check", type: "address", status: "in-progress")]
        }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let html = try await browser.html("/orders/\(order.id)")
            #expect(html.contains("<h1>Ana Roe</h1>") && html.contains("class=\"sentence\">With Invented"))
            #expect(html.contains("Address check") && html.contains("ref-1"))
            let pictures = html.components(separatedBy: "<svg ").dropFirst().filter { !$0.contains("aria-hidden") }
            #expect(pictures.count >= 3)
            for picture in pictures { #expect(picture.contains("role=\"") && picture.contains("aria-label=\"") && picture.contains("<title>")) }
            #expect(html.components(separatedBy: "As a table").count == 3)
            #expect(try await browser.get("/orders/ord_nothing").status == 404)
        }
    }

    @Test("Buttons are for what is possible and permitted; the server checks it again")
    func scopes() async throws {
        let fixture = try await DashboardFixture()
        let open = try await fixture.order("application-1")
        let failed = try await fixture.order("application-2") { $0.status.state = .failed }
        let tokens = (read: try await fixture.token([.read]), order: try await fixture.token([.order]), operate: try await fixture.token([.operate]))
        try await fixture.run { (browser) async throws in
            let (clerk, supervisor) = (browser.another, browser.another)
            _ = try await browser.signIn(tokens.read.secret)
            _ = try await clerk.signIn(tokens.order.secret)
            _ = try await supervisor.signIn(tokens.operate.secret)
            #expect(try await browser.html("/orders/\(open.id)").contains("/cancel\"") == false)
            #expect(try await clerk.html("/orders/\(open.id)").contains("/cancel\""))
            #expect(try await clerk.html("/orders/\(failed.id)").contains("/discard\"") == false)
            #expect(try await supervisor.html("/orders/\(failed.id)").contains("/discard\""))
            // A form that was not shown does nothing, whatever token of a form it has.
            #expect(try await browser.submit("/orders/\(open.id)/cancel", on: "/").status == 403)
            #expect(try await clerk.submit("/orders/\(failed.id)/discard", on: "/").status == 403)
            #expect(try await fixture.store.order(open.id)?.state == .accepted)
            #expect(try await fixture.store.order(failed.id)?.status.problem == nil)
        }
    }

    @Test("What was refused can be let be: it stays so, needs nobody any more, and can still be sent again")
    func refused() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") {
            $0.status.state = .refused
            $0.status.problem = Problem(code: "refused", message: "no such package", at: $0.createdAt)
        }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let path = "/orders/\(order.id)"
            #expect(try await browser.html("/orders").contains("mend and send again"))
            #expect(try await browser.submit(path + "/discard", on: path).location == path + "?done=discard")
            let page = try await browser.html(path)
            #expect(!page.contains("/discard\"") && page.contains("/retry\""))
            #expect(try await fixture.store.order(order.id)?.state == .refused)
            #expect(!(try await browser.html("/orders")).contains("mend and send again"))
            #expect(page.contains("Invented named none."))
        }
    }

    @Test("What happened is said in words: no name of the settings, no moment for machines, no code that stands there already")
    func words() throws {
        func item(_ kind: String, _ text: String, _ details: JSON = [:]) throws -> TimelineItem {
            try #require(TimelineItem(["at": "2026-11-30T07:12:57.000Z", "kind": .string(kind), "text": .string(text), "details": details]))
        }
        let provider = (id: "workerchecks", title: "WorkerChecks")
        let format = Format(now: Timestamp(milliseconds: 1_796_023_818_000))
        #expect(try item("submitting", "sending to workerchecks").words(provider: provider) == "Sending to WorkerChecks")
        #expect(try item("reported", "workerchecks reports in_progress").words(provider: provider) == "WorkerChecks reports in progress")
        let waits = try item("deferred", "not sent; next attempt at 2026-11-30T07:18:35.780Z", ["code": "unavailable"])
        #expect(waits.words(provider: provider) == "Not sent; next attempt at 30 Nov 07:18 UTC")
        #expect(waits.model(format)["code"] as? String == "unavailable")
        let told = try item("told", "telling the ATS ended skipped", ["code": "skipped"])
        #expect(told.words(provider: provider) == "The ATS needed no telling" && told.model(format)["code"] == nil)
        let changed = try item("changed", "accepted → requested", ["cause": "submit"])
        #expect(changed.model(format)["cause"] as? String == "as it was sent")
    }

    @Test(
        "Each exchange with the provider leads to what is recorded of it, and a refusal is marked as one; older entries than are shown lead nowhere"
    )
    func exchanges() throws {
        let at: JSON = "2026-11-30T10:00:00.000Z"
        let items: [JSON] = [
            ["at": at, "kind": "accepted", "text": "accepted", "details": [:]],
            ["at": at, "kind": "submitting", "text": "sending to invented", "details": ["attempt": 2]],
            ["at": at, "kind": "submitted", "text": "invented refused the order", "details": ["error": "no_such_package", "http_status": 422]],
            ["at": at, "kind": "submitted", "text": "invented has the order", "details": ["provider_ref": "ref-1"]],
            [
                "at": at, "kind": "report", "text": "invented reports completed",
                "details": ["event": "evt_1", "provider_status": ["status": "done"]],
            ],
        ]
        func facts(_ items: [JSON]) -> OrderPage.Facts {
            let timeline = items.compactMap { TimelineItem($0) }
            return OrderPage.Facts(order: [:], timeline: timeline, record: .array(items), runs: [], hasOlderRuns: false, event: nil)
        }
        let own = facts(items)
        let arrows = Lanes(own, now: Timestamp(milliseconds: 1_796_023_818_000)).arrows
        #expect(arrows.map(\.href) == ["#happened-0", "#happened-1", "#happened-2", "#happened-3", "/events/evt_1"])
        #expect(arrows.map(\.failed) == [false, false, true, false, false])
        #expect(own.timeline.map(\.exchange) == [nil, "attempt 2", "no such package, HTTP 422", "reference ref-1", "status done"])
        let many = facts(Array(repeating: items[0], count: 301))
        #expect(OrderPage.anchor(0, many) == nil && OrderPage.anchor(1, many) == "#happened-1")
    }

    @Test("Cancelling is done by the API's command, named after who did it and where, with the note")
    func cancel() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1")
        let token = try await fixture.token([.order, .readPersonal], name: "Ben Poe")
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            let path = "/orders/\(order.id)"
            let response = try await browser.submit(path + "/cancel", on: path, [(name: "note", value: "wrong person")])
            #expect(response.status == 303 && response.location == path + "?done=cancel")
            #expect(try await fixture.store.order(order.id)?.state == .cancelled)
            let page = try await browser.html(path + "?done=cancel")
            #expect(page.contains("Cancelled.") && page.contains("Ben Poe (dashboard)") && page.contains("wrong person"))
            #expect(!page.contains("/cancel\""))
            // What cannot be done is said in place, and nothing happened.
            let again = try await browser.submit(path + "/refresh", on: path)
            #expect(again.status == 409 && again.html.contains("Nothing was done."))
        }
    }

    @Test("A form of another connection's order does nothing")
    func foreignOrder() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-2", connection: "beta")
        let token = try await fixture.token([.order, .operate], connections: ["acme"])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            #expect(try await browser.submit("/orders/\(order.id)/cancel", on: "/").status == 404)
            #expect(try await fixture.store.order(order.id)?.state == .accepted)
        }
    }

    @Test("An uncertain order has a desk: what was sent, and the three ways out")
    func desk() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.status.state = .uncertain }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let path = "/orders/\(order.id)"
            let page = try await browser.html(path)
            #expect(page.contains("Did Invented get it?") && page.contains("ana@example.test"))
            #expect(page.contains("then decide below") && !page.contains("--adopt"))
            for word in ["adopt", "resubmit", "abandon"] { #expect(page.contains("name=\"action\" value=\"\(word)\"")) }
            let response = try await browser.submit(
                path + "/resolve",
                on: path,
                [(name: "action", value: "abandon"), (name: "note", value: "asked them")]
            )
            #expect(response.status == 303)
            #expect(try await fixture.store.order(order.id)?.state == .failed)
            #expect(try await browser.html(path).contains("Did Invented get it?") == false)
        }
    }

    @Test("Who sees some connections only cannot adopt what nobody vouches for, and is told who can")
    func forcedAdoption() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.status.state = .uncertain }
        let token = try await fixture.token([.operate], connections: ["acme"])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            let path = "/orders/\(order.id)"
            let seen = try #require(Browser.hidden("updated_at", in: try await browser.html(path)))
            let adopting = [(name: "action", value: "adopt"), (name: "provider_ref", value: "ref-<b>1"), (name: "updated_at", value: seen)]
            let refused = try await browser.submit(path + "/resolve", on: path, adopting)
            #expect(refused.status == 422 && !refused.html.contains("Adopt all the same") && !refused.html.contains("<b>1"))
            #expect(refused.html.contains("whoever sees all connections can adopt it with force"))
            let forced = try await browser.submit(path + "/resolve", on: path, adopting + [(name: "force", value: "1")])
            #expect(forced.status == 422)
            #expect(try await fixture.store.order(order.id)?.state == .uncertain)
        }
    }

    @Test("Where the only request that agrees is older, who may not see in what can still send again, after being asked once more")
    func maskedResubmit() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.status.state = .uncertain }
        let token = try await fixture.token([.operate])
        let made = order.createdAt + .seconds(-3600)
        let person = Report.Subject(firstName: "Ana", lastName: "Roe", email: "ana@example.test", reference: nil)
        fixture.provider.list([ListedRequest(reference: "ref-older", createdAt: made, subject: person)])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            let path = "/orders/\(order.id)"
            let seen = try #require(Browser.hidden("updated_at", in: try await browser.html(path)))
            let again = [(name: "action", value: "resubmit"), (name: "updated_at", value: seen)]
            let refused = try await browser.submit(path + "/resolve", on: path, again)
            #expect(refused.status == 409 && refused.html.contains("Send again all the same"))
            #expect(try await fixture.store.order(order.id)?.state == .uncertain)
            let done = try await browser.submit(path + "/resolve", on: path, again + [(name: "force", value: "1")])
            #expect(done.status == 303)
            #expect(try await fixture.store.order(order.id)?.state != .uncertain)
        }
    }

    @Test("The desk lists what the provider has, by agreement and without a name of somebody else; one form adopts it")
    func deskList() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.status.state = .uncertain }
        let taken = try await fixture.order("application-2") { $0.providerRef = "ref-taken" }
        let both = try await fixture.token([.operate, .readPersonal], name: "Cid Low")
        let tokens = (operate: try await fixture.token([.operate]), read: try await fixture.token([.readPersonal]), both: both)
        fixture.provider.list([
            ListedRequest(reference: "ref-silent"), ListedRequest(reference: "ref-taken"),
            ListedRequest(reference: "ref-own", subject: .init(firstName: "Ana", lastName: "Roe", email: "ana@example.test", reference: nil)),
            ListedRequest(reference: "ref-eve", subject: .init(firstName: "Eve", lastName: "Poe", email: "eve@example.test", reference: nil)),
        ])
        try await fixture.run { (browser) async throws in
            let reader = browser.another
            _ = try await reader.signIn(tokens.read.secret)
            #expect(!(try await reader.html("/orders/\(order.id)")).contains("ref-own") && fixture.provider.listings == 0)
            _ = try await browser.signIn(tokens.operate.secret)
            let path = "/orders/\(order.id)"
            let page = try await browser.html(path)
            #expect(page.contains("ref-own") && page.contains("agrees") && page.contains("ref-silent"))
            // In which fields it agrees is for those who may see them; that somebody asked is kept.
            #expect(!page.contains("same e-mail"))
            let entries = try await fixture.store.audit(AuditQuery(), PageRequest(ascending: true)).items
            #expect(entries.contains { $0.subject == order.id && $0.action.hasSuffix(".read") })
            let seeing = browser.another
            _ = try await seeing.signIn(tokens.both.secret)
            #expect(try await seeing.html(path).contains("same e-mail, name"))
            #expect(!page.contains("ref-taken") && !page.contains("ref-eve") && !page.contains("ana@example.test") && !page.contains("Roe"))
            #expect(page.contains("Order a second screening?") && page.contains("None of these: send again"))
            // A page that is left open, and one that is loaded again at once, ask nobody.
            browser.headers["X-Fairlead-Live"] = "1"
            #expect(try await browser.html(path).contains("ref-own"))
            browser.headers = [:]
            _ = try await browser.html(path)
            #expect(fixture.provider.listings == 1)
            let seen = try #require(Browser.hidden("updated_at", in: page))
            let adopting = [(name: "action", value: "adopt"), (name: "provider_ref", value: "ref-own")]
            let stale = try await browser.submit(path + "/resolve", on: path, adopting + [(name: "updated_at", value: "2020-01-01T00:00:00.000Z")])
            #expect(stale.status == 409 && stale.html.contains("has changed since you looked at it"))
            let others = [(name: "action", value: "adopt"), (name: "provider_ref", value: "ref-taken"), (name: "updated_at", value: seen)]
            let refused = try await browser.submit(path + "/resolve", on: path, others)
            #expect(refused.status == 422 && refused.html.contains(taken.id))
            let done = try await browser.submit(path + "/resolve", on: path, adopting + [(name: "updated_at", value: seen)])
            #expect(done.status == 303)
            let adopted = try await fixture.store.order(order.id)
            #expect(adopted?.providerRef == "ref-own" && adopted?.state == .requested)
        }
    }

    @Test("Of requests that are not shown it is said that they are there, before one is sent again")
    func deskIncomplete() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.status.state = .uncertain }
        let token = try await fixture.token([.operate, .readPersonal], connections: ["acme"])
        fixture.provider.list([ListedRequest(reference: "ref-silent")])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            let page = try await browser.html("/orders/\(order.id)")
            #expect(
                !page.contains("ref-silent") && page.contains("look there before you send again")
                    && page.contains("that are not shown: look there first")
            )
            #expect(page.contains("<summary>Send again</summary>") && !page.contains("None of these"))
        }
    }

    @Test("Where the provider cannot be asked, or the account is paused, the desk says so")
    func deskSilent() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.status.state = .uncertain }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            try await Commands(fixture.context).pause(account: "one", note: nil)
            let page = try await browser.html("/orders/\(order.id)")
            #expect(page.contains("Nothing was sent: ") && page.contains("Adopt by reference") && fixture.provider.listings == 0)
            #expect(page.contains("Send again unseen"))
        }
    }

    @Test("The case file stands alone, and its signature can be verified with what stands in it")
    func caseFile() async throws {
        var fixture = try await DashboardFixture()
        fixture.parts.signingSecret = { Secret("c2VjcmV0IG9mIHRoZSB0ZXN0cywgMzIgYnl0ZXMhIQ==") }
        let order = try await fixture.order("application-1") {
            $0.candidate = Candidate(firstName: "Ana & \"Bo\"", lastName: "Roe", email: "a@example.test")
        }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let response = try await browser.get("/orders/\(order.id)/case")
            let html = response.html
            #expect(!html.contains("<script") && !html.contains("<link") && !html.contains("src="))
            #expect(response.header("Content-Security-Policy")?.contains("default-src 'none'; style-src 'sha256-") == true)
            func part(_ id: String) throws -> String {
                let text = try #require(html.components(separatedBy: "<pre id=\"\(id)\">").dropFirst().first?.components(separatedBy: "</pre>").first)
                return text.replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
                    .replacing("&amp;", with: "&")
            }
            let record = try part("record")
            let body = try part("public-key").split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
            let raw = try #require(Data(base64Encoded: body)).suffix(32)
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: raw)
            let signature = try #require(Data(base64Encoded: try part("signature")))
            #expect(key.isValidSignature(signature, for: Data(record.utf8)))
            #expect(!key.isValidSignature(signature, for: Data(record.replacing("accepted", with: "completed").utf8)))
            let json = try JSON(parsing: Array(record.utf8))
            #expect(json["order"]?["external_id"] == "application-1" && json["statement"]?["times_sent"] == 0)
            // Whoever is handed a file has somewhere else to hold its key against.
            #expect(try await browser.html("/settings").contains(body))
        }
    }
}
