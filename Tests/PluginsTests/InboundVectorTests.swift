import ConfigurationFiles
import Screening
import Testing

@testable import Plugins

/// How real ATSs sign, each with a delivery computed outside Fairlead.
@Suite("Webhook signatures of real ATSs")
struct InboundVectorTests {
    static let secrets = ["signing": [Secret("test-secret-1")], "standard": [Secret("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")]]
    static let now = Timestamp(milliseconds: 1_700_000_000_000)

    struct Vector: Sendable, CustomStringConvertible {
        let description: String
        let verify: String
        let headers: [String: String]
        let body: String
        /// Where the code stands: a header, or a path of the body.
        let place: String
    }

    static let vectors = [
        Vector(
            description: "Greenhouse",
            verify: #"{ scheme: hmac, secret: signing, header: Signature, prefix: "sha256 " }"#,
            headers: ["signature": "sha256 b2b0f6788077286f5371bb39ccd9dda5e5fe8781c304868bbb6d1990bbdd83c0"],
            body: #"{"action":"candidate_stage_change","payload":{"application":{"id":101}}}"#,
            place: "signature"
        ),
        Vector(
            description: "Ashby",
            verify: #"{ scheme: hmac, secret: signing, header: Ashby-Signature, prefix: "sha256=" }"#,
            headers: ["ashby-signature": "sha256=73400cb7b5e69dc44f2df1dfc7dbd53c6ee9b68130c97435b9c6292995a8436e"],
            body: #"{"action":"candidateStageChange","data":{"application":{"id":"a-1"}},"webhookActionId":"w-1"}"#,
            place: "ashby-signature"
        ),
        Vector(
            description: "Lever",
            verify: #"{ scheme: body_hmac, secret: signing, signature: signature, signed: "${body.token}${body.triggeredAt}" }"#,
            headers: [:],
            body: #"{"token":"tok_abc","triggeredAt":1700000000000,"signature":"aa540fa8f3516fa5db8ed8f4cb5c37436de61d53f4b6822cbf241c72c93f8d42"}"#,
            place: "body"
        ),
        Vector(
            description: "Workable",
            verify: "{ scheme: hmac, secret: signing, header: X-Workable-Signature }",
            headers: ["x-workable-signature": "bb79a79dd3b7fa76b63cbbd4f362490fae426b427c992c59fea068f3f2fc114f"],
            body: #"{"event_type":"candidate_moved","id":"c1"}"#,
            place: "x-workable-signature"
        ),
        Vector(
            description: "SmartRecruiters",
            verify: """
                { scheme: hmac, secret: signing, header: smartrecruiters-signature, prefix: "v1=", list: ";",
                  signed: "${header.smartrecruiters-timestamp}.${body}.${header.event-id}.${header.event-name}.${header.event-version}.${header.link}",
                  timestamp: { header: smartrecruiters-timestamp, tolerance: 300 } }
                """,
            headers: [
                "smartrecruiters-timestamp": "1700000000", "event-id": "ev-1", "event-name": "application.status.updated", "event-version": "v201910",
                "smartrecruiters-signature": "v1=86b03ea78ed97a15dcc2185a9eba6594318ab964cb9c898ad5d6a34fc3fe37e3",
            ],
            body: #"{"job_id":"j1"}"#,
            place: "smartrecruiters-signature"
        ),
        Vector(
            description: "Teamtailor",
            verify: #"{ scheme: hmac, secret: signing, header: Teamtailor-Signature, encoding: hex_base64, signed: "${body.resource_id}" }"#,
            headers: ["teamtailor-signature": "MzYyZjNkN2EzMTU0NGViMTM2Nzk1ZmZkMjhjNDcwMTE0ZGRlNzE0MmMzNTJjZmMxMzA3NmYxY2I1OWZmM2M3Mg=="],
            body: #"{"resource_id":12345}"#,
            place: "teamtailor-signature"
        ),
        Vector(
            description: "Pinpoint",
            verify: "{ scheme: hmac, secret: signing, header: PINPOINT-HMAC-SHA256, encoding: base64 }",
            headers: ["pinpoint-hmac-sha256": "g/TIH8rUNigrpFy98OxwyfBwFs5STUIVAXVZ4p8FmPY="],
            body: #"{"event":"application_moved"}"#,
            place: "pinpoint-hmac-sha256"
        ),
        Vector(
            description: "Recruitee",
            verify: "{ scheme: hmac, secret: signing, header: X-Recruitee-Signature }",
            headers: ["x-recruitee-signature": "5d4e13e100dca8b2564c13f3ec87244d8c9b5c5bdbe9ef899389adc1993a4376"],
            body: #"{"test":true}"#,
            place: "x-recruitee-signature"
        ),
        Vector(
            description: "BambooHR",
            verify: """
                { scheme: hmac, secret: signing, header: X-BambooHR-Signature, signed: "${body}${header.X-BambooHR-Timestamp}",
                  timestamp: { header: X-BambooHR-Timestamp, tolerance: 5m } }
                """,
            headers: [
                "x-bamboohr-signature": "a19856fb7a1c2dca2d6922673ac1a853269ce21204edc0cc448957a48ed5952f", "x-bamboohr-timestamp": "1700000000",
            ],
            body: #"{"employees":[]}"#,
            place: "x-bamboohr-signature"
        ),
        Vector(
            description: "HiBob",
            verify: "{ scheme: hmac, secret: signing, header: Bob-Signature, algorithm: sha512, encoding: base64 }",
            headers: ["bob-signature": "xWYxCH8aTdFDOT+d/2wWGc3D2Sg8Jn56LAl+/jViv7OGUWLujWIEUrPZ6s+cpsTyC0CyeezDahJFKsKvbzQ/6w=="],
            body: #"{"a":1}"#,
            place: "bob-signature"
        ),
        Vector(
            description: "Kombo",
            verify: "{ scheme: hmac, secret: signing, header: X-Kombo-Signature, encoding: base64url }",
            headers: ["x-kombo-signature": "RjlvDGD6KEiwnYBQ5s-gUy2iDBgjQW03dupOne-Gen4"],
            body: #"{"a":1}"#,
            place: "x-kombo-signature"
        ),
        Vector(
            description: "Standard Webhooks",
            verify: "{ scheme: standard_webhooks, secret: standard }",
            headers: [
                "webhook-id": "msg_1", "webhook-timestamp": "1700000000",
                "webhook-signature": "v1,WUgAXU8H0NQ1/7M+TtMwKma2b74a3/TCgekiM3YUdN8=",
            ],
            body: #"{"a":1}"#,
            place: "webhook-signature"
        ),
    ]

