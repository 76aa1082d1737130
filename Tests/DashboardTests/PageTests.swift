import HTTPTypes
import Screening
import ScreeningTesting
import Synchronization
import Testing

@testable import Dashboard

/// A value that a test changes while others look at it.
final class Changing<Value: Sendable>: Sendable {
    private let box: Mutex<Value>
    init(_ value: Value) { box = Mutex(value) }
    var value: Value {
        get { box.withLock { $0 } }
        set { box.withLock { $0 = newValue } }
    }
}

@Suite("Every page")
struct PageTests {
    @Test("Pages forbid browsers everything that is not ours")
    func headers() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            for path in ["/", "/login", "/assets/nothing"] {
                let response = try await browser.get(path)
                guard response.status != 404 else { continue }
                let policy = response.header("Content-Security-Policy") ?? ""
                for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"] {
                    #expect(policy.contains(part))
                }
                #expect(!policy.contains("unsafe"))
                #expect(response.header("Referrer-Policy") == "no-referrer" && response.header("X-Content-Type-Options") == "nosniff")
                #expect(response.header("Cache-Control") == "no-store")
                #expect(response.html.firstMatch(of: /<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=/) == nil || response.body.isEmpty)
            }
        }
    }

    @Test("What pages load is named by its content and kept for a year")
    func assets() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            let page = try await browser.html("/login")
            for asset in [Asset.style, Asset.script, Asset.icon] {
                #expect(page.contains(asset.path))
                let response = try await browser.get(asset.path)
                #expect(response.status == 200 && response.header("Cache-Control")?.contains("immutable") == true)
            }
            #expect(Asset.script.bytes.split(separator: UInt8(ascii: "\n")).count <= 300)
        }
    }

    @Test("Forms of other sites do nothing")
    func foreignForms() async throws {
        let fixture = try await DashboardFixture()
        let token = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            #expect(try await browser.post("/logout", []).status == 403)
            for (name, value) in [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example.test")] {
                browser.headers = [name: value]
                let page = try await browser.submit("/logout", on: "/")
                #expect(page.status == 403, "\(name): \(value)")
            }
            // Over plain http and an address there is no Sec-Fetch-Site, and where no referrer is sent the origin is null.
            browser.headers = ["Origin": "null"]
            #expect(try await browser.submit("/logout", on: "/").status == 303)
        }
    }

    @Test("The script is told of changes by server-sent events, and that it is signed out")
    func live() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            #expect(try await browser.get("/live").status == 401)
            _ = try await browser.signIn(DashboardFixture.admin)
            let response = try await browser.get("/live")
            #expect(response.header("Content-Type") == "text/event-stream" && response.html.contains("event: "))
        }
    }
}
