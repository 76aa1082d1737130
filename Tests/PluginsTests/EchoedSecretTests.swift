import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Plugins

/// What the other side echoes of a secret does not come back to the script.
@Suite("Secrets echoed in responses")
struct EchoedSecretTests {
    private static let secret = "sk_live-MARK/x+SECRET=A & ä.~1"

    private func exchange(_ arguments: JSON, _ secret: String = secret) throws -> ScriptExchange {
        var call: JSON = ["method": "POST", "url": "https://ats.example.test/echo"]
        for (name, value) in arguments.members?.pairs ?? [] { call[name] = value }
        return try ScriptExchange(call, secrets: ["api_key": [Secret(secret)]], key: "k", at: ManualClock().now(), judge: { _, _ in })
    }

    /// What a script is given of an answer, as JSON text.
    private func seen(_ response: WireResponse, _ secret: String = secret) async throws -> String {
        try await ScriptReply.make(of: response, limit: 2 << 20, SecretScrubber(["api_key": [Secret(secret)]])).value.string()
    }

    private static let filled: JSON = [["at": ["query", "key"], "parts": [["secret": "api_key"]]]]

    @Test("A secret echoed as a Basic authentication password is redacted, whatever the user name's length", arguments: ["u", "us", "use", "user"])
    func aPasswordBehindAnyUserNameIsHidden(_ user: String) async throws {
        let secret = "s3cr3t-api-value"
        let echoed = Array("\(user):\(secret)".utf8).base64
        let reply = try await seen(WireResponse(200, json: ["Authorization": .string("Basic " + echoed)]), secret)
        #expect(reply.contains("‹secret›"))
        for length in 8...echoed.count {
            guard let bytes = [UInt8](base64: String(echoed.prefix(length))), let text = String(validating: bytes, as: UTF8.self) else { continue }
            #expect(!reply.contains(text) || text.count < 8)
        }
        #expect(!reply.contains(echoed))
    }

    @Test(
        "A secret that comes back as the host sent it is hidden, in the body and in headers",
        arguments: ["query", "form", "json", "headers", "auth"]
    )
    func whatTheHostSendsIsHidden(_ place: String) async throws {
        let at: JSON = place == "auth" ? ["auth", "bearer"] : [.string(place), "key"]
        let arguments: JSON = [
            place: place == "auth" ? ["bearer": "x"] : ["key": "x", "other": "1"], "secrets": [["at": at, "parts": ["p-", ["secret": "api_key"]]]],
        ]
        let secret = place == "headers" || place == "auth" ? "sk_live-MARK/x+SECRET=A.~1" : Self.secret
        let sent = try exchange(arguments, secret).request
        let echo = sent.url + " " + sent.headers.map(\.value).joined(separator: " ") + String(decoding: sent.body, as: UTF8.self)
        #expect(echo.contains("MARK"))
        var headers: HTTPFields = [.location: String(sent.url.prefix { $0 != " " })]
        headers[HTTPField.Name("x-echo-\("MARK")")!] = sent.headers.first?.value
        for response in [
            WireResponse(200, headers: headers, body: Array(echo.utf8)), WireResponse(302, headers: headers, json: ["e": .string(echo)]),
            WireResponse(200, json: ["e": .string(JSON.string(echo).string())]),
        ] {
            let reply = try await seen(response, secret)
            #expect(!reply.contains("MARK/") && !reply.contains("MARK%") && !reply.contains("SECRET"), "\(reply)")
        }
    }

