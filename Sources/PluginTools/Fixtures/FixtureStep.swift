import ConfigurationFiles
import HTTPTypes
public import Plugins
public import Screening

/// One call that a fixture expects, and the answer it gets.
public struct FixtureStep: Sendable {
    /// How a call is answered.
    public enum Answer: Sendable {
        /// With a value; of an HTTP call `{status, headers, json · text · body_base64}`.
        case reply(JSON)
        /// With an error at the script's line; of an HTTP call a connection that fails.
        case error(HostCallError)
    }

    /// The call's name: `http.post`, `orders.place`, `kv.get`, …
    public let call: String
    /// Members that its arguments must have.
    public let arguments: JSON
    public let answer: Answer

    public init(_ call: String, _ arguments: JSON = [:], answer: Answer) {
        self.call = call
        self.arguments = FixtureStep.lowered(arguments)
        self.answer = answer
    }

    // What docs/fixtures.md explains.
    static let keys = ["expect", "reply", "error"]
    static let replyKeys = ["status", "headers", "json", "text", "body", "body_base64"]
    static let errorKeys = ["code", "message", "path", "expected", "found", "hint"]

    /// The calls that a step may name.
    static let calls =
        ["http.get", "http.post", "http.put", "http.patch", "http.delete", "http.request"]
        + [
            "orders.place", "orders.get", "orders.find", "orders.cancel", "packages", "kv.get", "kv.set", "kv.delete", "hmac", "now", "uuid",
            "random",
        ]

    /// The name that people use for a call: HTTP calls by their method.
    static func name(of kind: String, _ arguments: JSON) -> String {
        kind == "http" ? "http." + (arguments["method"]?.text ?? "get").lowercased() : kind
    }

    /// Whether the step is for calls of this name.
    func isFor(_ name: String) -> Bool { call == name || (call == "http.request" && name.hasPrefix("http.")) }

    /// The differences between a call's arguments and what the step expects.
    func differences(_ found: JSON, at path: String) -> [FixtureDifference] { JSONComparison().differences(arguments, found, at: path) }

    // Header names are compared without case; the prelude sends them in lower case.
    private static func lowered(_ arguments: JSON) -> JSON {
        guard let headers = arguments["headers"]?.members else { return arguments }
        var arguments = arguments
        arguments["headers"] = .object(JSON.Members(headers.pairs.map { ($0.name.lowercased(), $0.value) }))
        return arguments
    }
}

extension FixtureStep {
    /// Reads a step of a fixture; nil where it names no call.
    init?(reading step: ObjectReader) {
        let expected = step.object("expect", keys: nil)
        guard let (call, arguments) = expected.members.pairs.first, expected.members.pairs.count == 1 else {
            step.problem("expect", "must name one call", hint: "For example: expect: { http.get: { url: \"https://api.example.test/\" } }.")
            return nil
        }
        guard FixtureStep.calls.contains(call) else {
            let meant = suggestion(for: call, among: FixtureStep.calls)
            expected.problem(
                call,
                "there is no such call",
                hint: meant.map { "Did you mean \($0)?" } ?? "Known: \(FixtureStep.calls.joined(separator: ", "))."
            )
            return nil
        }
        _ = expected.object(call, keys: nil)
        if step["error"] != nil, step["reply"] != nil { step.problem("error", "a step has a reply or an error, not both") }
        self.init(call, arguments.isNull ? [:] : arguments, answer: FixtureStep.answer(step, isHTTP: call.hasPrefix("http.")))
    }

    private static func answer(_ step: ObjectReader, isHTTP: Bool) -> Answer {
        if let error = step["error"] {
            let fields = error.text == nil ? step.object("error", keys: FixtureStep.errorKeys) : nil
            var error = HostCallError(fields?.text("code") ?? "refused", error.text ?? fields?.text("message", required: true) ?? "")
            error.path = fields?.text("path")
            error.expected = fields?.text("expected")
            error.found = fields?.text("found")
            error.hint = fields?.text("hint")
            return .error(error)
        }
        guard isHTTP else { return .reply(step["reply"] ?? .null) }
        let reply = step.object("reply", keys: FixtureStep.replyKeys)
        _ = reply.integer("status", in: 100...599)
        return .reply(.object(reply.members))
    }
}

extension WireResponse {
    /// The answer that a fixture's reply or a stub stands for: status 200 where it says none.
    init(fixture reply: JSON) {
        var headers = HTTPFields()
        for (name, value) in reply["headers"]?.members?.pairs ?? [] {
            if let name = HTTPField.Name(name), let text = value.identifier { headers[name] = text }
        }
        var body: [UInt8] = []
        if let json = reply["json"] ?? reply["body"].flatMap({ $0.text == nil && !$0.isNull ? $0 : nil }) {
            headers[.contentType] = headers[.contentType] ?? "application/json"
            body = json.bytes()
        } else if let text = reply["text"]?.text ?? reply["body"]?.text {
            body = Array(text.utf8)
        } else if let coded = reply["body_base64"]?.text {
            body = [UInt8](base64: coded) ?? []
        }
        self.init(reply["status"]?.integer.map { Int($0) } ?? 200, headers: headers, body: body)
    }
}