    static func rule(_ verify: String) throws -> InboundRule {
        let text = """
            name: sample
            version: "1"
            contract: 1
            kind: ats
            secrets: { signing: {}, standard: {}, user: {}, password: {} }
            inbound:
              - path: /hook
                verify: \(verify.replacing("\n", with: " "))
            """
        let manifest = try PluginManifest(yaml: LocatedYAML(text: text, file: "plugin.yaml"), folder: "sample")
        return try #require(manifest.inbound.first)
    }

    static func request(_ headers: [String: String], _ body: String) -> ReceivedRequest {
        ReceivedRequest(method: "POST", path: "/hook", headers: headers, body: Array(body.utf8))
    }

    @Test("A genuine delivery passes verification", arguments: vectors)
    func genuineDeliveriesPass(_ vector: Vector) throws {
        let rule = try Self.rule(vector.verify)
        #expect(rule.verification.verify(Self.request(vector.headers, vector.body), secrets: Self.secrets, now: Self.now))
    }

    @Test("A wrong secret fails verification, and one correct secret among several passes", arguments: vectors)
    func anotherSecretFails(_ vector: Vector) throws {
        let rule = try Self.rule(vector.verify)
        let request = Self.request(vector.headers, vector.body)
        for wrong in [["signing": [Secret("other")], "standard": [Secret("whsec_b3RoZXI=")]], ["signing": [Secret("")], "standard": []], [:]] {
            #expect(!rule.verification.verify(request, secrets: wrong, now: Self.now))
        }
        let rotated = Self.secrets.mapValues { [Secret("bmV3"), Secret("")] + $0 }
        #expect(rule.verification.verify(request, secrets: rotated, now: Self.now))
    }