    private static let forms: [String] = {
        let bytes = Array(secret.utf8)
        func all(_ write: (UInt8) -> String) -> String { bytes.map(write).joined() }
        let sender = FormEncoding.text([(name: "k", value: secret)])
        let quoted = String(JSON.string(secret).string().dropFirst().dropLast())
        let units = secret.utf16.map { unit in
            let hex = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }.joined()
        return [
            secret, sender, sender.lowercasedEscapes, sender.replacing("%20", with: "+"), sender.replacing("%", with: "%25"), all { "%" + [$0].hex },
            quoted, quoted.replacing("/", with: "\\/"), quoted.replacing("+", with: "\\u002B").replacing("ä", with: "\\u00e4"), units,
            JSON.string(quoted.replacing("/", with: "\\/")).string(), JSON.string(units).string(),
            secret.replacing("&", with: "&amp;"), secret.replacing("/", with: "&#x2F;").replacing("=", with: "&#61;"),
            bytes.hex, bytes.hex.uppercased(), bytes.base64, bytes.base64.replacing("/", with: "\\/"), bytes.base64URL,
            FormEncoding.text([(name: "k", value: bytes.base64)]), (Array("u:".utf8) + bytes).base64, (Array("us:".utf8) + bytes).base64URL,
        ]
    }()

    @Test("A secret is found in every form in which it may come back", arguments: forms)
    func everyFormIsFound(_ form: String) async throws {
        for around in [("", ""), ("x", "y"), ("%", "%"), ("\\", "\\"), ("key=", "&a=b"), ("sk_live-", "sk_live")] {
            let reply = try await seen(WireResponse(200, body: Array((around.0 + form + around.1).utf8)))
            #expect(reply.contains("‹secret›"), "\(form)")
            #expect(reply.utf8.count < form.utf8.count || !reply.contains("SECRET"), "\(form): \(reply)")
        }
    }

    @Test("What is like a secret but is none stays as it is, byte by byte")
    func otherTextStays() async throws {
        for text in ["sk_live-MARK/x+SECRET=B", "100% \\ & + %zz \\u12 &amp; &x; %", "sk_live-MARK%2", "", "%", "\\", "+", "&#99999999;"] {
            let made = try await ScriptReply.make(
                of: WireResponse(200, body: Array(text.utf8)),
                limit: 100,
                SecretScrubber(["api_key": [Secret(Self.secret)], "short": [Secret("abc")], "none": []])
            )
            #expect(made.value["body"]?.text == text)
        }
    }

    @Test("A megabyte of signs that begin escapes is scrubbed in one pass", arguments: ["\\", "&", "%"])
    func aMegabyteOfSignsIsScrubbed(_ sign: Character) {
        let text = String(repeating: sign, count: 1 << 20)
        #expect(SecretScrubber(["api_key": [Secret(Self.secret)]]).scrubbed(text) == text)
    }

    @Test("Every one of many secrets is found in a large reply, in one that is a binary file too")
    func manySecretsAreFound() async throws {
        let secrets = Dictionary(uniqueKeysWithValues: (0..<60).map { ("s\($0)", [Secret("token-\($0)-" + String($0 * 7919, radix: 36) + "/zq+")]) })
        let scrubber = SecretScrubber(secrets)
        let texts = secrets.values.joined().flatMap { [$0.value, FormEncoding.text([(name: "a", value: $0.value)]), $0.bytes.base64] }
        let filler = String(repeating: "{\"a\":\"token-\\u0041%41&amp;\"},", count: 300)
        let reply = try await ScriptReply.make(of: WireResponse(200, body: Array(texts.joined(separator: filler).utf8)), limit: 8 << 20, scrubber)
        #expect(reply.value["body"]?.text?.split(separator: "‹secret›", omittingEmptySubsequences: false).count == texts.count + 1)
        let binary = try await ScriptReply.make(of: WireResponse(200, body: [0xFF, 0xFE] + texts[0].utf8 + [0xFF]), limit: 8 << 20, scrubber)
        #expect(binary.value["body_base64"]?.text.flatMap { [UInt8](base64: $0) } == [0xFF, 0xFE] + Array("‹secret›".utf8) + [0xFF])
    }

