import HTTPTypes
import Screening
import Testing

@testable import Plugins

@Suite("Verification of inbound requests")
struct InboundVerificationTests {
    static let secrets = [
        "user": [Secret("key:1"), Secret("key-2")], "password": [Secret("pw")], "empty": [Secret("")], "standard": [Secret("c2VjcmV0")],
    ]
    static let now = Timestamp(milliseconds: 1_700_000_000_000)

    static func verify(_ verification: Verification, _ headers: [String: String], body: String = "{}", at now: Timestamp = now) -> Bool {
        verification.verify(InboundVectorTests.request(headers, body), secrets: secrets, now: now)
    }

    static func basic(_ text: String, scheme: String = "Basic") -> [String: String] { ["authorization": "\(scheme) \(Array(text.utf8).base64)"] }

    @Test("Basic authentication without a password secret requires an empty password")
    func basicWithoutPassword() {
        for name in [String?.none, "missing"] {
            let scheme = Verification.basic(username: "user", password: name)
            #expect(Self.verify(scheme, Self.basic("key:1:")))
            #expect(Self.verify(scheme, Self.basic("key-2:", scheme: "basic")))
            for wrong in ["key:1", "key-2:x", "key-2", ":", "", "KEY-2:", "key-2::", "key-2:\0"] { #expect(!Self.verify(scheme, Self.basic(wrong))) }
        }
    }

    @Test("Basic authentication requires the exact user name and password, and rejects empty secrets and malformed headers")
    func basicWithPassword() {
        let scheme = Verification.basic(username: "user", password: "password")
        #expect(Self.verify(scheme, Self.basic("key-2:pw")))
        for wrong in ["key-2:", "key-2:PW", "key-2:pwx", "pw:key-2", "key-2"] { #expect(!Self.verify(scheme, Self.basic(wrong))) }
        #expect(!Self.verify(.basic(username: "user", password: "empty"), Self.basic("key-2:")))
        #expect(!Self.verify(.basic(username: "empty", password: nil), Self.basic(":")))
        #expect(!Self.verify(scheme, [:]))
        #expect(!Self.verify(scheme, ["authorization": "Basic"]))
        #expect(!Self.verify(scheme, ["authorization": "Basic %%%"]))
        #expect(!Self.verify(scheme, Self.basic("key-2:pw", scheme: "Bearer")))
    }

    @Test("Bearer authentication requires the exact token, and another header takes the bare token")
    func bearer() {
        let scheme = Verification.bearer(secret: "user", header: "authorization")
        #expect(Self.verify(scheme, ["authorization": "Bearer key-2"]))
        #expect(Self.verify(scheme, ["authorization": "bearer key:1"]))
        for wrong in ["key-2", "Bearer", "Bearer ", "Bearer key-2 ", "Bearer KEY-2", "Bearer key-22", "Token key-2"] {
            #expect(!Self.verify(scheme, ["authorization": wrong]))
        }
        let other = Verification.bearer(secret: "user", header: "x-token")
        #expect(Self.verify(other, ["x-token": "key-2"]))
        #expect(!Self.verify(other, ["x-token": "Bearer key-2"]))
        #expect(!Self.verify(.bearer(secret: "empty", header: "x-token"), ["x-token": ""]))
        #expect(!Self.verify(.bearer(secret: "missing", header: "x-token"), ["x-token": ""]))
    }

    @Test("A signed timestamp within five minutes of now passes", arguments: [0, 299, 300, -299, -300])
    func nearTimestampsPass(_ seconds: Int64) throws {
        let timestamp = Self.now + .seconds(seconds)
        let delivery = try #require(Verification.standardWebhooks(secret: "standard").sign([], secrets: Self.secrets, now: timestamp))
        #expect(Self.verify(.standardWebhooks(secret: "standard"), delivery.headers, body: ""))
    }

    @Test("A signed timestamp more than five minutes from now fails", arguments: [301, 3600, -301, -86_400])
    func replayedTimestampsFail(_ seconds: Int64) throws {
        let timestamp = Self.now + .seconds(seconds)
        let delivery = try #require(Verification.standardWebhooks(secret: "standard").sign([], secrets: Self.secrets, now: timestamp))
        #expect(!Self.verify(.standardWebhooks(secret: "standard"), delivery.headers, body: ""))
    }

    @Test("Signed timestamps are read as seconds, milliseconds or ISO 8601 text")
    func signedTimestampsInSecondsMillisecondsAndText() throws {
        let scheme = HMACScheme(
            secret: "user",
            header: "X-Signature",
            signed: try #require(SignedTemplate("${header.X-Time}.${body}")),
            timestamp: .init(header: "X-Time")
        )
        for time in ["1700000000", "1700000000000", "1700000299", "1699999700001", "2023-11-14T22:13:20Z", "2023-11-14T23:13:20+01:00"] {
            let delivery = try #require(Verification.hmac(scheme).sign([1, 2], headers: ["x-time": time], secrets: Self.secrets, now: Self.now))
            let request = ReceivedRequest(method: "POST", path: "/hook", headers: delivery.headers, body: [1, 2])
            #expect(Verification.hmac(scheme).verify(request, secrets: Self.secrets, now: Self.now), "refused \(time)")
        }
        for time in ["", "1700000301", "1699999699999", "-1700000000", " 1700000000", "17e8", "99999999999999999999", "１７００００００００", "yesterday"] {
            let delivery = try #require(Verification.hmac(scheme).sign([1, 2], headers: ["x-time": time], secrets: Self.secrets, now: Self.now))
            let request = ReceivedRequest(method: "POST", path: "/hook", headers: delivery.headers, body: [1, 2])
            #expect(!Verification.hmac(scheme).verify(request, secrets: Self.secrets, now: Self.now), "accepted \(time)")
        }
    }

    @Test("Standard Webhooks requires its three headers and version v1, and rejects an identifier with a dot")
    func standardWebhooksIdentifiers() throws {
        let scheme = Verification.standardWebhooks(secret: "standard")
        let dotted = try #require(scheme.sign([], secrets: Self.secrets, now: Self.now, id: "a.1700000000"))
        #expect(!Self.verify(scheme, dotted.headers, body: ""))
        var headers = try #require(scheme.sign([], secrets: Self.secrets, now: Self.now)).headers
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            var fewer = headers
            fewer[name] = nil
            #expect(!Self.verify(scheme, fewer, body: ""))
        }
        headers["webhook-signature"] = headers["webhook-signature"]?.replacing("v1,", with: "v2,")
        #expect(!Self.verify(scheme, headers, body: ""))
        #expect(scheme.problem(with: Secret("not base64!")) != nil)
        #expect(scheme.problem(with: Secret("whsec_c2VjcmV0")) == nil)
    }

    @Test("What a script signs with a secret, the same secret verifies", arguments: ["c2VjcmV0", "whsec_c2VjcmV0", "not base64!"])
    func bothDirections(_ text: String) throws {
        let exchange = try ScriptExchange(
            [
                "method": "POST", "url": "https://ats.example.test/updates", "json": ["a": 1],
                "sign": ["secret": "standard", "id": "msg_1"],
            ],
            secrets: ["standard": [Secret(text)]],
            key: "k",
            at: Self.now,
            judge: { _, _ in }
        )
        let headers = Dictionary(exchange.request.headers.map { ($0.name.canonicalName, $0.value) }) { $1 }
        let received = ReceivedRequest(method: "POST", path: "/hook", headers: headers, body: exchange.request.body)
        let scheme = Verification.standardWebhooks(secret: "standard")
        #expect(scheme.verify(received, secrets: ["standard": [Secret(text)]], now: Self.now))
    }

    @Test("A secret that stands for no key does not sign")
    func malformedSecret() {
        #expect(throws: HostCallError.self) {
            try ScriptExchange(
                ["method": "POST", "url": "https://ats.example.test/updates", "sign": ["secret": "standard", "id": "msg_1"]],
                secrets: ["standard": [Secret("whsec_not base64!")]],
                key: "k",
                at: Self.now,
                judge: { _, _ in }
            )
        }
    }

