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
}