    @Test("A connection's scrubber is made again when its secrets change, and is never another's")
    func scrubbersFollowTheSecrets() {
        let scrubbers = Scrubbers()
        let first = scrubbers.scrubber(of: "acme", ["api_key": [Secret("first-secret")]])
        #expect(first === scrubbers.scrubber(of: "acme", ["api_key": [Secret("first-secret")]]))
        for connection in ["acme"] + (0..<200).map({ "other \($0)" }) + ["acme"] {
            let scrubber = scrubbers.scrubber(of: connection, ["api_key": [Secret("secret of \(connection)"), Secret("first-older")]])
            #expect(scrubber.scrubbed("a secret of \(connection), first-secret, first-older") == "a ‹secret›, first-secret, ‹secret›")
        }
        #expect(scrubbers.scrubber(of: "acme", [:]).scrubbed("secret of acme") == "secret of acme")
    }

    @Test("A body in a coding that nobody has undone is not shown to the script", arguments: ["gzip", "br", "x-own", "gzip, identity"])
    func aCodedBodyIsRefused(_ coding: String) async throws {
        let response = WireResponse(200, headers: [.contentEncoding: coding], body: Array(Self.secret.utf8))
        await #expect(throws: HostCallError.self) { _ = try await seen(response) }
        #expect(try await seen(WireResponse(204, headers: [.contentEncoding: coding])).contains("204"))
        #expect(try await seen(WireResponse(200, headers: [.contentEncoding: "identity"], body: [65])).contains("\"A\""))
    }

    @Test(
        "A secret is filled in only where it may stand",
        arguments: [["method"], ["timeout"], ["url", "x"], ["sign", "id"], ["on_error"], [], ["secrets"], ["URL"]] as [[String]]
    )
    func aSecretStandsWhereItMay(_ at: [String]) throws {
        let entry: JSON = ["at": .array(at.map { .string($0) }), "parts": [["secret": "api_key"]]]
        let error = #expect(throws: HostCallError.self) { try exchange(["secrets": [entry]]) }
        #expect(error?.code == "bad_request")
        #expect(error?.json.string().lowercased().contains("mark") == false)
    }

    @Test("A secret in the URL is the whole URL or nothing, and is judged before it goes anywhere")
    func aSecretURLIsJudged() throws {
        let hook = "https://Hooks.example.test/services/MARK"
        let whole: JSON = ["url": "secret:api_key", "secrets": [["at": ["url"], "parts": [["secret": "api_key"]]]]]
        let sent = try exchange(whole, hook)
        #expect(sent.request.url == hook)
        let shown = sent.shown("cannot connect to hooks.example.test: HTTPS://HOOKS.example.test/services/MARK")
        #expect(shown == "cannot connect to secret:api_key: secret:api_key")
        let parts: JSON = ["url": "x", "secrets": [["at": ["url"], "parts": ["https://evil.example.test/", ["secret": "api_key"]]]]]
        #expect(throws: HostCallError.self) { try exchange(parts, hook) }
        var judged: [String?] = []
        #expect(throws: HostCallError.self) {
            try ScriptExchange(whole, secrets: ["api_key": [Secret(hook)]], key: "k", at: ManualClock().now()) { _, places throws(HostCallError) in
                judged.append(places.url)
                throw HostCallError("url_not_permitted", "no")
            }
        }
        #expect(judged == ["api_key"])
    }

    @Test(
        "The headers that are the host's cannot be set, nor methods that give back what was sent",
        arguments: ["accept-encoding", "Host", "Transfer-Encoding"]
    )
    func hostHeadersAreReserved(_ name: String) throws {
        #expect(throws: HostCallError.self) { try exchange(["headers": [name: "gzip"]]) }
        #expect(throws: HostCallError.self) { try exchange(["method": "TRACE"]) }
    }
}

extension String {
    /// With percent escapes in lower case.
    fileprivate var lowercasedEscapes: String {
        var text = self
        for digits in ["2F", "2B", "3D", "26", "C3", "A4"] { text = text.replacing("%" + digits, with: "%" + digits.lowercased()) }
        return text
    }
}
