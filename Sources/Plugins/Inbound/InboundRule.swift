public import Screening

/// One entry of a manifest's `inbound`: which requests it is for, how they prove where they come from, and when two are the same.
public struct InboundRule: Sendable, Equatable {
    /// The path after the connection: exact, or ending in `/*`, which stands for the rest of the path (at least one more part of it).
    public let path: String
    /// How a request proves where it comes from.
    public let verification: Verification
    public let dedupe: Dedupe
    /// How bodies are read.
    public let body: BodyFormat
    /// The header that a handshake's answer repeats; nil where there is no handshake.
    public let echoHeader: String?
    /// Where a delivery may say when it happened: the first place that does counts.
    public let occurredAt: [RequestValue]
    /// Where a delivery may say what it belongs to: those of one group are worked on one at a time, in the order received.
    public let group: [RequestValue]

    public init(
        path: String,
        verification: Verification,
        dedupe: Dedupe = .usual,
        body: BodyFormat = .json,
        echoHeader: String? = nil,
        occurredAt: [RequestValue] = [],
        group: [RequestValue] = []
    ) {
        self.path = path
        self.verification = verification
        self.dedupe = dedupe
        self.body = body
        self.echoHeader = echoHeader?.lowercased()
        self.occurredAt = occurredAt
        self.group = group
    }

    /// Whether the rule is for requests to `path`.
    ///
    /// Compared part by part, empty parts left out, exactly as routes are matched: else `//webhook` could reach the route of `/webhook` under the rule
    /// of another path.
    public func matches(_ path: String) -> Bool {
        let given = path.split(separator: "/")
        let wanted = self.path.split(separator: "/")
        guard wanted.last == "*" else { return given == wanted }
        let lead = wanted.dropLast()
        return given.starts(with: lead) && (given.count > lead.count || lead.isEmpty)
    }

    /// What the answer to a handshake repeats: the value of the rule's header, where the request has it. Nil where the request is no handshake, or where
    /// the value is longer than 512 bytes or not plain ASCII.
    public func echo(for request: ReceivedRequest) -> (header: String, value: String)? {
        guard let echoHeader, let value = request.headers[echoHeader] else { return nil }
        guard (1...512).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return (echoHeader, value)
    }

    /// What `check` warns about: a path that anybody may send to, what is not signed although something rests on it, a weak hash.
    public var warnings: [String] {
        var warnings: [String] = []
        switch verification {
        case .none: warnings.append("requests to \(path) are not verified: anybody can send them")
        case .hmac(let scheme):
            if let header = scheme.timestamp?.header, !scheme.signed.headers.contains(where: { $0 == header || $0 == HeaderValue(name: header.name) })
            {
                warnings.append("the timestamp in \(header.name) is not part of what is signed, so it proves nothing")
            }
            if scheme.code.algorithm == .sha1 { warnings.append(weak) }
        case .bodyHMAC(let scheme): if scheme.code.algorithm == .sha1 { warnings.append(weak) }
        case .token(_, let query):
            warnings.append("the token of \(path) stands in the URL (\(query)), where proxies and their logs see it: prefer a scheme that signs")
        default: break
        }
        if let unsigned { warnings.append(unsigned) }
        return warnings
    }

    /// What is to be said of a duplicate's mark that is not signed; nil where it is, or where the manifest says that the body counts, too.
    private var unsigned: String? {
        if dedupe.comparesBody { return nil }
        func text(_ kind: String, _ key: String, _ name: String) -> String {
            "the \(kind) \(name) of \(path) is not signed, so a duplicate must have an equal body, too. Where that is meant, write "
                + "dedupe: { \(key): \(name), body_hash: true }; else name something that is signed"
        }
        return switch dedupe.basis {
        case .header(let name) where !verification.signs(header: name): text("header", "header", name)
        case .body(let value) where !verification.signs(value: value): text("value", "body", value)
        default: nil
        }
    }

    private var weak: String { "requests to \(path) are signed with sha1: use sha256 where the sender can" }
}

extension [InboundRule] {
    /// The rule for requests to `path`: the first that matches; nil where none does, which is answered 404.
    public func first(for path: String) -> InboundRule? { first { $0.matches(path) } }
}
