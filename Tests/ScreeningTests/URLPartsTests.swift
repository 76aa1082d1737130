import Screening
import Testing

@Suite("Reading URLs")
struct URLPartsTests {
    @Test(
        "A URL is read into its parts",
        arguments: [
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
        ]
    ) func understood(_ text: String, scheme: String, host: String, port: Int, target: String) throws {
        let url = try #require(URLParts(text))
        #expect((url.scheme, url.host, url.port, url.target) == (scheme, host, port, target))
    }

    @Test(
        "What two readers could understand differently is no URL",
        arguments: [
            "", "example.test", "//example.test", "https:/example.test", "https:example.test", "https:///path", "https://", "https://:443",
            "https://?x",
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
            "http://127.1", "http://0x7f.0.0.1", "http://0x7f000001", "http://2130706433", "http://0177.0.0.1", "http://127.0.0.01",
            "http://256.0.0.1",
            "http://1.2.3.4.5", "http://1.2.3", "http://127.0.0.1.1", "http://example.1", "http://example.0x1", "http://0", "http://00000177.1",
            "http://[::1", "http://::1", "http://[::1]x", "http://[::1%25eth0]", "http://[fe80::1%eth0]", "http://[]", "http://[127.0.0.1]",
            "http://[example.test]",
            "http://[::1]]", "http://[[::1]]", "http://[::1]:", "http://[::g]", "http://[1:2:3:4:5:6:7:8:9]", "http://[::1].example.test",
            "https://" + String(repeating: "a", count: 64) + ".test", "https://" + String(repeating: "abcdefghi.", count: 26) + "test",
            "https://example.test/" + String(repeating: "a", count: 9000),
        ]
    ) func refused(_ text: String) {
        #expect(URLParts(text) == nil)
    }

    @Test("An origin names the port only where it is not the scheme's own")
    func origins() {
        #expect(URLParts("https://a.test:443/x")?.origin == "https://a.test")
        #expect(URLParts("http://a.test:443/x")?.origin == "http://a.test:443")
        #expect(URLParts("http://[::1]:8080/x?y")?.origin == "http://[::1]:8080")
        #expect(URLParts("http://[::1]:8080/x?y")?.path == "/x")
    }
}
