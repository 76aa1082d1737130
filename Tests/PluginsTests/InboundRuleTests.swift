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
        func request(_ body: String, _ headers: [String: String] = [:]) -> ReadRequest {
            ReadRequest(InboundVectorTests.request(headers, body), as: .json)
        }
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

    /// Who signs header and body.
    static let signing = Verification.standardWebhooks(secret: "s", headerPrefix: "sig")

    static func key(
        _ dedupe: Dedupe,
        _ headers: [String: String] = [:],
        _ body: String = "{}",
        path: String = "/hook",
        query: [String: String] = [:],
        under verification: Verification = signing
    ) -> DedupeKey? {
        dedupe.key(
            for: ReadRequest(ReceivedRequest(method: "POST", path: path, query: query, headers: headers, body: Array(body.utf8)), as: .json),
            under: verification
        )
    }

    @Test("The deduplication key is taken from a signed header or a body field and falls back to a hash of the body")
    func duplicates() throws {
        let (header, body, hash) = (Dedupe(.header("sig-id")), Dedupe(.body("a.id")), Dedupe.usual)
        #expect(Self.key(header, ["sig-id": "1"], "a") == Self.key(header, ["sig-id": "1"], "b"))
        #expect(Self.key(header, ["sig-id": "1"]) != Self.key(header, ["sig-id": "2"]))
        #expect(Self.key(header, [:], "a") == Self.key(hash, [:], "a"))
        #expect(Self.key(header, ["sig-id": ""], "a") == Self.key(hash, [:], "a"))
        #expect(Self.key(body, [:], #"{"a":{"id":7},"n":1}"#) == Self.key(body, [:], #"{"a":{"id":7},"n":2}"#))
        #expect(Self.key(body, [:], #"{"n":1}"#) != Self.key(body, [:], #"{"n":2}"#))
        #expect(Self.key(body, [:], "not json") == Self.key(hash, [:], "not json"))
        #expect(Self.key(header, ["sig-id": "same"], "x") != Self.key(hash, [:], "same"))
        #expect(Self.key(hash, path: "/a") != Self.key(hash, path: "/b"))
        #expect(try !#require(Self.key(header, ["sig-id": "ana@example.test"])).text.contains("ana"))
    }

    @Test("However a whole number is written, it is the same key")
    func wholeNumbers() {
        let dedupe = Dedupe(.body("id"))
        let first = Self.key(dedupe, [:], #"{"id":9007199254740993}"#)
        for number in ["9007199254740993.0", "9.007199254740993e15", #""9007199254740993""#] {
            #expect(Self.key(dedupe, [:], #"{"id":\#(number),"n":2}"#) == first, "\(number)")
        }
        #expect(Self.key(dedupe, [:], #"{"id":9007199254740992}"#) != first)
    }

    @Test("A header that is not signed makes a duplicate only together with an equal body")
    func unsignedHeaders() {
        let dedupe = Dedupe(.header("event-id"))
        for verification in [Verification.none, .hmac(HMACScheme(secret: "s", header: "sig")), .basic(username: "u", password: nil)] {
            func key(_ id: String, _ body: String) -> DedupeKey? { Self.key(dedupe, ["event-id": id], body, under: verification) }
            #expect(key("1", "a") == key("1", "a"))
            #expect(key("1", "a") != key("1", "b"), "whoever guesses the next id could have its delivery dropped")
            #expect(key("1", "a") != key("2", "a"))
            #expect(InboundRule(path: "/hook", verification: verification, dedupe: dedupe).warnings.contains { $0.contains("event-id") })
        }
        #expect(
            !InboundRule(path: "/hook", verification: Self.signing, dedupe: Dedupe(.header("sig-id"))).warnings.contains { $0.contains("sig-id") }
        )
    }

    @Test("A value of the body that its signature leaves out makes a duplicate only together with an equal body")
    func unsignedValues() throws {
        let scheme = BodyHMACScheme(secret: "s", signature: "sig", signed: try #require(SignedTemplate("${body.token}")))
        let body = Verification.bodyHMAC(scheme)
        #expect(
            Self.key(Dedupe(.body("id")), [:], #"{"id":1,"a":1}"#, under: body) != Self.key(Dedupe(.body("id")), [:], #"{"id":1,"a":2}"#, under: body)
        )
        #expect(
            Self.key(Dedupe(.body("token")), [:], #"{"token":1,"a":1}"#, under: body)
                == Self.key(Dedupe(.body("token")), [:], #"{"token":1}"#, under: body)
        )
    }

    @Test("One signed delivery is one event, wherever somebody else lets one of its signed values end and the next begin")
    func movedBoundaries() throws {
        let signed = try #require(SignedTemplate("${body.token}${body.triggeredAt}"))
        let key = Secret("key")
        let inBody = Verification.bodyHMAC(BodyHMACScheme(secret: "s", signature: "signature", signed: signed))
        let inHead = Verification.hmac(HMACScheme(secret: "s", header: "x-sig", signed: signed))
        let now = Timestamp(milliseconds: 1_780_000_000_000)
        for verification in [inBody, inHead] {
            func dedupeKey(_ token: String, _ time: String) throws -> DedupeKey? {
                let body: JSON = ["token": .string(token), "triggeredAt": .string(time)]
                let delivery = try #require(verification.sign(body.bytes(), secrets: ["s": [key]], now: now))
                let read = ReadRequest(ReceivedRequest(method: "POST", path: "/hook", headers: delivery.headers, body: delivery.body), as: .json)
                #expect(verification.verify(read, secrets: ["s": [key]], now: now))
                return Dedupe(.body("token")).key(for: read, under: verification)
            }
            let first = try dedupeKey("abc1", "1780")
            #expect(first != nil)
            #expect(try dedupeKey("abc", "11780") == first)
            #expect(try dedupeKey("abc11780", "") == first)
            #expect(try dedupeKey("abc2", "1780") != first)
        }
    }

    private static let secrets = ["s": [Secret("key")]]
    private static let now = Timestamp(milliseconds: 1_780_000_000_000)

    /// The key of a delivery with these headers that is genuine under a template; nil headers are absent.
    private static func signedKey(_ template: String, id: String?, time: String?, body: String = "{}", _ dedupe: Dedupe = Dedupe(.header("x-id")))
        throws -> DedupeKey?
    {
        let verification = Verification.hmac(HMACScheme(secret: "s", header: "x-sig", signed: try #require(SignedTemplate(template))))
        let headers = ["x-id": id, "x-time": time].compactMapValues(\.self)
        let delivery = try #require(verification.sign(Array(body.utf8), headers: headers, secrets: secrets, now: now))
        let read = ReadRequest(ReceivedRequest(method: "POST", path: "/hook", headers: delivery.headers, body: delivery.body), as: .json)
        #expect(verification.verify(read, secrets: secrets, now: now))
        return dedupe.key(for: read, under: verification)
    }

    @Test(
        "One signed delivery is one event, wherever somebody else lets a signed header end, also where one is left out",
        arguments: [
            "${header.x-id}${header.x-time}", "${header.x-time}${header.x-id}", "v1:${header.x-id}${header.x-time}.${body}",
            "${header.x-id}${header.x-time}${body}",
        ]
    )
    func movedHeaders(_ template: String) throws {
        let isReversed = template.hasPrefix("${header.x-time}")
        func key(_ first: String?, _ second: String?) throws -> DedupeKey? {
            try Self.signedKey(template, id: isReversed ? second : first, time: isReversed ? first : second)
        }
        let first = try key("evt1", "1780")
        #expect(first != nil)
        for (id, time) in [("evt", "11780"), ("evt11780", ""), ("", "evt11780"), ("evt11780", nil), (nil, "evt11780")] as [(String?, String?)] {
            #expect(try key(id, time) == first, "\(id ?? "-") \(time ?? "-")")
        }
        #expect(try key("evt2", "1780") != first)
        // What is signed with other words before it is another delivery.
        #expect(try key("evt1", "1781") != first)
    }

    @Test("A signed header that a text keeps apart is known by itself when it is sent again; where the text may stand in it, by all that is signed")
    func separatedHeaders() throws {
        let template = "${header.x-id}.${header.x-time}.${body}"
        #expect(try Self.signedKey(template, id: "evt1", time: "1") == Self.signedKey(template, id: "evt1", time: "2"))
        let body = Self.key(Dedupe(.header("x-id")), ["x-id": "evt1"], "{}", under: .hmac(HMACScheme(secret: "s", header: "x-sig")))
        #expect(try Self.signedKey(template, id: "evt1", time: "1") != body)
        // The same bytes divided otherwise: never the key of the identifier that they then seem to have.
        #expect(try Self.signedKey(template, id: "evt1.1", time: "2") != Self.signedKey(template, id: "evt1", time: "1.2"))
        #expect(try Self.signedKey(template, id: "evt1.1", time: "2") != Self.signedKey(template, id: "evt1.1", time: "3"))
        #expect(
            try Self.signedKey("${body}.${header.x-id}", id: "evt1", time: nil) != Self.signedKey("${body}.${header.x-id}", id: "evt2", time: nil)
        )
        // Of two points the first may belong to the value.
        #expect(
            try Self.signedKey("${header.x-id}..${body}", id: "a.", time: "1")
                != Self.signedKey("${header.x-id}..${body}", id: "a.", time: "1", body: "[]")
        )
    }

    @Test("A mark with body_hash makes a duplicate only together with an equal body, signed or not, and nothing is said of it")
    func marksWithBodies() throws {
        let dedupe = Dedupe(.header("x-id"), comparesBody: true)
        let template = "${header.x-id}.${body}"
        let first = try Self.signedKey(template, id: "1", time: nil, body: "{}", dedupe)
        #expect(try Self.signedKey(template, id: "1", time: nil, body: "{}", dedupe) == first)
        #expect(try Self.signedKey(template, id: "1", time: nil, body: "[]", dedupe) != first)
        #expect(try Self.signedKey(template, id: "2", time: nil, body: "{}", dedupe) != first)
        #expect(InboundRule(path: "/hook", verification: .hmac(HMACScheme(secret: "s", header: "sig")), dedupe: dedupe).warnings.isEmpty)
    }

    @Test("The body is read once for signature, time, group and duplicates, and not at all where the head or the raw bytes say no")
    func readsOnce() throws {
        let scheme = BodyHMACScheme(secret: "s", signature: "signature", signed: try #require(SignedTemplate("${body.token}${body.at}")))
        let read = ReadRequest(InboundVectorTests.request([:], #"{"token":"a","at":1780000000,"signature":"00"}"#), as: .json)
        let now = Timestamp(milliseconds: 1_780_000_000_000)
        #expect(!Verification.bodyHMAC(scheme).verify(read, secrets: ["s": [Secret("key")]], now: now))
        #expect(RequestValue.body("at").timestamp(in: read, now: now) == now)
        #expect(RequestValue.body("token").text(in: read) == "a")
        #expect(Dedupe(.body("token")).key(for: read, under: .bodyHMAC(scheme)) != nil)
        #expect(read.readings == 1)
        let unread = ReadRequest(InboundVectorTests.request(["x-sig": "00"], "{}"), as: .json)
        #expect(!Verification.hmac(HMACScheme(secret: "s", header: "x-sig")).verify(unread, secrets: ["s": [Secret("key")]], now: now))
        let absent = HMACScheme(secret: "s", header: "x-other", signed: scheme.signed)
        #expect(!Verification.hmac(absent).verify(unread, secrets: ["s": [Secret("key")]], now: now))
        #expect(unread.readings == 0)
    }

    @Test("Equal bodies count as one for ten minutes, keys of the sender's without an end, and with none nothing is a duplicate")
    func windows() {
        #expect(Self.key(.usual)?.within == .seconds(600))
        #expect(Self.key(Dedupe(.header("sig-id")), ["sig-id": "1"])?.within == nil)
        #expect(Self.key(Dedupe(.header("sig-id")))?.within == .seconds(600))
        #expect(Self.key(Dedupe(.header("sig-id"), within: .seconds(60)), ["sig-id": "1"])?.within == .seconds(60))
        #expect(Self.key(Dedupe(.nothing)) == nil)
        #expect(Self.key(.usual, query: ["n": "1"]) != Self.key(.usual, query: ["n": "2"]))
        let token = Verification.token(secret: "s", query: "key")
        #expect(Self.key(.usual, query: ["key": "old"], under: token) == Self.key(.usual, query: ["key": "new"], under: token))
    }

    @Test("A rule without verification, or with an unsigned timestamp, gives a warning")
    func warnings() throws {
        #expect(!InboundRule(path: "/hook", verification: .none).warnings.isEmpty)
        let unsigned = HMACScheme(secret: "s", header: "sig", timestamp: .init(header: "time"))
        #expect(!InboundRule(path: "/hook", verification: .hmac(unsigned)).warnings.isEmpty)
        let template = try #require(SignedTemplate("${header.Time}${body}"))
        let signed = HMACScheme(secret: "s", header: "sig", signed: template, timestamp: .init(header: "time"))
        #expect(InboundRule(path: "/hook", verification: .hmac(signed)).warnings.isEmpty)
        #expect(!InboundRule(path: "/hook", verification: .token(secret: "s", query: "key")).warnings.isEmpty)
        let weak = HMACScheme(secret: "s", header: "sig", code: HMACCode(algorithm: .sha1))
        #expect(InboundRule(path: "/hook", verification: .hmac(weak)).warnings.contains { $0.contains("sha1") })
    }
}
