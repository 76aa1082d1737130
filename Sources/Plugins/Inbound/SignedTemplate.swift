import Screening

/// What a signature is over: text with `${body}`, `${header.NAME}` and `${body.PATH}` in it.
public struct SignedTemplate: Sendable, Hashable {
    enum Piece: Sendable, Hashable {
        case text(String)
        case body
        case header(String)
        case value(String)
    }

    let pieces: [Piece]

    /// The body's bytes and nothing else.
    public static let body = SignedTemplate(pieces: [.body])

    private init(pieces: [Piece]) { self.pieces = pieces }

    /// Reads a template; nil where a `${` is not closed or names something else.
    public init?(_ text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            if start.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<start.lowerBound]))) }
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { return nil }
            let name = rest[start.upperBound..<end]
            if name == "body" {
                pieces.append(.body)
            } else if name.hasPrefix("header."), name.count > 7 {
                pieces.append(.header(name.dropFirst(7).lowercased()))
            } else if name.hasPrefix("body."), name.count > 5 {
                pieces.append(.value(String(name.dropFirst(5))))
            } else {
                return nil
            }
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.init(pieces: pieces)
    }

    /// The headers that are signed, in lower case.
    public var headers: [String] { pieces.compactMap { if case .header(let name) = $0 { name } else { nil } } }

    /// Whether anything of the request is signed at all.
    public var namesTheRequest: Bool { pieces.contains { if case .text = $0 { false } else { true } } }

    /// The bytes that are signed. An absent header counts as empty text; nil where a named value of the body is missing or is neither text nor a number:
    /// a signature over less than was asked for proves nothing.
    func bytes(headers: [String: String], body: [UInt8]) -> [UInt8]? {
        if pieces == [.body] { return body }
        var out: [UInt8] = []
        var parsed: JSON?
        for piece in pieces {
            switch piece {
            case .text(let text): out += Array(text.utf8)
            case .body: out += body
            case .header(let name): out += Array((headers[name] ?? "").utf8)
            case .value(let path):
                if parsed == nil { parsed = try? JSON(parsing: body) }
                switch parsed?.at(path) {
                case .string(let text): out += Array(text.utf8)
                case let number? where number.number != nil: out += number.bytes()
                default: return nil
                }
            }
        }
        return out
    }
}
