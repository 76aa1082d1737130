import Screening
import Testing

@testable import Plugins

struct ManifestAddressTests {
    @Test(arguments: [
        ("https://api.example.test", "https", "api.example.test", 443, "/"),
        ("HTTPS://API.Example.TEST:443/a?b=c#d", "https", "api.example.test", 443, "/a?b=c"),
        ("http://example.test.", "http", "example.test", 80, "/"),
        ("http://example.test:8080?x=1", "http", "example.test", 8080, "/?x=1"),
        ("http://127.0.0.1:9000/x@y:z", "http", "127.0.0.1", 9000, "/x@y:z"),
        ("http://[::1]:80/", "http", "::1", 80, "/"),
        ("http://[2001:DB8:0:0:0:0:0:1]", "http", "2001:db8::1", 80, "/"),
        ("http://[::ffff:127.0.0.1]/", "http", "::ffff:127.0.0.1", 80, "/"),
        ("https://xn--bcher-kva.example.test/%2e%2e/", "https", "xn--bcher-kva.example.test", 443, "/%2e%2e/"),
        ("https://ats_sim:1/", "https", "ats_sim", 1, "/"),
        ("https://example.test#@evil.test/", "https", "example.test", 443, "/"),
        ("https://example.test/?u=https://evil.test/", "https", "example.test", 443, "/?u=https://evil.test/"),
    ]) func understood(_ text: String, scheme: String, host: String, port: Int, target: String) throws {
        let url = try #require(URLParts(text))
        #expect((url.scheme, url.host, url.port, url.target) == (scheme, host, port, target))
    }

    @Test(arguments: [
        "", "example.test", "//example.test", "https:/example.test", "https:example.test", "https:///path", "https://", "https://:443", "https://?x",
        "ftp://example.test", "file:///etc/passwd", "javascript://example.test", "gopher://example.test", " https://example.test",
        "https://example.test ",
        "https://user@example.test", "https://user:pw@example.test", "https://good.test@evil.test", "https://good.test:80@evil.test/",
        "https://example.test\\@evil.test", "https:\\\\example.test", "https://evil.test\\.good.test", "https://exa mple.test",
        "https://example.test/a b",
        "https://example.test/\r\nHost: evil", "https://example\t.test", "https://example.test\0.evil.test", "https://example.test\u{7F}",
        "https://ex%61mple.test", "https://%65xample.test", "https://example.test%2eevil.test", "https://example.test%00", "https://bücher.test",
        "https://example。test", "https://ⓔxample.test", "https://１２７.0.0.1", "https://example.test/ü", "https://exam\u{AD}ple.test",
        "https://example..test", "https://.example.test", "https://example.test..", "https://.", "https://-a.test", "https://a-.test",
        "https://*.test",
        "https://example.test:", "https://example.test:0", "https://example.test:65536", "https://example.test:80:90", "https://example.test:8x",
        "https://example.test:+80", "https://example.test:-1", "https://example.test:000080", "https://example.test:８０",
        "http://127.1", "http://0x7f.0.0.1", "http://0x7f000001", "http://2130706433", "http://0177.0.0.1", "http://127.0.0.01", "http://256.0.0.1",
        "http://1.2.3.4.5", "http://1.2.3", "http://127.0.0.1.1", "http://example.1", "http://example.0x1", "http://0", "http://00000177.1",
        "http://[::1", "http://::1", "http://[::1]x", "http://[::1%25eth0]", "http://[fe80::1%eth0]", "http://[]", "http://[127.0.0.1]",
        "http://[example.test]",
        "http://[::1]]", "http://[[::1]]", "http://[::1]:", "http://[::g]", "http://[1:2:3:4:5:6:7:8:9]", "http://[::1].example.test",
        "https://" + String(repeating: "a", count: 64) + ".test", "https://" + String(repeating: "abcdefghi.", count: 26) + "test",
        "https://example.test/" + String(repeating: "a", count: 9000),
    ]) func refused(_ text: String) {
        #expect(URLParts(text) == nil)
    }

    @Test func origins() {
        #expect(URLParts("https://a.test:443/x")?.origin == "https://a.test")
        #expect(URLParts("http://a.test:443/x")?.origin == "http://a.test:443")
        #expect(URLParts("http://[::1]:8080/x?y")?.origin == "http://[::1]:8080")
        #expect(URLParts("http://[::1]:8080/x?y")?.path == "/x")
    }

    static let settings: JSON = [
        "subdomain": "acme", "upper": "ACME", "host": "a.b.test", "url": "https://ats.test:8443/base", "list": ["x"], "empty": "", "port": 8443,
        "path": "evil.test/", "user": "x@evil.test", "dots": "..", "sharp": "evil.test#", "newline": "acme\n", "wild": "*", "address": "127.0.0.1",
        "nested": ["name": "deep"],
    ]
    static let order: JSON = ["metadata": ["callback_url": "http://127.0.0.1:9000/done?x=1", "tenant": "acme", "host": "a.b"]]

