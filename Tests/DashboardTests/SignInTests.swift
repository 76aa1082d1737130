import HTTPTypes
import Screening
import ScreeningTesting
import Testing
import Web

@testable import Dashboard

@Suite("Signing in")
struct SignInTests {
    @Test("Whoever is not signed in is sent to sign in, and from there to where they wanted to go")
    func next() async throws {
        let fixture = try await DashboardFixture()
        let token = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            let first = try await browser.get("/orders?state=failed")
            #expect(first.status == 303)
            #expect(first.location == "/login?next=%2Forders%3Fstate%3Dfailed")
            let signedIn = try await browser.signIn(token.secret, next: "/orders?state=failed")
            #expect(signedIn.status == 303 && signedIn.location == "/orders?state=failed")
            let cookie = try #require(signedIn.headers[values: .setCookie].first)
            for word in ["HttpOnly", "SameSite=Strict", "Path=/"] { #expect(cookie.contains(word)) }
            #expect(!cookie.contains("Secure") && cookie.hasPrefix("fairlead_session="))
            #expect(try await browser.get("/").status == 200)
        }
    }

    @Test(
        "Nobody is sent on to another site",
        arguments: ["//evil.example.test", "https://evil.example.test", "/\\evil.example.test", "/%09/x y", "evil"]
    )
    func openRedirect(next: String) async throws {
        let fixture = try await DashboardFixture()
        let token = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            #expect(try await browser.signIn(token.secret, next: next.replacing("%09", with: "\t")).location == "/")
        }
    }

    @Test("Over https the cookie is kept from everything else")
    func secure() async throws {
        var fixture = try await DashboardFixture()
        fixture.parts.publicURL = "https://screening.example.test"
        let token = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            let response = try await browser.signIn(token.secret)
            let cookie = try #require(response.headers[values: .setCookie].first)
            #expect(cookie.hasPrefix("__Host-fairlead_session=") && cookie.contains("; Secure"))
            #expect(try await browser.get("/").status == 200)
        }
    }

    @Test("A code signs in once, on this machine, and no page holds it or the token")
    func code() async throws {
        var fixture = try await DashboardFixture()
        let code = SignInCode(fixture.random)
        fixture.parts.signInCode = code
        try await fixture.run { (browser) async throws in
            let another = browser.another
            func signIn(_ browser: Browser, _ code: String) async throws -> WireResponse {
                try await browser.submit(
                    "/login",
                    on: "/login",
                    [(name: "token", value: ""), (name: "next", value: "/"), (name: "code", value: code)]
                )
            }
            #expect(try await signIn(browser, "wrong").status == 401)
            let first = try await signIn(browser, code.value)
            #expect(first.status == 303 && first.location == "/")
            let page = try await browser.html("/")
            #expect(page.contains("admin") && !page.contains(code.value) && !page.contains(DashboardFixture.admin))
            let second = try await signIn(another, code.value)
            #expect(second.status == 401 && second.html.contains("signs in once"))
            #expect(!second.html.contains(code.value))
            #expect(try await another.get("/").status == 303)
        }
    }

    @Test("A code is never taken for a token, is asked for only where there is one, and ends no session", arguments: [true, false])
    func codeOfAnother(_ takesCode: Bool) async throws {
        var fixture = try await DashboardFixture()
        let code = SignInCode(fixture.random)
        if takesCode { fixture.parts.signInCode = code }
        let token = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            #expect(try await browser.html("/login").contains("name=\"code\"") == takesCode)
            func signIn(_ code: String, on page: String) async throws -> WireResponse {
                try await browser.submit("/login", on: page, [(name: "token", value: ""), (name: "next", value: "/"), (name: "code", value: code)])
            }
            for secret in [token.secret, DashboardFixture.admin] {
                let refused = try await signIn(secret, on: "/login")
                #expect(refused.status == 401 && browser.cookies["fairlead_session"] == nil)
            }
            let form = [(name: "csrf", value: try #require(Browser.hidden("csrf", in: try await browser.html("/login"))))]
            _ = try await browser.signIn(token.secret)
            let session = browser.cookies["fairlead_session"]
            let kept = try await browser.post("/login", form + [(name: "code", value: code.value)])
            #expect(kept.status == 303 && browser.cookies["fairlead_session"] == session)
            #expect(try await browser.get("/").status == 200)
            var last = kept
            let stranger = browser.another
            for number in 0..<12 {
                last = try await stranger.submit("/login", on: "/login", [(name: "token", value: ""), (name: "code", value: "wrong\(number)")])
            }
            #expect(last.status == 429)
        }
    }

    @Test("A wrong token is refused, and guessing is slowed down")
    func wrong() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            let response = try await browser.signIn("flt_wrong")
            #expect(response.status == 401 && response.html.contains("not known"))
            #expect(browser.cookies.keys.contains("fairlead_session") == false)
            var last = response
            for number in 0..<12 { last = try await browser.signIn("flt_wrong\(number)") }
            #expect(last.status == 429 && last.headers[.retryAfter] != nil)
        }
    }

    @Test("A session's name is new at every sign-in, and the old one ends")
    func renewed() async throws {
        let fixture = try await DashboardFixture()
        let token = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            let page = try await browser.html("/login")
            let form = [(name: "csrf", value: try #require(Browser.hidden("csrf", in: page))), (name: "token", value: token.secret)]
            browser.cookies["fairlead_session"] = "chosen-by-somebody-else"
            _ = try await browser.post("/login", form)
            let first = try #require(browser.cookies["fairlead_session"])
            #expect(first != "chosen-by-somebody-else")
            _ = try await browser.post("/login", form)
            #expect(browser.cookies["fairlead_session"] != first)
            let other = browser.another
            other.cookies["fairlead_session"] = first
            #expect(try await other.get("/").status == 303)
        }
    }

    @Test("Signing out ends the session, not only the cookie")
    func signOut() async throws {
        let fixture = try await DashboardFixture()
        let token = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            let cookie = browser.cookies["fairlead_session"]
            #expect(try await browser.submit("/logout", on: "/").location == "/login?out=1")
            let thief = browser.another
            thief.cookies["fairlead_session"] = cookie
            #expect(try await thief.get("/").status == 303)
        }
    }

    @Test("A session ends when its token is revoked, when that is over, and by idleness")
    func endings() async throws {
        let fixture = try await DashboardFixture()
        let revoked = try await fixture.token([.read])
        let over = try await fixture.token([.read], expiresAt: fixture.clock.now() + .seconds(600))
        let idle = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            let (second, third) = (browser.another, browser.another)
            _ = try await browser.signIn(revoked.secret)
            _ = try await second.signIn(over.secret)
            _ = try await third.signIn(idle.secret)
            try await fixture.store.remove(token: revoked.id)
            #expect(try await browser.get("/").status == 303)
            #expect(try await second.get("/").status == 200)
            fixture.clock.advance(by: .seconds(601))
            #expect(try await second.get("/").status == 303)
            #expect(try await third.get("/").status == 200)
            // The script's looks are nobody at work.
            fixture.clock.advance(by: .seconds(7000))
            third.headers["X-Fairlead-Live"] = "1"
            #expect(try await third.get("/").status == 200)
            fixture.clock.advance(by: .seconds(300))
            #expect(try await third.get("/").status == 401)
        }
    }

    @Test("A changed token of the settings file ends what was begun with the old one")
    func changedAdminToken() async throws {
        var fixture = try await DashboardFixture()
        let current = Changing(Secret(DashboardFixture.admin))
        fixture.parts.adminToken = { current.value }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.get("/").status == 200)
            current.value = Secret("another-token-of-the-tests")
            #expect(try await browser.get("/").status == 303)
        }
    }

    @Test("A trusted proxy names who asks; anybody else's word counts for nothing")
    func proxies() async throws {
        var fixture = try await DashboardFixture()
        let local = try #require(AddressRange("127.0.0.0/8"))
        fixture.parts.trustedProxies = TrustedProxies(from: [local], header: "X-Remote-User", scopes: [.order])
        try await fixture.run { (browser) async throws in
            browser.headers["X-Remote-User"] = "cleo@example.test"
            let page = try await browser.get("/")
            #expect(page.status == 200 && page.html.contains("cleo@example.test"))
            #expect(!page.html.contains("Sign out"))
            // Their forms are held against a cookie of their own.
            let order = try await fixture.order("application-1")
            let stranger = browser.another
            stranger.headers = browser.headers
            #expect(try await stranger.post("/orders/\(order.id)/cancel", [(name: "csrf", value: Viewer.formToken(Secret("none")))]).status == 403)
            #expect(try await browser.submit("/orders/\(order.id)/cancel", on: "/orders/\(order.id)").status == 303)
            let entry = try await fixture.store.timeline(of: order.id).last { $0.kind == "command" }
            #expect(entry?.actor == .person(address: Personal("cleo@example.test")))
        }
        var other = try await DashboardFixture()
        let elsewhere = try #require(AddressRange("10.0.0.0/8"))
        other.parts.trustedProxies = TrustedProxies(from: [elsewhere], header: "X-Remote-User", scopes: [.order])
        try await other.run { (browser) async throws in
            browser.headers["X-Remote-User"] = "cleo@example.test"
            #expect(try await browser.get("/").status == 303)
        }
    }
}
