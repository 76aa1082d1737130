import ConfigurationFiles
import Screening
import Testing

@testable import Plugins

/// The shapes in which vendors sign, as manifests write them.
@Suite("Shapes of signatures")
struct InboundShapesTests {
    static let now = Timestamp(milliseconds: 1_700_000_000_000)
    static let secrets = ["signing": [Secret("c2VjcmV0"), Secret("b3RoZXI=")]]

    static func manifest(_ verify: String, _ more: String = "") throws -> PluginManifest {
        let yaml = """
            { name: bench, version: 1.0.0, contract: 1, kind: ats, secrets: { signing: {} }, inbound: [{ path: /x, verify: \(verify)\(more) }] }
            """
        return try PluginManifest(yaml: LocatedYAML(text: yaml, file: "plugin.yaml"), folder: "bench")
    }

    static func rule(_ verify: String, _ more: String = "") throws -> InboundRule { try #require(manifest(verify, more).inbound.first) }

    static func problems(_ verify: String, _ more: String = "") -> [String] {
        do {
            _ = try manifest(verify, more)
            return []
        } catch { return (error as? ConfigurationProblems)?.problems.map(\.message) ?? ["\(error)"] }
    }

    static func request(_ headers: [String: String], query: [String: String] = [:], _ body: String = "{}") -> ReceivedRequest {
        ReceivedRequest(method: "POST", path: "/x", query: query, headers: headers, body: Array(body.utf8))
    }

    static let parts = #"""
        { scheme: hmac, secret: signing, header: X-Sig, part: v1, signed: "${header.x-sig.t}.${body}", timestamp: { part: t, tolerance: 5m } }
        """#

    @Test("Timestamp and codes may be parts of one header, in any order and several")
    func partsOfAHeader() throws {
        let rule = try Self.rule(Self.parts)
        #expect(rule.warnings.isEmpty)
        let delivery = try #require(rule.verification.sign(Array("{}".utf8), secrets: Self.secrets, now: Self.now))
        let value = try #require(delivery.headers["x-sig"])
        #expect(value.hasPrefix("t=1700000000,v1="))
        func passes(_ value: String, at now: Timestamp = Self.now) -> Bool {
            rule.verification.verify(Self.request(["x-sig": value]), secrets: Self.secrets, now: now)
        }
        let code = String(value.dropFirst("t=1700000000,v1=".count))
        #expect(passes(value) && passes("v1=\(code), t=1700000000") && passes("t=1700000000;v1=\(code)"))
        #expect(passes("t=1700000000,v0=zz,v1=00,v1=\(code),v2=x"))
        #expect(!passes("t=1700000001,v1=\(code)") && !passes("v1=\(code)") && !passes("t=1700000000,v0=\(code)") && !passes(""))
        #expect(!passes(value, at: Self.now + .seconds(301)))
        #expect(!passes("t=1700000000,V1=\(code)"))
    }

    @Test("Standard Webhooks may have another prefix, and several signatures")
    func svix() throws {
        let rule = try Self.rule("{ scheme: standard_webhooks, secret: signing, header_prefix: svix }")
        let delivery = try #require(rule.verification.sign(Array("{}".utf8), secrets: Self.secrets, now: Self.now))
        #expect(Set(delivery.headers.keys) == ["svix-id", "svix-timestamp", "svix-signature"])
        var headers = delivery.headers
        headers["svix-signature"] = "v1,AAAA v1a,xx " + (headers["svix-signature"] ?? "")
        #expect(rule.verification.verify(Self.request(headers), secrets: Self.secrets, now: Self.now))
        let usual = try Self.rule("{ scheme: standard_webhooks, secret: signing }")
        #expect(!usual.verification.verify(Self.request(headers), secrets: Self.secrets, now: Self.now))
    }

    @Test("A token in the URL is compared and kept nowhere")
    func token() throws {
        let rule = try Self.rule("{ scheme: token, secret: signing, query: key }")
        for right in ["c2VjcmV0", "b3RoZXI="] {
            let request = Self.request([:], query: ["key": right, "page": "1"])
            #expect(rule.verification.verify(request, secrets: Self.secrets, now: Self.now))
            #expect(rule.verification.withoutCredentials(request).query == ["page": "1"])
        }
        for wrong in [[:], ["key": ""], ["key": "c2VjcmV"], ["token": "c2VjcmV0"]] {
            #expect(!rule.verification.verify(Self.request([:], query: wrong), secrets: Self.secrets, now: Self.now))
        }
        #expect(rule.verification.sign([], secrets: Self.secrets, now: Self.now)?.query == ["key": "c2VjcmV0"])
    }

    @Test("What a proxy repeats of a credential is not kept, plain or encoded")
    func repeatedCredentials() {
        let secret = "live/secret+value="
        let secrets: [String: [Secret]] = ["signing": [Secret("other-secret"), Secret(secret)], "user": [Secret("json")]]
        func kept(_ verification: Verification, _ headers: [String: String], _ query: [String: String] = [:]) -> ReceivedRequest {
            verification.withoutCredentials(Self.request(headers, query: query), secrets: secrets)
        }
        let repeated = [
            "x-proxy-a": "/ats/acme/x?key=\(secret)", "x-proxy-b": "/ats/acme/x?key=live%2Fsecret%2bvalue%3D", "x-proxy-c": "k=other-secret&a=b",
            "content-type": "application/json",
        ]
        let token = Verification.token(secret: "signing", query: "key")
        let bearer = Verification.bearer(secret: "signing", header: "authorization")
        for verification in [token, bearer, .basic(username: "user", password: "signing")] {
            let request = kept(verification, repeated, ["page": "1", "again": secret])
            #expect(request.headers == ["content-type": "application/json"] && request.query == ["page": "1"], "\(verification)")
        }
        let places = ["referer": "https://ats.example.test/", "x-original-uri": "/x", "x-envoy-original-path": "/x", "x-id": "1"]
        #expect(kept(token, places).headers == ["x-id": "1"])
        #expect(kept(bearer, places).headers == places)
    }

    @Test("SHA-1 is taken with a warning")
    func sha1() throws {
        let rule = try Self.rule("{ scheme: hmac, secret: signing, header: X-Hub-Signature, algorithm: sha1, prefix: \"sha1=\" }")
        #expect(rule.warnings.contains { $0.contains("sha1") })
        // Made with OpenSSL: printf '{}' | openssl dgst -sha1 -hmac c2VjcmV0
        let delivery = try #require(rule.verification.sign(Array("{}".utf8), secrets: Self.secrets, now: Self.now))
        #expect(delivery.headers["x-hub-signature"] == "sha1=11e849d0ea9f5dae84c8cd21c0e4d0c5e33f7bf2")
        #expect(rule.verification.verify(Self.request(delivery.headers), secrets: Self.secrets, now: Self.now))
    }

    @Test("A signature over values of the body is found in a coded body, too")
    func codedBodies() throws {
        let rule = try Self.rule("{ scheme: body_hmac, secret: signing, signature: sig, signed: \"${body.id}\" }")
        let delivery = try #require(rule.verification.sign(Array(#"{"id":4101.0}"#.utf8), secrets: Self.secrets, now: Self.now))
        let marked = [0xEF, 0xBB, 0xBF] + delivery.body
        #expect(rule.verification.verify(ReceivedRequest(method: "POST", path: "/x", body: marked), secrets: Self.secrets, now: Self.now))
    }

    @Test(
        "A template or a key that names what cannot be there is a mistake",
        arguments: [
            ("{ scheme: hmac, secret: signing, header: X-Sig, signed: \"${header.}\" }", ""),
            ("{ scheme: hmac, secret: signing, header: X-Sig, signed: \"${header.a.}${body}\" }", ""),
            ("{ scheme: hmac, secret: signing, header: X-Sig, signed: \"${header.a b}${body}\" }", ""),
            ("{ scheme: hmac, secret: signing, header: X-Sig, signed: \"${query.a}${body}\" }", ""),
            ("{ scheme: hmac, secret: signing, header: X-Sig, signed: \"${body.a..b}\" }", ""),
            ("{ scheme: hmac, secret: signing, header: X-Sig, signed: \"${body\" }", ""),
            ("{ scheme: hmac, secret: signing, header: X-Sig, signed: \"${header.x-sig}${body}\" }", ""),
            ("{ scheme: hmac, secret: signing, header: X-Sig, part: v1, signed: \"${header.x-sig.v1}${body}\" }", ""),
            ("{ scheme: hmac, secret: signing, header: X-Sig, part: \"v 1\" }", ""),
            ("{ scheme: hmac, secret: signing, header: X-Sig, timestamp: {} }", ""),
            ("{ scheme: hmac, secret: signing, header: X-Sig, signed: \"${body.id}\" }", ", body: text"),
            ("{ scheme: body_hmac, secret: signing, signature: sig, signed: \"${body}\" }", ""),
            ("{ scheme: body_hmac, secret: signing, signature: sig, signed: \"${body.sig}\" }", ""),
            ("{ scheme: token, secret: signing }", ""), ("{ scheme: standard_webhooks, secret: signing, header_prefix: \"a b\" }", ""),
            ("{ scheme: none }", ", body: xml"), ("{ scheme: none }", ", dedupe: { within: 5m }"), ("{ scheme: none }", ", dedupe: never"),
            ("{ scheme: none }", ", dedupe: { body: id, header: x }"), ("{ scheme: none }", ", dedupe: { body_hash: true, within: soon }"),
        ]
    )
    func mistakes(_ verify: String, _ more: String) { #expect(!Self.problems(verify, more).isEmpty) }

    @Test("What makes a duplicate is read, with its window")
    func dedupe() throws {
        #expect(try Self.rule("{ scheme: none }").dedupe == Dedupe(.bodyHash, within: .seconds(600)))
        #expect(try Self.rule("{ scheme: none }", ", dedupe: none").dedupe == Dedupe(.nothing))
        #expect(try Self.rule("{ scheme: none }", ", dedupe: { body_hash: true, within: 1h }").dedupe == Dedupe(.bodyHash, within: .seconds(3600)))
        #expect(try Self.rule("{ scheme: none }", ", dedupe: { body: id }, body: form").dedupe == Dedupe(.body("id")))
        let both = try Self.rule("{ scheme: none }", ", dedupe: { header: X-Id, body_hash: true }").dedupe
        #expect(both == Dedupe(.header("x-id"), comparesBody: true))
        #expect(try Self.rule("{ scheme: none }", ", body: form").body == .form)
    }
}
