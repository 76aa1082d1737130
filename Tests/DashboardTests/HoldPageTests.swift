import Pipeline
import Screening
import ScreeningTesting
import Testing

@testable import Dashboard

@Suite("The page of the hold")
struct HoldPageTests {
    @Test("Who may holds the whole store and lets it go, told what will happen; others see what waits and do neither")
    func holdAndRelease() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.order("application-1")
        let (operate, acme) = (try await fixture.token([.operate]), try await fixture.token([.admin], connections: ["acme"]))
        let commands = Commands(fixture.context)
        try await fixture.run { (browser) async throws in
            let others = [browser.another, browser.another]
            _ = try await browser.signIn(DashboardFixture.admin)
            for (other, token) in zip(others, [operate, acme]) { _ = try await other.signIn(token.secret) }
            let before = try await browser.html("/hold")
            #expect(before.contains("nothing is held") && before.contains("Hold the whole store?") && !before.contains("/hold/release"))
            #expect(try await browser.html("/settings").contains("href=\"/hold\""))
            for other in others {
                let page = try await other.html("/hold")
                #expect(!page.contains("Hold the whole store?") && page.contains("take the scope <code>admin</code>"))
                #expect(try await other.submit("/hold", on: "/").status == 403)
            }
            #expect(try await commands.presentHold() == nil)

            let held = try await browser.submit("/hold", on: "/hold", [(name: "note", value: "moving <b>house</b>")])
            #expect(held.location == "/hold?done=hold")
            #expect(try await commands.presentHold()?.pause.note?.value == "moving <b>house</b>")
            let page = try await browser.html("/hold")
            #expect(page.contains("moving &lt;b&gt;house") && page.contains("Let go of the store?") && page.contains("1 order not sent yet"))
            #expect(!page.contains("looked for") && !page.contains("nothing comes again"))
            fixture.clock.advance(by: .seconds(60))
            #expect(try await browser.html("/").contains("href=\"/hold\""))
            #expect(try await others[0].submit("/hold/release", on: "/").status == 403)
            #expect(try await others[1].submit("/hold/release", on: "/").status == 403)

            #expect(try await browser.submit("/hold/release", on: "/hold", [(name: "note", value: "moved")]).location == "/hold?done=release")
            #expect(try await commands.presentHold() == nil)
            #expect(try await browser.html("/hold?done=release").contains("what waited is done now"))
            let entries = try await fixture.store.audit(AuditQuery(), PageRequest()).items.map(\.action)
            #expect(entries.contains("hold") && entries.contains("release"))
        }
    }

    @Test("Of a restored store it names what no order has before and after the release, and for the last time to whoever closes the gap")
    func unknownRequests() async throws {
        let fixture = try await DashboardFixture(isRestored: true)
        for reference in ["ref-<8>", "ref-9"] {
            _ = try await fixture.store.note(unknownRequest: reference, at: "one", at: fixture.clock.now(), atMost: 9)
        }
        let operate = try await fixture.token([.operate])
        try await fixture.run { (browser) async throws in
            let other = browser.another
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await other.signIn(operate.secret)
            let held = try await browser.html("/hold")
            let link = "/issues?kind=unknown_requests\">"
            #expect(held.contains(link + "2 requests that no order here has") && held.contains("Release, nothing comes again"))
            #expect(held.contains("speak of 2 requests that no order here has. They are forgotten with this") && held.contains(link + "What to do"))
            let seen = try await other.html("/hold")
            #expect(seen.contains("2 requests that no order here has") && !seen.contains("Release, nothing comes again"))

            #expect(try await browser.submit("/hold/release", on: "/hold").location == "/hold?done=release")
            let released = try await browser.html("/hold")
            #expect(released.contains("nothing is held") && released.contains("Nothing comes again"))
            #expect(released.contains(link + "2 requests that no order here has"))
            #expect(try await !other.html("/hold").contains("Nothing comes again"))

            let closed = try await browser.submit("/hold/release", on: "/hold", [(name: "gap_closed", value: "yes")])
            #expect(closed.status == 200 && closed.html.contains("ref-&lt;8&gt;") && closed.html.contains("ref-9"))
            #expect(try await fixture.store.unknownRequests().isEmpty)
            let after = try await browser.html("/hold")
            #expect(!after.contains("Nothing comes again") && !after.contains("no order here has"))
            #expect(try await browser.submit("/hold/release", on: "/hold", [(name: "gap_closed", value: "yes")]).location == "/hold?done=gap")
        }
    }

    @Test("Of a restored store it counts what was answered about its orders, and leads to them")
    func answers() async throws {
        let fixture = try await DashboardFixture(isRestored: true)
        fixture.clock.advance(by: .seconds(60))
        var orders: [Order] = []
        for number in 0..<4 { orders.append(try await fixture.order("application-\(number)", connection: number == 3 ? "beta" : "acme")) }
        for (index, kind) in [(0, "submitted"), (1, "looked_up"), (3, "submitted")] {
            try await fixture.store.perform([.timeline(TimelineEntry(order: orders[index].id, at: fixture.clock.now(), kind: kind, text: "said"))])
        }
        let acme = try await fixture.token([.operate], connections: ["acme"])
        let none = try await fixture.token([.operate], connections: ["beta"])
        try await fixture.run { (browser) async throws in
            let other = browser.another
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await other.signIn(acme.secret)
            let page = try await browser.html("/hold")
            #expect(page.contains("Found there and adopted") && page.contains("href=\"/hold?shown=adopted#answers\">2</a>"))
            #expect(page.contains("href=\"/hold?shown=absent#answers\">1</a>") && !page.contains("id=\"answers\""))
            let adopted = try await browser.html("/hold?shown=adopted")
            #expect(adopted.contains("/orders/\(orders[0].id)") && adopted.contains("application-3") && !adopted.contains("application-1<"))
            // Who sees some connections is told of theirs.
            let part = try await other.html("/hold")
            #expect(part.contains("href=\"/hold?shown=adopted#answers\">1</a>") && part.contains("on your connections"))
            #expect(part.contains("href=\"/hold?shown=absent#answers\">1</a>") && !page.contains("on your connections"))
            let seen = try await other.html("/hold?shown=adopted")
            #expect(seen.contains("application-0") && !seen.contains("application-3"))
            // However many others there are, whose connections they do not see: theirs are found, and nothing says how many these are.
            for number in 0..<50 {
                let order = try await fixture.order("other-\(number)", connection: "beta")
                try await fixture.store.perform([.timeline(TimelineEntry(order: order.id, at: fixture.clock.now(), kind: "submitted", text: "said"))])
            }
            let still = try await other.html("/hold?shown=adopted")
            #expect(still.contains("application-0") && !still.contains("of 52"))
            #expect(try await browser.html("/hold?shown=absent").contains("application-1<"))
            #expect(try await !browser.html("/hold?shown=other").contains("id=\"answers\""))
            let beta = browser.another
            _ = try await beta.signIn(none.secret)
            #expect(try await beta.html("/hold?shown=absent").contains("None since the restore."))
        }
    }
}
