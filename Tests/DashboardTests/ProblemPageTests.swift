import HTTPTypes
import Screening
import Testing
import Web

@testable import Dashboard

@Suite("Errors, as people and as machines see them")
struct ProblemPageTests {
    @Test("An address that leads nowhere is a page for a browser, and problem JSON for everybody else")
    func unknown() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            // Signed in or not: there is no page to be signed in for.
            for path in ["/nowhere", "/orders/x/y/z", "/%3Cb%3E", "/accounts/zinc/nothing/here"] {
                let page = try await browser.get(path)
                #expect(page.status == 404 && page.header("Content-Type") == "text/html; charset=utf-8", "\(path)")
                #expect(page.html.contains("There is nothing here") && page.html.contains("href=\"/\"") && !page.html.contains("<b>"))
                #expect(page.header("Content-Security-Policy") == Headers.policy && page.header("X-Request-ID") != nil)
                #expect(page.header("Cache-Control") == "no-store")
            }
            // What machines ask for is told in JSON, whoever asks.
            for path in ["/api/v1/nowhere", "/ats/nobody/hook", "/metrics/x"] {
                #expect(try await browser.get(path).header("Content-Type") == ProblemDocument.mediaType, "\(path)")
            }
            for accept in ["*/*", "application/json", "text/html;q=0, */*"] {
                browser.headers["Accept"] = accept
                let answer = try await browser.get("/nowhere")
                #expect(answer.status == 404 && answer.header("Content-Type") == ProblemDocument.mediaType, "\(accept)")
            }
        }
    }

    @Test("What is not there, not permitted, and not a form's address is said on a page, or in problem JSON where that is asked for")
    func pages() async throws {
        let fixture = try await DashboardFixture()
        let token = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            let wrong = try await browser.get("/logout")
            #expect(wrong.status == 405 && wrong.header("Allow") == "POST" && wrong.html.contains("This address is for a form of ours"))
            // For people: no address of the API, one full stop, and a picture, which browsers otherwise ask for where there is none.
            let unknown = try await browser.html("/events?connection=nobody")
            #expect(unknown.contains("There is no connection nobody.") && !unknown.contains("/api/v1") && unknown.contains("rel=\"icon\""))
            #expect(unknown.contains("Choose anew") && unknown.contains("id=\"search\""))
            #expect(!(try await browser.html("/issues/iss_nothing")).contains(".."))
            let plan = "/orders/ord_nothing/case"
            for (path, status) in [("/orders/ord_nothing", 404), (plan, 404), ("/orders?state=nonsense", 400)] {
                let page = try await browser.get(path)
                #expect(page.status == status && page.header("Content-Type") == "text/html; charset=utf-8", "\(path)")
            }
            // A form without its token: whoever sends it sees a page.
            let refused = try await browser.post("/orders/ord_nothing/cancel", [])
            #expect(refused.status == 403 && refused.html.contains("Out of date"))
            browser.headers["Accept"] = "application/json"
            for (path, status) in [("/logout", 405), ("/orders/ord_nothing", 404)] {
                let answer = try await browser.get(path)
                #expect(answer.status == status && answer.header("Content-Type") == ProblemDocument.mediaType, "\(path)")
            }
        }
    }
}
