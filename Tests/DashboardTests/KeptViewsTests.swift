import Screening
import ScreeningTesting
import Testing

@testable import Dashboard

@Suite("Views under a name")
struct KeptViewsTests {
    @Test("Whoever can sign in keeps views under names, sees their own alone, and forgets them")
    func kept() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.order("application-1")
        let (reader, other) = (try await fixture.token([.read]), try await fixture.token([.read], name: "Cy Doe"))
        try await fixture.run { (browser) async throws in
            let stranger = browser.another
            _ = try await browser.signIn(reader.secret)
            _ = try await stranger.signIn(other.secret)
            let page = "/orders?state=accepted&connection=acme"
            #expect(try await browser.html(page).contains("name=\"view\" value=\"state=accepted&amp;connection=acme\""))
            let fields = [(name: "view", value: "state=accepted&connection=acme"), (name: "name", value: " <b>Ours</b> ")]
            #expect(try await browser.submit("/orders/views", on: page, fields).location == page)
            let shown = try await browser.html(page)
            #expect(shown.contains("href=\"/orders?state=accepted&amp;connection=acme\" aria-current=\"page\">&lt;b&gt;Ours&lt;/b&gt;</a>"))
            #expect(!(try await stranger.html(page)).contains("Ours"))

            // The same name again stands for another view.
            _ = try await browser.submit("/orders/views", on: page, [(name: "view", value: "older=9d"), (name: "name", value: "<b>Ours</b>")])
            let views = try await fixture.store.views(of: reader.id)
            #expect(views.map(\.query) == ["older=9d"])
            let id = try #require(views.first?.id)
            _ = try await stranger.submit("/orders/views/\(id)/forget", on: page, [(name: "view", value: "")])
            #expect(try await fixture.store.views(of: reader.id).count == 1)
            #expect(
                try await browser.submit("/orders/views/\(id)/forget", on: page, [(name: "view", value: "older=9d")]).location == "/orders?older=9d"
            )
            #expect(try await fixture.store.views(of: reader.id).isEmpty)
        }
    }

    @Test("A text that is searched for is not kept, nor more than a person needs, nor anything by another site")
    func refused() async throws {
        let fixture = try await DashboardFixture()
        let reader = try await fixture.token([.read, .readPersonal])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(reader.secret)
            #expect(!(try await browser.html("/orders?q=roe&list=1")).contains("Under a name of yours"))
            #expect(!(try await browser.html("/orders")).contains("Under a name of yours"))
            for view in ["q=roe", "external_id=application-1", "cursor=x", "state=" + String(repeating: "a", count: 300)] {
                let answer = try await browser.submit("/orders/views", on: "/orders", [(name: "view", value: view), (name: "name", value: "mine")])
                #expect(answer.status == 422, "\(view)")
            }
            for name in ["", String(repeating: "n", count: 61)] {
                let answer = try await browser.submit(
                    "/orders/views",
                    on: "/orders",
                    [(name: "view", value: "older=9d"), (name: "name", value: name)]
                )
                #expect(answer.status == 422)
            }
            #expect(try await browser.post("/orders/views", [(name: "view", value: "older=9d"), (name: "name", value: "mine")]).status == 403)
            for number in 0..<SavedView.most {
                let view = SavedView(id: "v\(number)", name: "View \(number)", query: "older=9d", createdAt: fixture.clock.now())
                _ = try await fixture.store.keep(view, of: reader.id)
            }
            let full = try await browser.submit("/orders/views", on: "/orders", [(name: "view", value: "older=9d"), (name: "name", value: "mine")])
            #expect(full.status == 409 && full.html.contains("forget one first"))
            // They go with the token.
            try await fixture.store.remove(token: reader.id)
            #expect(try await fixture.store.views(of: reader.id).isEmpty)
        }
    }
}
