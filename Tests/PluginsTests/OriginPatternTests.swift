import Screening
import Testing

@testable import Plugins

@Suite("Permitted origins")
struct OriginPatternTests {
    static let settings: JSON = [
        "subdomain": "acme", "upper": "ACME", "host": "a.b.test", "url": "https://ats.test:8443/base", "list": ["x"], "empty": "", "port": 8443,
        "path": "evil.test/", "user": "x@evil.test", "dots": "..", "sharp": "evil.test#", "newline": "acme\n", "wild": "*", "address": "127.0.0.1",
        "nested": ["name": "deep"],
    ]
    static let order: JSON = ["metadata": ["callback_url": "http://127.0.0.1:9000/done?x=1", "tenant": "acme", "host": "a.b"]]

    @Test(
        "A pattern permits URLs whose scheme, host and port match, including wildcards and placeholders",
        arguments: [
            ("https://api.test", "https://api.test/v1"), ("https://api.test", "HTTPS://API.TEST.:443"), ("https://api.test/", "https://api.test"),
            ("https://api.test:8443", "https://api.test:8443/x"), ("http://127.0.0.1:9000", "http://127.0.0.1:9000/"),
            ("http://[::1]:80", "http://[0::1]/"),
            ("https://*.api.test", "https://a.api.test/"), ("https://${settings.subdomain}.api.test", "https://acme.api.test/"),
            ("https://${settings.upper}.api.test", "https://acme.api.test/"), ("https://${settings.host}", "https://a.b.test/"),
            ("https://*.${settings.host}", "https://x.a.b.test/"), ("https://${settings.host}:8443", "https://a.b.test:8443/"),
            ("https://${settings.nested.name}.api.test", "https://deep.api.test/"),
            ("https://${settings.subdomain}-eu.api.test", "https://acme-eu.api.test/"),
            ("${settings.url}", "https://ats.test:8443/other"), ("${order.metadata.callback_url}", "http://127.0.0.1:9000/else"),
            ("https://${order.metadata.tenant}.api.test", "https://acme.api.test/"), ("${request.callback_url}", "https://cb.test/1"),
        ]
    )
    func permitted(_ pattern: String, _ url: String) throws {
        let request: JSON = ["callback_url": "https://cb.test/"]
        let parts = try #require(URLParts(url))
        #expect(
            try OriginPattern(pattern).permits(parts, settings: Self.settings, order: Self.order, request: request, callbackHosts: [.any])
        )
    }

    @Test(
        "A pattern refuses URLs of any other scheme, host or port, and unsafe placeholder values",
        arguments: [
            ("https://api.test", "http://api.test/"), ("https://api.test", "https://api.test:8443/"),
            ("https://api.test", "https://api.test.evil.test/"),
            ("https://api.test", "https://evilapi.test/"), ("https://api.test", "https://x.api.test/"), ("http://api.test:443", "https://api.test/"),
            ("https://*.api.test", "https://api.test/"), ("https://*.api.test", "https://a.b.api.test/"),
            ("https://*.api.test", "https://evilapi.test/"),
            ("https://${settings.subdomain}.api.test", "https://other.api.test/"), ("https://${settings.missing}.api.test", "https://api.test/"),
            ("https://${settings.path}.api.test", "https://evil.test/"), ("https://${settings.user}.api.test", "https://evil.test/"),
            ("https://${settings.sharp}.api.test", "https://evil.test/"), ("https://${settings.empty}.api.test", "https://api.test/"),
            ("https://${settings.dots}.api.test", "https://api.test/"), ("https://${settings.newline}.api.test", "https://acme.api.test/"),
            ("https://*.${settings.subdomain}", "https://x.acme/"), ("https://*.${settings.address}", "https://x.127.0.0.1.test/"),
            ("https://${settings.wild}.api.test", "https://x.api.test/"), ("https://${settings.list}.api.test", "https://x.api.test/"),
            ("https://${order.metadata.host}.api.test", "https://a.b.api.test/"), ("https://${settings.port}.api.test", "https://8443.api.test/"),
            ("${settings.url}", "https://ats.test/"), ("${settings.host}", "https://a.b.test/"), ("${settings.missing}", "https://a.b.test/"),
            ("${order.metadata.missing}", "https://a.b.test/"), ("${request.callback_url}", "https://a.b.test/"),
        ]
    )
    func notPermitted(_ pattern: String, _ url: String) throws {
        #expect(try !OriginPattern(pattern).permits(#require(URLParts(url)), settings: Self.settings, order: Self.order))
    }

    @Test("A pattern that refers to an order permits nothing when there is no order")
    func anOrderIsNeeded() throws {
        let url = try #require(URLParts("http://127.0.0.1:9000/"))
        #expect(try !OriginPattern("${order.metadata.callback_url}").permits(url, settings: Self.settings, order: nil))
    }

    @Test(
        "An invalid origin pattern is rejected",
        arguments: [
            "", "*", "api.test", "https://*", "https://*.test", "https://*.*.test", "https://a.*.test", "https://a*.test", "https://api.test/v1",
            "ftp://api.test",
            "https://user@api.test", "https://API.test", "https://api.test?x", "https://api.test#x", "https://*.127.0.0.1", "https://*.[::1]",
            "https://127.1",
            "https://${settings}.test", "https://${env.NAME}.test", "https://${settings.a.test", "${secrets.key}", "${settings.}",
            "https://${settings.a}/x",
            "${settings.a}${settings.b}", "https://bücher.test", "https://", "https://api.test:", "HTTPS://api.test",
        ]
    )
    func noPattern(_ text: String) {
        #expect(throws: OriginPattern.Invalid.self) { try OriginPattern(text) }
    }
}
