public import Screening

/// One entry of a manifest's `inbound`: which requests it is for, how they prove where they come from, and when two are the same.
public struct InboundRule: Sendable, Equatable {
    /// The path after the connection: exact, or ending in `/*`, which stands for the rest of the path (at least one more part of it).
    public let path: String
    /// How a request proves where it comes from.
    public let verification: Verification
    public let dedupe: Dedupe
    /// The header that a handshake's answer repeats; nil where there is no handshake.
    public let echoHeader: String?
    /// Where a delivery says when it happened; nil where it does not.
    public let occurredAt: RequestValue?
    /// Where a delivery says what it belongs to: those of one group are worked on one at a time, in the order received. Nil for no groups.
    public let group: RequestValue?

    public init(
        path: String,
        verification: Verification,
        dedupe: Dedupe = .bodyHash,
        echoHeader: String? = nil,
        occurredAt: RequestValue? = nil,
        group: RequestValue? = nil
    ) {
        self.path = path
        self.verification = verification
        self.dedupe = dedupe
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

    /// What `check` warns about: a path that anybody may send to, a timestamp that is not signed.
    public var warnings: [String] {
        switch verification {
        case .none: ["requests to \(path) are not verified: anybody can send them"]
        case .hmac(let scheme):
            if let header = scheme.timestamp?.header, !scheme.signed.headers.contains(header) {
                ["the timestamp in \(header) is not part of what is signed, so it proves nothing"]
            } else {
                []
            }
        default: []
        }
    }
}

extension [InboundRule] {
    /// The rule for requests to `path`: the first that matches; nil where none does, which is answered 404.
    public func first(for path: String) -> InboundRule? { first { $0.matches(path) } }
}