    @Test("A delivery with a forged or truncated signature header fails verification", arguments: vectors.filter { $0.place != "body" })
    func forgedHeadersFail(_ vector: Vector) throws {
        let rule = try Self.rule(vector.verify)
        let genuine = try #require(vector.headers[vector.place])
        let forgeries = [
            "", " ", "=", String(genuine.dropLast(4)), String(genuine.dropLast(60)), genuine + "00", genuine + "é", "\u{301}" + genuine,
            "x" + genuine,
            genuine.replacing("sha256", with: "SHA256").replacing("v1", with: "V1"), genuine.replacing(" ", with: "="),
            String(genuine.reversed()), genuine.replacing("3", with: "４"), genuine.replacing("1", with: "0"),
        ]
        for forgery in forgeries where forgery != genuine {
            var headers = vector.headers
            headers[vector.place] = forgery
            #expect(!rule.verification.verify(Self.request(headers, vector.body), secrets: Self.secrets, now: Self.now), "accepted \(forgery)")
        }
        #expect(!rule.verification.verify(Self.request([:], vector.body), secrets: Self.secrets, now: Self.now))
    }

    @Test("A delivery whose body was changed fails verification", arguments: vectors.filter { !["Lever", "Teamtailor"].contains($0.description) })
    func changedBodiesFail(_ vector: Vector) throws {
        let rule = try Self.rule(vector.verify)
        for body in ["", "{}", vector.body + " ", vector.body + "\n", "\u{FEFF}" + vector.body] {
            #expect(!rule.verification.verify(Self.request(vector.headers, body), secrets: Self.secrets, now: Self.now))
        }
    }

    @Test("A delivery that Fairlead signs passes its own verification, and cannot be signed without a secret", arguments: vectors)
    func signedDeliveriesPass(_ vector: Vector) throws {
        let rule = try Self.rule(vector.verify)
        let body = #"{"token":"t","triggeredAt":1,"resource_id":"7","name":"Zoë 😀"}"#
        let signed = try #require(rule.verification.sign(Array(body.utf8), headers: ["Event-Id": "e"], secrets: Self.secrets, now: Self.now))
        let request = ReceivedRequest(method: "POST", path: "/hook", headers: signed.headers, body: signed.body)
        #expect(rule.verification.verify(request, secrets: Self.secrets, now: Self.now))
        #expect(rule.verification.sign(Array(body.utf8), secrets: [:], now: Self.now) == nil)
    }

    @Test("One valid signature among several in the header is enough")
    func oneOfSeveralSignaturesIsEnough() throws {
        for (index, others) in [(4, "v1=00ff;v2=aa;"), (11, "v1a,bm90IG91cnM= v1,AAAA ")] {
            let vector = Self.vectors[index]
            var headers = vector.headers
            headers[vector.place] = others + (vector.headers[vector.place] ?? "")
            #expect(try Self.rule(vector.verify).verification.verify(Self.request(headers, vector.body), secrets: Self.secrets, now: Self.now))
        }
    }

    @Test("Upper-case hexadecimal and Base64 with or without padding are accepted in signatures")
    func upperCaseHexadecimalAndUnpaddedBase64AreRead() throws {
        let workable = Self.vectors[3]
        let upper = workable.headers.mapValues { $0.uppercased() }
        #expect(try Self.rule(workable.verify).verification.verify(Self.request(upper, workable.body), secrets: Self.secrets, now: Self.now))
        let pinpoint = Self.vectors[6]
        let bare = pinpoint.headers.mapValues { $0.replacing("=", with: "") }
        #expect(try Self.rule(pinpoint.verify).verification.verify(Self.request(bare, pinpoint.body), secrets: Self.secrets, now: Self.now))
        let kombo = Self.vectors[10]
        let padded = kombo.headers.mapValues { $0 + "=" }
        #expect(try Self.rule(kombo.verify).verification.verify(Self.request(padded, kombo.body), secrets: Self.secrets, now: Self.now))
    }
}
