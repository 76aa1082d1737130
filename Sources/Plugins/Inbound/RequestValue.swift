public import Screening

/// A value that a manifest names in what is received.
public enum RequestValue: Sendable, Hashable {
    /// A header; its name in lower case.
    case header(String)
    /// What stands at a dotted path of the body.
    case body(String)

    /// The value; nil where the request has none.
    private func value(in read: ReadRequest) -> JSON? {
        switch self {
        case .header(let name): read.request.headers[name].map { .string($0) }
        case .body(let path): read.body?.at(path)
        }
    }

    /// The value where it is text or a whole number; nil for anything else, and for empty text.
    public func text(in read: ReadRequest) -> String? {
        guard let text = value(in: read)?.identifier?.trimmed, !text.isEmpty else { return nil }
        return text
    }

    /// The timestamp that the value is, in whatever spelling. Nil where it is none, or lies more than a day after `now`: that clock is not to be believed.
    public func timestamp(in read: ReadRequest, now: Timestamp) -> Timestamp? {
        guard let timestamp = value(in: read).flatMap({ Timestamp(outside: $0) }), timestamp <= now + .seconds(86_400) else { return nil }
        return timestamp
    }
}
