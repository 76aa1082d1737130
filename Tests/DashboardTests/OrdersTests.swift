import Foundation
import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Dashboard

@Suite("The list of orders")
struct OrdersTests {
    @Test("An empty list says whether there is nothing yet or filters hide all")
    func empty() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.html("/orders").contains("No orders yet"))
            try await fixture.order("application-1")
            let hidden = try await browser.html("/orders?state=completed")
            #expect(hidden.contains("No order matches") && hidden.contains("Show all orders"))
            #expect(try await browser.html("/orders?q=nobody").contains("No order matches"))
            let all = try await browser.html("/orders")
            #expect(all.contains("application-1"))
            // The strips are there as a table; what came of an order and how old it is are filters.
            let table = try #require(all.components(separatedBy: "id=\"lives-table\"").dropFirst().first?.components(separatedBy: "</details>").first)
            #expect(table.contains("<th scope=\"row\">application-1</th>"))
            #expect(all.contains("href=\"/orders?outcome=consider\"") && all.contains("href=\"/orders?older=3d\""))
            let old = try await browser.html("/orders?older=3d&outcome=clear")
            #expect(old.contains("No order matches") && !old.contains("older: 3d") && !old.contains("outcome: clear"))
        }
    }

    @Test("A search that finds exactly one goes to it; one that finds several lists them")
    func search() async throws {
        let fixture = try await DashboardFixture()
        let first = try await fixture.order("application-1")
        try await fixture.order("application-2")
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            for text in ["application-1", first.id] {
                #expect(try await browser.get("/orders?q=\(text)").location == "/orders/\(first.id)")
            }
            let both = try await browser.get("/orders?q=roe%20ana")
            #expect(both.status == 200 && both.html.contains("application-1") && both.html.contains("application-2"))
        }
    }

    @Test("An external id that looks like an identifier of ours is found; what finds nothing says how much of a name is needed")
    func likeOurs() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("ord_of-theirs")
        try await fixture.order("evt_one")
        try await fixture.order("evt_one", connection: "beta")
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.get("/orders?q=ord_of-theirs").location == "/orders/\(order.id)")
            #expect(try await browser.get("/orders?q=evt_one").location == "/orders?external_id=evt_one")
            let short = try await browser.html("/orders?q=ro")
            #expect(short.contains("four letters of its beginning") && short.contains("search: ro"))
            let long = try await browser.get("/orders?q=" + String(repeating: "a", count: 501))
            #expect(long.status == 200 && long.html.contains("may have 500 characters"))
        }
    }

    @Test("A search that finds more than a page says so, and leads to the rest; a filter that leaves one lists it")
    func cutSearch() async throws {
        let fixture = try await DashboardFixture()
        for number in 1...(OrdersPage.rowsOnPage * 2 + 2) { try await fixture.order("application-\(number)") }
        try await fixture.order("application-last") { $0.status.state = .completed }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let html = try await browser.html("/orders?q=ana")
            #expect(html.contains("The newest 50 of more") && html.contains("Look on"))
            let cursor = try #require(html.split(separator: "cursor=").dropFirst().first?.split(separator: "\"").first)
            let second = try await browser.html("/orders?q=ana&cursor=\(cursor)")
            #expect(second.contains("50 more among the next") && !second.contains("The newest 50"))
            let older = try #require(second.split(separator: "rel=\"next\" href=\"").last?.split(separator: "\"").first)
            let last = try #require(older.split(separator: "cursor=").last)
            let rest = try await browser.html("/orders?q=ana&cursor=\(last)")
            #expect(rest.contains(">application-1<") && !rest.contains("of more"))
            #expect(!(try await browser.html("/orders")).contains("of more"))
            let one = try await browser.get("/orders?q=ana&state=completed")
            #expect(one.status == 200 && one.html.contains("application-last") && !one.html.contains(">application-1<"))
        }
    }

    @Test("An external id that looks like ours is found on every connection that has it")
    func alike() async throws {
        let fixture = try await DashboardFixture()
        let first = try await fixture.order("ord_1")
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.get("/orders?q=ord_1").location == "/orders/\(first.id)")
            let second = try await fixture.order("ord_1", connection: "beta")
            let place = try #require(try await browser.get("/orders?q=ord_1").location)
            #expect(place.hasPrefix("/orders?external_id="))
            let list = try await browser.html(place)
            #expect(list.contains(first.id) && list.contains(second.id))
        }
    }

    @Test("Names with markup are shown as they are written")
    func markup() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-<i>1</i>") {
            $0.candidate = Candidate(
                firstName: "<script>alert(1)</script>",
                lastName: "\"onmouseover='x'",
                email: "ana@example.test"
            )
        }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            for path in [
                "/orders", "/orders/\(order.id)", "/orders/\(order.id)/case", "/orders?external_id=%3Cb%3Eno%3C/b%3E", "/orders?q=%22%3E%3Cb%3E",
            ] {
                let html = try await browser.html(path)
                #expect(!html.contains("<script>alert") && !html.contains("<i>1") && !html.contains("<b>"), "\(path)")
                #expect(!html.contains("\"onmouseover"), "\(path)")
            }
            #expect(try await browser.html("/orders").contains("&lt;script&gt;alert(1)"))
        }
    }

    @Test("Without read_personal nobody's name is shown, and the box finds external ids and our own ids")
    func withoutPersonal() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1")
        try await fixture.order("application-2")
        let token = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            for path in ["/orders", "/orders/\(order.id)", "/orders/\(order.id)/case", "/orders.csv"] {
                let html = try await browser.html(path)
                #expect(html.contains("application-1"), "\(path)")
                #expect(!html.contains("Roe") && !html.contains("ana@example.test") && !html.contains("1632"), "\(path)")
            }
            let found = try await browser.html("/orders?q=application-1")
            #expect(found.contains("application-1") && !found.contains("application-2"))
            #expect(try await browser.html("/orders?q=roe").contains("No order matches"))
            #expect(try await browser.get("/orders?q=\(order.id)").location == "/orders/\(order.id)")
        }
    }

    @Test("A token for some connections sees nothing of others, and no counts of them")
    func restricted() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.order("application-1")
        let other = try await fixture.order("application-2", connection: "beta")
        let token = try await fixture.token([.readPersonal], connections: ["acme"])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            let list = try await browser.html("/orders")
            #expect(list.contains("application-1") && !list.contains("application-2") && !list.contains("beta") && !list.contains("account=two"))
            #expect(list.contains("accepted <span class=\"n\">1</span>"))
            #expect(try await browser.get("/orders/\(other.id)").status == 404)
            let now = try await browser.html("/")
            #expect(!now.contains("beta") && !now.contains("/accounts/two"))
        }
    }

    @Test("The export has the view's rows, and nothing that a spreadsheet takes for a formula")
    func export() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.order("=cmd|'/c calc'!A0")
        try await fixture.order("application-2") { $0.status.state = .completed }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let all = try await browser.get("/orders.csv")
            #expect(all.header("Content-Disposition")?.contains("attachment") == true)
            #expect(all.html.contains("'=cmd") && !all.html.contains(",=cmd") && all.html.contains("application-2"))
            let some = try await browser.html("/orders.csv?state=completed")
            #expect(some.contains("application-2") && !some.contains("=cmd"))
        }
    }

    @Test("Filters are links that can be put on and taken off, and pages lead to older orders")
    func filtersAndPages() async throws {
        let fixture = try await DashboardFixture()
        for number in 1...(OrdersPage.rowsOnPage + 3) { try await fixture.order("application-\(number)") }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let html = try await browser.html("/orders?state=accepted")
            #expect(html.contains("href=\"/orders\" aria-current=\"true\""))
            #expect(html.contains("href=\"/orders?state=accepted&amp;connection=acme\""))
            #expect(html.contains("Older") && !html.contains("Newest"))
            let cursor = try #require(html.split(separator: "cursor=").dropFirst().first?.split(separator: "\"").first)
            let older = try await browser.html("/orders?state=accepted&cursor=\(cursor)")
            #expect(older.contains(">application-1<") && older.contains("Newest") && !older.contains("Older"))
            #expect(try await browser.get("/orders?state=nonsense").status == 400)
        }
    }

    @Test("An order's strip shows who had to act in the order in which it came, against what is usual")
    func strip() async throws {
        let fixture = try await DashboardFixture()
        let start = fixture.clock.now()
        try await fixture.order("application-1") { order in
            order.status.state = .inProgress
            order.record.sentAt = start
            for (holder, hours) in [(OrderTime.Holder.candidate, 1), (.provider, 2), (.candidate, 4), (.provider, 5)] {
                order.time.pass(to: holder, at: start + .seconds(hours * 3600))
            }
        }
        for _ in 0..<20 {
            let turnaround = Turnaround(account: "one", package: "pkg_1", completedAt: start, spans: [.whole: .seconds(3 * 3600)])
            try await fixture.store.perform([.took(turnaround)])
        }
        fixture.clock.advance(by: .seconds(6 * 3600))
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let html = try await browser.html("/orders")
            #expect(html.contains("had to act: us 1 h, then candidate 1 h, then provider 2 h, then candidate 1 h, then provider 1 h"))
            #expect(html.contains("half of such orders take") && html.contains("class=\"usual\"") && html.contains("later than 9 of 10"))
            let strip = try #require(html.components(separatedBy: "class=\"strip\"").dropFirst().first?.components(separatedBy: "</svg>").first)
            let drawn = strip.components(separatedBy: "class=\"f-").dropFirst().compactMap { $0.components(separatedBy: "\"").first }
            #expect(drawn == ["us", "candidate", "provider", "candidate", "provider"])
        }
    }

    @Test("What is late is told by the accounts that somebody sees, and says nothing of others")
    func late() async throws {
        let fixture = try await DashboardFixture()
        for (account, days) in [("one", 3), ("two", 40)] {
            for _ in 0..<20 {
                let span = Duration.seconds(days * 86_400)
                let turnaround = Turnaround(account: account, package: "pkg_1", completedAt: fixture.clock.now(), spans: [.whole: span])
                try await fixture.store.perform([.took(turnaround)])
            }
        }
        let tokens = (acme: try await fixture.token([.read], connections: ["acme"]), all: try await fixture.token([.read]))
        try await fixture.run { (browser) async throws in
            let other = browser.another
            _ = try await browser.signIn(tokens.acme.secret)
            _ = try await other.signIn(tokens.all.secret)
            let said = (acme: days(try await browser.html("/orders")), all: days(try await other.html("/orders")))
            #expect(said.acme >= 3 && said.acme < 10 && said.all >= 40, "\(said)")
        }
    }

    private func days(_ html: String) -> Int {
        html.components(separatedBy: "Late: over ").dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
    }

    @Test("Accounts are counted beside connections and states, as the other filters leave them")
    func accountCounts() async throws {
        let fixture = try await DashboardFixture()
        for number in 1...3 { try await fixture.order("application-\(number)") }
        try await fixture.order("application-4", connection: "beta") { $0.status.state = .completed }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let all = try await browser.html("/orders")
            #expect(all.contains(">one <span class=\"n\">3</span>") && all.contains(">two <span class=\"n\">1</span>"))
            let some = try await browser.html("/orders?account=two")
            #expect(some.contains("completed <span class=\"n\">1</span>") && some.contains("acme <span class=\"n\">0</span>"))
            #expect(some.contains(">one <span class=\"n\">3</span>") && !some.contains("accepted <span"))
        }
    }

    @Test("Views are addresses: those that people come back to, and whatever is shown now; an age means the same tomorrow")
    func views() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.order("application-1") { $0.status.state = .inProgress }
        fixture.clock.advance(by: .seconds(20 * 86_400))
        try await fixture.order("application-2") { $0.status.state = .inProgress }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let all = try await browser.html("/orders?state=in_progress")
            #expect(all.contains("id=\"view-address\"") && all.contains("/orders?state=in_progress</code>"))
            let late = try #require(all.components(separatedBy: "href=\"").first { $0.contains("older=14d") }?.components(separatedBy: "\"").first)
            let found = try await browser.html(late.replacing("&amp;", with: "&"))
            #expect(found.contains("application-1") && !found.contains("application-2") && found.contains("aria-current=\"page\">Late"))
            let young = try await browser.html("/orders?younger=24h")
            #expect(
                young.contains("application-2") && !young.contains(">application-1<") && young.contains("aria-current=\"true\">last 24 hours</a>")
            )
            #expect(try await browser.html("/orders.csv?older=9d").contains("application-1"))
            for wrong in ["older=9", "older=-2d", "younger=d", "older=99999999999999999999d"] {
                #expect(try await browser.get("/orders?\(wrong)").status == 400, "\(wrong)")
            }
        }
    }
}