    @Test("Verification fails if a signed body field is missing, null or not a scalar")
    func aMissingSignedValueFails() throws {
        let scheme = Verification.bodyHMAC(
            BodyHMACScheme(secret: "user", signature: "signature", signed: try #require(SignedTemplate("${body.token}${body.time}")))
        )
        #expect(scheme.sign(Array(#"{"token":"t"}"#.utf8), secrets: Self.secrets, now: Self.now) == nil)
        let code = HMACCode().code(of: Array("t".utf8), key: Secret("key-2").bytes).hex
        #expect(!Self.verify(scheme, [:], body: #"{"token":"t","signature":"\#(code)"}"#))
        #expect(!Self.verify(scheme, [:], body: #"{"token":"t","time":null,"signature":"\#(code)"}"#))
        #expect(!Self.verify(scheme, [:], body: #"{"token":"t","time":{},"signature":"\#(code)"}"#))
        #expect(Self.verify(scheme, [:], body: #"{"token":"t","time":"","signature":"\#(code)"}"#))
        #expect(!Self.verify(scheme, [:], body: "not json"))
    }

    @Test("Only the first sixteen signatures of a header are tried, and a single-signature scheme accepts no list")
    func extraSignatures() throws {
        let scheme = HMACScheme(secret: "user", header: "sig", prefix: "v1=", list: ",")
        let genuine = try #require(Verification.hmac(scheme).sign([], secrets: Self.secrets, now: Self.now)?.headers["sig"])
        #expect(Self.verify(.hmac(scheme), ["sig": "v0=aa, \(genuine) ,v1=bb"], body: ""))
        let flood = Array(repeating: "v1=00", count: 16).joined(separator: ",") + ",\(genuine)"
        #expect(!Self.verify(.hmac(scheme), ["sig": flood], body: ""))
        let single = HMACScheme(secret: "user", header: "sig", prefix: "v1=")
        #expect(!Self.verify(.hmac(single), ["sig": "\(genuine),\(genuine)"], body: ""))
        #expect(!Self.verify(.hmac(single), ["sig": genuine.replacing("v1=", with: "V1=")], body: ""))
    }
}
