import HTTPTypes
public import Screening

/// Why a host did not do what was asked of its API, in a sentence or two: what, where, and what to do.
public struct APIProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The HTTP status; nil where no answer came.
    public let status: Int?
    /// The problem's `code`, such as `too_late`; nil where the answer was no problem document.
    public let code: String?
    public let description: String
    /// The problem document that was answered; nil where none was.
    public let document: JSON?

    /// Whether nobody listens there.
    let isUnheard: Bool

    /// Whether asking again may help: no answer came, or the host was not able to give one.
    public var mayPass: Bool { status.map { $0 >= 500 || $0 == 429 || $0 == 408 } ?? true }

    /// No answer came.
    init(_ error: TransportError, changes: Bool, at client: APIClient) {
        status = nil
        code = nil
        document = nil
        isUnheard = error.kind == .cannotConnect
        switch error.kind {
        case .cannotConnect:
            description = "Nobody listens at \(client.url) (\(error.message)). Start fairlead serve there, or correct \(client.origins.url)."
        case .refused:
            let why = error.message.replacing("the URL cannot be called: ", with: "")
            description = "\(client.url) cannot be called: \(why). Correct \(client.origins.url)."
        case .tooLarge:
            description = "The answer from \(client.url) is too large. Ask for less, with --limit."
        case .timedOut, .broken:
            let advice = changes ? "It may have been carried out all the same: look before asking again." : "Ask again."
            description = "\(client.url) gave no whole answer: \(error.message). \(advice)"
        }
    }

    /// The answer was a refusal, or did not come from the API.
    init(_ response: WireResponse, asked: String, at client: APIClient) {
        let problem = response.json
        status = response.status
        isUnheard = false
        code = problem?["code"]?.text
        document = code == nil ? nil : problem
        let wait = response.headers[.retryAfter].map { "Ask again in \($0) s." }
        guard let code, let detail = problem?["detail"]?.text else {
            let what = (200..<300).contains(response.status) ? "something that is not JSON" : "HTTP status \(response.status) without saying why"
            description = "\(client.url) answered \(asked) with \(what): it may not be a Fairlead host. Check \(client.origins.url)."
            return
        }
        if response.status == 401 {
            description = "The host at \(client.url) does not know the token. Put a live one into \(client.origins.token)."
            return
        }
        // A sentence that begins with a field's name begins with it as it is written.
        let said = APIProblem.onCommandLine(detail)
        let clause = problem?["field"]?.text == nil ? APIProblem.clause(said) : said
        let place = " (\(response.status) \(code): \(asked) at \(client.url))."
        let advice = code == "not_found" ? APIProblem.lookup(detail) : APIProblem.advice[code]
        description = [clause + place, wait ?? advice].compactMap(\.self).joined(separator: " ")
    }

    /// Text that begins with a capital letter and has no full stop at its end.
    private static func clause(_ text: String) -> String {
        let open = text.hasSuffix(".") ? String(text.dropLast()) : text
        return open.prefix(1).uppercased() + open.dropFirst()
    }

    /// A detail in the words of the command line: its commands in place of paths of the API, its options in place of members.
    private static func onCommandLine(_ detail: String) -> String {
        let text = detail.replacing(/GET \/api\/v1\/(order|event|run|account|connection|token|plugin)s\b/) { "fairlead \($0.output.1) list" }
        guard let match = text.prefixMatch(of: #/([a-z_]+(?:\.[a-z_]+)?)(?:\[\d+\])?(?=:|\ must\ be\ )/#), let option = options[String(match.1)]
        else {
            return text
        }
        return option + text[match.range.upperBound...]
    }

    /// The options of the members and filters that a refusal begins with.
    private static let options: [String: String] = {
        let same = [
            "state", "outcome", "connection", "account", "provider", "since", "until", "cursor", "limit", "package", "metadata", "hook", "reason",
        ]
        let others = [
            "waiting_on": "--waiting-on", "external_id": "--external-id", "q": "--find", "scopes": "--scope", "connections": "--connection",
            "expires_at": "--expires", "events": "--on", "url": "The address", "id": "The name",
        ]
        let person = ["first_name", "last_name", "email", "phone", "country"].map { ("candidate." + $0, "--" + $0.replacing("_", with: "-")) }
        return Dictionary(same.map { ($0, "--" + $0) } + person) { $1 }.merging(others) { $1 }
    }()

    /// Which command shows what is there, by the kind of thing that the host says is not.
    private static func lookup(_ detail: String) -> String? {
        guard let match = detail.firstMatch(of: /no such ([a-z]+)/) else { return nil }
        let kind = String(match.1)
        guard ["order", "event", "run", "account", "connection", "token"].contains(kind) else { return nil }
        return "fairlead \(kind) list shows what is there."
    }

    private static let advice = [
        "insufficient_scope": "Use a token that has it.",
        "internal_error": "The host's log has more.",
        "not_uncertain": "fairlead order show says where it stands.",
        "not_retryable": "fairlead order show says where it stands.",
        "not_discardable": "fairlead order show says where it stands.",
        "idempotency_conflict": "Use another --idempotency-key, or send the same again.",
    ]
}
