import Crypto
public import Screening

/// What makes two deliveries on one inbound path the same.
public enum Dedupe: Sendable, Hashable {
    /// The value of a header; its name in lower case.
    case header(String)
    /// The text or whole number at a dotted path of the JSON body.
    case body(String)
    /// The body's bytes.
    case bodyHash

    /// A text that is equal for deliveries that are the same, and holds nothing of the delivery in clear. A delivery without the header, or without the
    /// body's path, is known by its body.
    public func key(for request: ReceivedRequest) -> String {
        let value: String? =
            switch self {
            case .header(let name): request.headers[name].flatMap { $0.isEmpty ? nil : $0 }
            case .body(let path): (try? JSON(parsing: request.body))?.at(path)?.identifier
            case .bodyHash: nil
            }
        var hash = SHA256()
        // The path belongs to it: the same body on another path is another event.
        hash.update(data: Array(request.path.split(separator: "/").joined(separator: "/").utf8) + [0])
        hash.update(data: value.map { Array($0.utf8) } ?? request.body)
        return (value == nil ? "body:" : "id:") + Array(hash.finalize()).hex
    }
}
