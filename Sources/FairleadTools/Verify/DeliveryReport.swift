public import Plugins
public import Screening

/// Whether a captured request would be accepted, and if not which part of which rule it fails.
public struct DeliveryReport: Sendable {
    /// `connection acme` or `account zinc-uk`.
    public var subject: String
    /// What the host would answer; 200 where the request would be accepted.
    public var status: Int
    /// What the request is measured by; nil where no rule is for its path.
    public var rule: String?
    /// Which part of it the request fails: a word and a sentence.
    public var failure: (code: String, sentence: String)?
    /// What would have made it right.
    public var causes: [VerificationCause] = []
    /// The beginning of the signature that would have been right, or all of it.
    public var signature: String?
    /// What would become of it, line by line: a name and what stands there.
    public var leads: [(name: String, value: String)] = []
    public var notes: [String] = []

    /// Whether it would be accepted.
    public var isAccepted: Bool { failure == nil }

    init(_ subject: String) {
        self.subject = subject
        status = 200
    }

    mutating func refuse(_ status: Int, _ code: String, _ sentence: String) {
        self.status = status
        failure = (code, sentence)
    }

    /// `{subject, accepted, status, rule, failure, causes, signature, leads_to, notes}`
    public var json: JSON {
        var json: JSON = [
            "subject": .string(subject), "accepted": .bool(isAccepted), "status": .int(Int64(status)), "rule": JSON(rule),
            "failure": failure.map { ["code": .string($0.code), "message": .string($0.sentence)] } ?? .null,
            "causes": .array(causes.map { ["code": .string($0.code), "message": .string($0.sentence)] }), "signature": JSON(signature),
            "notes": .array(notes.map { .string($0) }),
        ]
        json["leads_to"] = .object(JSON.Members(leads.map { ($0.name.replacing(" ", with: "_"), .string($0.value)) }))
        return json
    }

    /// For people.
    public var text: String {
        var lines = [isAccepted ? "\(subject): it would be accepted." : "\(subject): it would be refused (\(status)): \(failure?.sentence ?? "")."]
        if let rule { lines.append("The rule: \(rule).") }
        for (index, cause) in causes.enumerated() { lines.append(index == 0 ? "What fits: \(cause.sentence)." : "Or: \(cause.sentence).") }
        if failure?.code == "signature_differs", causes.isEmpty {
            lines.append(
                "No usual cause fits: neither another live secret, nor another hash, encoding, place or text. Compare the secret at the sender with the one here, and "
                    + "whether the body was captured byte for byte."
            )
        }
        if let signature {
            lines.append("Right would be: \(signature)" + (signature.hasSuffix("…") ? " (--show-signature shows it whole)" : ""))
        }
        for (name, value) in leads { lines.append("\(name.prefix(1).uppercased() + name.dropFirst()): \(value)") }
        for note in notes { lines.append("Note: \(note).") }
        return lines.joined(separator: "\n")
    }
}

extension Verification {
    /// The rule in a sentence.
    var sentence: String {
        func code(_ code: HMACCode) -> String { "the HMAC with \(code.algorithm.rawValue) in \(code.encoding.rawValue)" }
        switch self {
        case .hmac(let scheme):
            let place = scheme.header.part.map { "in the part \($0) of \(scheme.header.name)" } ?? "in the header \(scheme.header.name)"
            let prefix = scheme.prefix.isEmpty ? "" : " behind “\(scheme.prefix)”"
            let time = scheme.timestamp.map { ", made at most \($0.tolerance.inWords) from now" } ?? ""
            return "hmac: \(place)\(prefix) \(code(scheme.code)) over \(scheme.signed.text), by the secret \(scheme.secret)\(time)"
        case .standardWebhooks(let secret, let prefix):
            return "standard_webhooks: \(prefix)-id, \(prefix)-timestamp (at most 5 min from now) and \(prefix)-signature, by the secret \(secret)"
        case .basic(let username, let password):
            return "basic: the user name is the secret \(username), the password " + (password.map { "the secret \($0)" } ?? "empty")
        case .bearer(let secret, let header):
            return header == "authorization"
                ? "bearer: the secret \(secret) behind Bearer in authorization" : "bearer: the secret \(secret) in the header \(header)"
        case .bodyHMAC(let scheme):
            return "body_hmac: at \(scheme.signature) of the body \(code(scheme.code)) over \(scheme.signed.text), by the secret \(scheme.secret)"
        case .token(let secret, let query): return "token: the secret \(secret) in the URL's parameter \(query)"
        case .none: return "none: anybody may send"
        }
    }
}
