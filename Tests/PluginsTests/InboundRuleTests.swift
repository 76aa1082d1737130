import Screening
import Testing

@testable import Plugins

@Suite("Inbound rules")
struct InboundRuleTests {
    @Test("A rule matches its exact path or wildcard, ignoring repeated and trailing slashes")
    func paths() {
        let exact = InboundRule(path: "/webhook", verification: .none)
        for path in ["/webhook", "/webhook/", "//webhook"] { #expect(exact.matches(path)) }
        for path in ["/", "", "/webhooks", "/Webhook", "/webhook/x", "/%77ebhook"] { #expect(!exact.matches(path)) }
        let rest = InboundRule(path: "/assessments/*", verification: .none)
        for path in ["/assessments/start", "/assessments/a/b", "//assessments//start"] { #expect(rest.matches(path)) }
        for path in ["/assessments", "/assessments/", "/assessment/start", "/x/assessments/start"] { #expect(!rest.matches(path)) }
        let all = InboundRule(path: "/*", verification: .none)
        for path in ["/", "/x", "/x/y"] { #expect(all.matches(path)) }
    }

    @Test("The first rule that matches the path applies")
    func theFirstThatMatchesStands() {
        let rules = [
            InboundRule(path: "/hooks/open", verification: .none), InboundRule(path: "/hooks/*", verification: .standardWebhooks(secret: "s")),
        ]
        #expect(rules.first(for: "/hooks/open")?.verification == Verification.none)
        #expect(rules.first(for: "/hooks/other")?.verification == .standardWebhooks(secret: "s"))
        #expect(rules.first(for: "/elsewhere") == nil)
    }

    @Test("Time and group are read from the body or a header; what is missing or of another kind counts as not said")
    func whatARequestSays() {
        let now = Timestamp(milliseconds: 1_780_000_000_000)
        func request(_ body: String, _ headers: [String: String] = [:]) -> ReceivedRequest { InboundVectorTests.request(headers, body) }
        let time = RequestValue.body("application.updated_at")
        #expect(time.timestamp(in: request(#"{"application":{"updated_at":"2026-05-28T20:26:40Z"}}"#), now: now) == now)
        #expect(time.timestamp(in: request(#"{"application":{"updated_at":1780000000}}"#), now: now) == now)
        for body in [#"{"application":{"updated_at":null}}"#, #"{"application":{"updated_at":[]}}"#, "{}", "not JSON", ""] {
            #expect(time.timestamp(in: request(body), now: now) == nil)
        }
        // A clock that is years ahead would make every later delivery look old.
        #expect(time.timestamp(in: request(#"{"application":{"updated_at":"2031-01-01T00:00:00Z"}}"#), now: now) == nil)
        #expect(RequestValue.header("x-time").timestamp(in: request("", ["x-time": "1780000000"]), now: now) == now)
        let group = RequestValue.body("application.id")
        #expect(group.text(in: request(#"{"application":{"id":101}}"#)) == "101")
        #expect(group.text(in: request(#"{"application":{"id":" a-1 "}}"#)) == "a-1")
        for body in [#"{"application":{"id":""}}"#, #"{"application":{"id":{}}}"#, "{}"] { #expect(group.text(in: request(body)) == nil) }
    }

    @Test("A handshake header is echoed only when it is present, non-empty, short and free of line breaks")
    func handshakes() {
        let rule = InboundRule(path: "/hook", verification: .none, echoHeader: "X-Hook-Secret")
        func echo(_ headers: [String: String]) -> String? { rule.echo(for: InboundVectorTests.request(headers, ""))?.value }
        #expect(echo(["x-hook-secret": "abc"]) == "abc")
        #expect(echo([:]) == nil)
        #expect(echo(["x-hook-secret": ""]) == nil)
        #expect(echo(["x-hook-secret": "a\r\nset-cookie: b"]) == nil)
        #expect(echo(["x-hook-secret": String(repeating: "a", count: 513)]) == nil)
        #expect(InboundRule(path: "/hook", verification: .none).echo(for: InboundVectorTests.request(["x-hook-secret": "abc"], "")) == nil)
    }

    @Test("The deduplication key is taken from a header or body field and falls back to a hash of the body")
    func duplicates() {
        func key(_ dedupe: Dedupe, _ headers: [String: String] = [:], _ body: String = "{}", path: String = "/hook") -> String {
            dedupe.key(for: ReceivedRequest(method: "POST", path: path, headers: headers, body: Array(body.utf8)))
        }
        #expect(key(.header("id"), ["id": "1"], "a") == key(.header("id"), ["id": "1"], "b"))
        #expect(key(.header("id"), ["id": "1"]) != key(.header("id"), ["id": "2"]))
        #expect(key(.header("id"), [:], "a") == key(.bodyHash, [:], "a"))
        #expect(key(.header("id"), ["id": ""], "a") == key(.bodyHash, [:], "a"))
        #expect(key(.body("a.id"), [:], #"{"a":{"id":7},"n":1}"#) == key(.body("a.id"), [:], #"{"a":{"id":7},"n":2}"#))
        #expect(key(.body("a.id"), [:], #"{"n":1}"#) != key(.body("a.id"), [:], #"{"n":2}"#))
        #expect(key(.body("id"), [:], "not json") == key(.bodyHash, [:], "not json"))
        #expect(key(.header("id"), ["id": "same"], "x") != key(.bodyHash, [:], "same"))
        #expect(key(.bodyHash, path: "/a") != key(.bodyHash, path: "/b"))
        #expect(!key(.header("id"), ["id": "ana@example.test"]).contains("ana"))
    }

    @Test("A rule without verification, or with an unsigned timestamp, gives a warning")
    func warnings() throws {
        #expect(!InboundRule(path: "/hook", verification: .none).warnings.isEmpty)
        let unsigned = HMACScheme(secret: "s", header: "sig", timestamp: .init(header: "time"))
        #expect(!InboundRule(path: "/hook", verification: .hmac(unsigned)).warnings.isEmpty)
        let template = try #require(SignedTemplate("${header.Time}${body}"))
        let signed = HMACScheme(secret: "s", header: "sig", signed: template, timestamp: .init(header: "time"))
        #expect(InboundRule(path: "/hook", verification: .hmac(signed)).warnings.isEmpty)
    }
}
