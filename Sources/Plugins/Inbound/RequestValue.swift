public import Screening

/// A value that a manifest names in what is received.
public enum RequestValue: Sendable, Hashable {
    /// A header; its name in lower case.
    case header(String)
    /// What stands at a dotted path of the body.
    case body(String)

    /// The value; nil where the request has none.
    private func value(in request: ReceivedRequest, _ format: BodyFormat) -> JSON? {
        switch self {
        case .header(let name): request.headers[name].map { .string($0) }
        case .body(let path): (try? ReceivedBody(request, as: format))?.value?.at(path)
        }
    }

    /// The value where it is text or a whole number; nil for anything else, and for empty text.
    public func text(in request: ReceivedRequest, as format: BodyFormat = .json) -> String? {
        guard let text = value(in: request, format)?.identifier?.trimmed, !text.isEmpty else { return nil }
        return text
    }

    /// The timestamp that the value is, in whatever spelling. Nil where it is none, or lies more than a day after `now`: that clock is not to be believed.
    public func timestamp(in request: ReceivedRequest, as format: BodyFormat = .json, now: Timestamp) -> Timestamp? {
        guard let timestamp = value(in: request, format).flatMap({ Timestamp(outside: $0) }), timestamp <= now + .seconds(86_400) else { return nil }
        return timestamp
    }
}