    @Test(arguments: [
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
    ]) func permitted(_ pattern: String, _ url: String) throws {
        let request: JSON = ["callback_url": "https://cb.test/"]
        #expect(try OriginPattern(pattern).permits(#require(URLParts(url)), settings: Self.settings, order: Self.order, request: request))
    }

    @Test(arguments: [
        ("https://api.test", "http://api.test/"), ("https://api.test", "https://api.test:8443/"), ("https://api.test", "https://api.test.evil.test/"),
        ("https://api.test", "https://evilapi.test/"), ("https://api.test", "https://x.api.test/"), ("http://api.test:443", "https://api.test/"),
        ("https://*.api.test", "https://api.test/"), ("https://*.api.test", "https://a.b.api.test/"), ("https://*.api.test", "https://evilapi.test/"),
        ("https://${settings.subdomain}.api.test", "https://other.api.test/"), ("https://${settings.missing}.api.test", "https://api.test/"),
        ("https://${settings.path}.api.test", "https://evil.test/"), ("https://${settings.user}.api.test", "https://evil.test/"),
        ("https://${settings.sharp}.api.test", "https://evil.test/"), ("https://${settings.empty}.api.test", "https://api.test/"),
        ("https://${settings.dots}.api.test", "https://api.test/"), ("https://${settings.newline}.api.test", "https://acme.api.test/"),
        ("https://*.${settings.subdomain}", "https://x.acme/"), ("https://*.${settings.address}", "https://x.127.0.0.1.test/"),
        ("https://${settings.wild}.api.test", "https://x.api.test/"), ("https://${settings.list}.api.test", "https://x.api.test/"),
        ("https://${order.metadata.host}.api.test", "https://a.b.api.test/"), ("https://${settings.port}.api.test", "https://8443.api.test/"),
        ("${settings.url}", "https://ats.test/"), ("${settings.host}", "https://a.b.test/"), ("${settings.missing}", "https://a.b.test/"),
        ("${order.metadata.missing}", "https://a.b.test/"), ("${request.callback_url}", "https://a.b.test/"),
    ]) func notPermitted(_ pattern: String, _ url: String) throws {
        #expect(try !OriginPattern(pattern).permits(#require(URLParts(url)), settings: Self.settings, order: Self.order))
    }

    @Test func anOrderIsNeeded() throws {
        let url = try #require(URLParts("http://127.0.0.1:9000/"))
        #expect(try !OriginPattern("${order.metadata.callback_url}").permits(url, settings: Self.settings, order: nil))
    }

    @Test(arguments: [
        "", "*", "api.test", "https://*", "https://*.test", "https://*.*.test", "https://a.*.test", "https://a*.test", "https://api.test/v1",
        "ftp://api.test",
        "https://user@api.test", "https://API.test", "https://api.test?x", "https://api.test#x", "https://*.127.0.0.1", "https://*.[::1]",
        "https://127.1",
        "https://${settings}.test", "https://${env.NAME}.test", "https://${settings.a.test", "${secrets.key}", "${settings.}",
        "https://${settings.a}/x",
        "${settings.a}${settings.b}", "https://bücher.test", "https://", "https://api.test:", "HTTPS://api.test",
    ]) func noPattern(_ text: String) {
        #expect(throws: OriginPattern.Invalid.self) { try OriginPattern(text) }
    }

    @Test func ranges() throws {
        let inside = [
            ("127.0.0.0/8", "127.0.0.1"), ("127.0.0.0/8", "127.255.255.255"), ("10.1.2.3", "10.1.2.3"), ("0.0.0.0/0", "203.0.113.9"),
            ("fd00::/8", "fdff::1"),
            ("::1", "::1"), ("::1/128", "0:0:0:0:0:0:0:1"), ("127.0.0.0/8", "::ffff:127.0.0.1"), ("172.16.0.0/12", "172.31.0.1"),
            ("::/0", "2001:db8::1"),
        ]
        for (range, address) in inside { #expect(try #require(AddressRange(range)).contains(address), "\(range) \(address)") }
        let outside = [
            ("127.0.0.0/8", "128.0.0.1"), ("172.16.0.0/12", "172.32.0.1"), ("::1", "127.0.0.1"), ("fd00::/8", "fe00::1"), ("127.0.0.0/8", "127.1"),
            ("127.0.0.0/8", "localhost"), ("127.0.0.0/8", ""), ("::/0", "127.0.0.1"), ("10.0.0.0/8", "0x0a000001"),
        ]
        for (range, address) in outside { #expect(try !#require(AddressRange(range)).contains(address), "\(range) \(address)") }
        for text in [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8/8", "fd00::/129", "10/8", "10.0.0.0/+8", "localhost", "[::1]", "::1%lo",
        ] {
            #expect(AddressRange(text) == nil, "\(text)")
        }
        #expect(AddressRange("FD00:0::/8")?.description == "fd00::/8")
    }
}
