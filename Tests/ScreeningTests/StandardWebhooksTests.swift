import Screening
import Testing

@Suite("Standard Webhooks")
struct StandardWebhooksTests {
    /// A message signed by another implementation.
    struct Vector: Sendable, CustomTestStringConvertible {
        let secret: String
        let id: String
        let timestamp: String
        let body: String
        let signature: String
        var testDescription: String { id }
    }

    static let vectors = [
        // The specification's own, as its reference libraries test it.
        Vector(
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: "1614265330",
            body: #"{"test": 2432232314}"#,
            signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        ),
        Vector(
            secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
            id: "msg_1",
            timestamp: "1700000000",
            body: #"{"a":1}"#,
            signature: "v1,WUgAXU8H0NQ1/7M+TtMwKma2b74a3/TCgekiM3YUdN8="
        ),
    ]

    private func isVerified(_ secrets: [Secret], _ vector: Vector, after pause: Duration = .zero, _ changes: [String: String?] = [:]) -> Bool {
        var headers: [String: String?] = [
            "webhook-id": vector.id, "webhook-timestamp": vector.timestamp, "webhook-signature": vector.signature,
        ]
        headers.merge(changes) { $1 }
        let now = (Timestamp(unixTime: vector.timestamp) ?? Timestamp(milliseconds: 0)) + pause
        return StandardWebhooks(secrets)?.verify(Array(vector.body.utf8), header: { headers[$0] ?? nil }, now: now) ?? false
    }

    @Test("A published vector is signed and verified", arguments: vectors)
    func published(_ vector: Vector) throws {
        let webhooks = try #require(StandardWebhooks([Secret(vector.secret)]))
        let body = Array(vector.body.utf8)
        #expect(webhooks.signature(of: body, id: vector.id, timestamp: vector.timestamp) == vector.signature)
        let headers = webhooks.headers(for: body, id: vector.id, at: try #require(Timestamp(unixTime: vector.timestamp)))
        #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(headers.map(\.value) == [vector.id, vector.timestamp, vector.signature])
        #expect(isVerified([Secret(vector.secret)], vector))
    }

    @Test("A secret is base64 with or without its prefix", arguments: vectors)
    func withoutPrefix(_ vector: Vector) throws {
        let bare = String(vector.secret.dropFirst(6))
        #expect(isVerified([Secret(bare)], vector))
        #expect(
            StandardWebhooks([Secret(bare)])?.signature(of: Array(vector.body.utf8), id: vector.id, timestamp: vector.timestamp) == vector.signature
        )
        #expect(StandardWebhooks.isBase64(Secret(bare)) && StandardWebhooks.isBase64(Secret(vector.secret)))
    }

    @Test("Text that is not base64 is the key itself, for signing and for verifying")
    func textAsKey() throws {
        let text = Secret("not base64!")
        let coded = Secret("whsec_" + text.bytes.base64)
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        let headers = try #require(StandardWebhooks([text])).headers(for: [1], id: "msg_1", at: now)
        #expect(headers.map(\.value) == StandardWebhooks([coded])?.headers(for: [1], id: "msg_1", at: now).map(\.value))
        let given = Dictionary(headers.map { ($0.name, $0.value) }) { $1 }
        #expect(StandardWebhooks([text])?.verify([1], header: { given[$0] }, now: now) == true)
        #expect(!StandardWebhooks.isBase64(text))
    }

    @Test("Secrets that stand for no key neither sign nor verify", arguments: ["", "whsec_", "whsec_not base64!"])
    func noKey(_ secret: String) {
        #expect(StandardWebhooks([Secret(secret)]) == nil)
        #expect(!isVerified([Secret(secret)], Self.vectors[0]))
        #expect(isVerified([Secret(secret), Secret(Self.vectors[0].secret)], Self.vectors[0]))
    }

    @Test("Any of several secrets verifies, and the first signs")
    func rotation() {
        let vector = Self.vectors[0]
        let secrets = [Secret(vector.secret), Secret("whsec_b3RoZXI=")]
        #expect(isVerified(secrets, vector) && isVerified(secrets.reversed(), vector))
        #expect(!isVerified([secrets[1]], vector))
        #expect(StandardWebhooks(secrets)?.signature(of: Array(vector.body.utf8), id: vector.id, timestamp: vector.timestamp) == vector.signature)
    }

    @Test("One right signature among several is enough")
    func severalSignatures() {
        let vector = Self.vectors[0]
        let secret = [Secret(vector.secret)]
        #expect(isVerified(secret, vector, ["webhook-signature": "v1a,bm90IG91cnM= v1,AAAA " + vector.signature]))
        #expect(!isVerified(secret, vector, ["webhook-signature": String(repeating: "v1,AAAA ", count: 16) + vector.signature]))
        #expect(!isVerified(secret, vector, ["webhook-signature": vector.signature.replacing("v1,", with: "v2,")]))
    }

    @Test("A delivery is verified within five minutes, either way")
    func tolerance() {
        let vector = Self.vectors[0]
        let secret = [Secret(vector.secret)]
        for seconds in [0, 300, -300] { #expect(isVerified(secret, vector, after: .seconds(seconds))) }
        for seconds in [301, -301, 86_400] { #expect(!isVerified(secret, vector, after: .seconds(seconds))) }
    }

    @Test("A missing or malformed header verifies nothing")
    func headers() throws {
        let vector = Self.vectors[0]
        let secret = [Secret(vector.secret)]
        for name in StandardWebhooks.Header().all { #expect(!isVerified(secret, vector, [name: String?.none])) }
        for time in ["", "x", "-1614265330", " 1614265330", "1614265330.0", "9999999999999999999"] {
            #expect(!isVerified(secret, vector, ["webhook-timestamp": time]))
        }
        let webhooks = try #require(StandardWebhooks(secret))
        let dotted = webhooks.headers(for: [], id: "msg.1614265330", at: Timestamp(milliseconds: 1_614_265_330_000))
        let given = Dictionary(dotted.map { ($0.name, $0.value) }) { $1 }
        #expect(!webhooks.verify([], header: { given[$0] }, now: Timestamp(milliseconds: 1_614_265_330_000)))
    }
}
