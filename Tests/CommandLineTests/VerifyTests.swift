import Crypto
import Foundation
import Screening
import Testing

@Suite("The verify command") struct VerifyTests {
    private static let body = #"{"external_id":"application-7","candidate":{"first_name":"Ana","last_name":"Roe","email":"ana@example.test"}}"#
    private static let signing = "whsec_dGVzdC1zaWduaW5nLXNlY3JldA=="

    private func program() throws -> Program {
        let program = try Program()
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        return program
    }

    private static func code(_ text: String, _ key: String = signing) -> String {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: Array(key.utf8))).map { [$0].hex }.joined()
    }

    private static func request(_ signature: String, body: String = body, path: String = "/ats/acme/hmac", header: String = "X-Signature") -> String {
        "POST \(path) HTTP/1.1\r\nHost: example.test\r\n\(header): \(signature)\r\nContent-Type: application/json\r\n\r\n\(body)"
    }

    @Test("a request that would be accepted says what becomes of it, from a file and from standard input") func accepted() async throws {
        let program = try program()
        defer { program.remove() }
        try program.write(Self.request(Self.code(Self.body)), to: "request.http")
        let outcome = try await program.run("verify", "acme", "request.http")
        #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("connection acme: it would be accepted."))
        #expect(outcome.output.contains("group application-7") && outcome.output.contains("an equal body, received in the last 10 min"))
        let json = try JSON(parsing: try await program.run("verify", "acme", "request.http", "--json").output.trimmed)
        #expect(json["accepted"] == true && json["failure"] == .null && json["status"] == 200)
        #expect(!outcome.output.contains(Self.signing) && program.text(of: "fairlead.db").isEmpty)
    }

    @Test("a refused request says which part of the rule it fails and what would have been right, without a secret") func refused() async throws {
        let program = try program()
        defer { program.remove() }
        let right = Self.code(Self.body)
        let pretty = "{\n  \"external_id\": \"application-7\"\n}"
        for (text, code, expected) in [
            (Self.request(right, header: "X-Sign"), "missing_header", "the header x-signature is missing"),
            (Self.request("sha256=" + right), "wrong_encoding", "“sha256=” stands before the signature"),
            (Self.request(right, body: Self.body + "\n"), "signature_differs", "without the line break at its end"),
            (Self.request(Self.code(#"{"external_id":"application-7"}"#), body: pretty), "signature_differs", "as compact JSON"),
            (Self.request(Self.code(Self.body, "test-signing-token")), "signature_differs", "secret webhook_tokens of the account zinc-test"),
            (Self.request(right, path: "/ats/acme/hamc"), "unknown_path", "Did you mean /hmac?"),
            (Self.request(Self.code("?")), "signature_differs", "Right would be: \(right.prefix(8))…"),
        ] {
            try program.write(text, to: "request.http")
            let outcome = try await program.run("verify", "acme", "request.http")
            let json = try JSON(parsing: try await program.run("verify", "acme", "request.http", "--json").output.trimmed)
            #expect(outcome.code == 1 && outcome.output.contains(expected), "\(outcome.output)\(outcome.errors)")
            #expect(json.at("failure.code")?.text == code && json["accepted"] == false)
            if code != "unknown_path", !text.contains(right) { #expect(!outcome.output.contains(right)) }
            for secret in [Self.signing, "test-signing-token", "test-admin-token"] { #expect(!outcome.output.contains(secret)) }
        }
        let shown = try await program.run("verify", "acme", "request.http", "--show-signature")
        #expect(shown.output.contains("Right would be: \(right)"))
    }

    @Test("a capture that is old is judged by when it arrived; one for another connection or without a path says so") func times() async throws {
        let program = try program()
        defer { program.remove() }
        let key = SymmetricKey(data: Array("test-signing-secret".utf8))
        let code = Data(HMAC<SHA256>.authenticationCode(for: Array("msg_1.1700000000.\(Self.body)".utf8), using: key)).base64EncodedString()
        let head = "POST /ats/other/standard\nwebhook-id: msg_1\nwebhook-timestamp: 1700000000\nwebhook-signature: v1,\(code)\n\n"
        try program.write(head + Self.body, to: "old.http")
        let old = try await program.run("verify", "acme", "old.http")
        #expect(old.code == 1 && old.output.contains("but for its age it is right"), "\(old.output)\(old.errors)")
        #expect(old.output.contains("it was sent to the connection other, not to acme"))
        let then = try await program.run("verify", "acme", "old.http", "--at", "2023-11-14T22:13:30Z")
        #expect(then.code == 0 && then.output.contains("others with this webhook-id"), "\(then.output)\(then.errors)")
        try program.write(Self.body, to: "body.json")
        let bare = try await program.run("verify", "acme", "body.json")
        #expect(bare.code == 1 && bare.errors.contains("Say it with --path"), "\(bare.output)\(bare.errors)")
        let given = try await program.run("verify", "acme", "body.json", "--path", "/hmac", "--header", "X-Signature: \(Self.code(Self.body))")
        #expect(given.code == 0, "\(given.output)\(given.errors)")
        let unknown = try await program.run("verify", "acne", "body.json", "--path", "/hmac")
        #expect(unknown.code == 1 && unknown.errors.contains("Did you mean acme?"))
        #expect(try await program.run("verify", "acme").code == 64)
    }

    @Test("a provider's webhook is measured by the account's tokens, and by the other way of signing") func accounts() async throws {
        let program = try program()
        defer { program.remove() }
        let body = "{\"id\": \"r-1\", \"status\": \"completed\"}"
        func request(_ signature: String) -> String { "POST /providers/zinc-test/tok HTTP/1.1\nX-Zinc-Webhook-Signature: \(signature)\n\n\(body)" }
        try program.write(request(Self.code(body, "test-signing-token")), to: "webhook.http")
        let right = try await program.run("verify", "--account", "zinc-test", "webhook.http")
        #expect(right.code == 0 && right.output.contains("account zinc-test: it would be accepted."), "\(right.output)\(right.errors)")
        try program.write(request(Self.code(#"{"id":"r-1","status":"completed"}"#, "test-signing-token")), to: "webhook.http")
        let rewritten = try await program.run("verify", "--account", "zinc-test", "webhook.http")
        #expect(rewritten.code == 1 && rewritten.output.contains("webhook_signature: stringify would accept it"), "\(rewritten.output)")
        try program.write(request(Self.code(body, Self.signing)), to: "webhook.http")
        let other = try await program.run("verify", "--account", "zinc-test", "webhook.http")
        #expect(other.code == 1 && other.output.contains("secret signing of the connection acme"), "\(other.output)")
    }
}
