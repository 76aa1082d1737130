import Screening

/// What a signature is over: text with `${body}`, `${header.NAME}`, `${header.NAME.PART}` and `${body.PATH}` in it.
public struct SignedTemplate: Sendable, Hashable {
    enum Piece: Sendable, Hashable {
        case text(String)
        case body
        case header(HeaderValue)
        case value(String)
    }

    let pieces: [Piece]

    /// The body's bytes and nothing else.
    public static let body = SignedTemplate(pieces: [.body])

    private init(pieces: [Piece]) { self.pieces = pieces }

    /// Reads a template; nil where a `${` is not closed or names what no request has.
    public init?(_ text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            if start.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<start.lowerBound]))) }
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { return nil }
            let name = rest[start.upperBound..<end]
            if name == "body" {
                pieces.append(.body)
            } else if name.hasPrefix("header."), let header = HeaderValue(name.dropFirst(7)) {
                pieces.append(.header(header))
            } else if name.hasPrefix("body."), name.dropFirst(5).split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty }) {
                pieces.append(.value(String(name.dropFirst(5))))
            } else {
                return nil
            }
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.init(pieces: pieces)
    }

    /// The template as a manifest writes it.
    public var text: String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .body: "${body}"
            case .header(let header): "${header.\(header.name)\(header.part.map { ".\($0)" } ?? "")}"
            case .value(let path): "${body.\(path)}"
            }
        }.joined()
    }

    /// The headers that are signed.
    var headers: [HeaderValue] { pieces.compactMap { if case .header(let header) = $0 { header } else { nil } } }

    /// The paths of the body's values that are signed one by one.
    var values: [String] { pieces.compactMap { if case .value(let path) = $0 { path } else { nil } } }

    /// Whether the whole body is signed.
    var signsBody: Bool { pieces.contains(.body) }

    /// Whether anything of the request is signed at all.
    public var namesTheRequest: Bool { pieces.contains { if case .text = $0 { false } else { true } } }

    /// Whether the whole value of a header is signed.
    func signs(header name: String) -> Bool { headers.contains(HeaderValue(name: name)) }

    /// Whether the signed bytes alone say where a header's value begins and ends: nothing stands before it but headers and fixed text, and each of these
    /// headers, itself included, ends where the text behind it first occurs. Else the same bytes could be divided otherwise, and the signature would hold.
    func isolates(header name: String, in request: ReceivedRequest) -> Bool {
        for (piece, next) in zip(pieces, pieces.dropFirst().map { Optional($0) } + [nil]) {
            if case .text = piece { continue }
            guard case .header(let header) = piece else { return false }
            if let next {
                guard case .text(let separator) = next else { return false }
                let value = Array((header.values(in: request.headers).first ?? "").utf8)
                guard (value + separator.utf8).firstRange(of: Array(separator.utf8))?.lowerBound == value.count else { return false }
            }
            if header == HeaderValue(name: name) { return true }
        }
        return false
    }

    /// The bytes that are signed. An absent header counts as empty text; nil where a part of a header is missing, or where a named value of the body is
    /// missing or is neither text nor a number: a signature over less than was asked for proves nothing.
    func bytes(_ read: ReadRequest) -> [UInt8]? {
        let request = read.request
        if pieces == [.body] { return request.body }
        var out: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .text(let text): out += Array(text.utf8)
            case .body: out += request.body
            case .header(let header):
                guard let value = header.values(in: request.headers).first ?? (header.part == nil ? "" : nil) else { return nil }
                out += Array(value.utf8)
            case .value(let path):
                switch read.body?.at(path) {
                case .string(let text): out += Array(text.utf8)
                case let number? where number.number != nil: out += number.bytes()
                default: return nil
                }
            }
        }
        return out
    }
}

/// A header's value, or a part of it: of `t=1700000000,v1=5257a8` the part `v1` is `5257a8`.
public struct HeaderValue: Sendable, Hashable {
    /// The header's name in lower case.
    public let name: String
    /// The name before `=`; nil for the whole value.
    public let part: String?

    init(name: String, part: String? = nil) {
        self.name = name.lowercased()
        self.part = part
    }

    /// Reads `NAME` or `NAME.PART`; nil where either is no name.
    init?(_ text: Substring) {
        let names = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = names.first, Self.isName(name), names.count == 1 || Self.isName(names[1]) else { return nil }
        self.init(name: String(name), part: names.count > 1 ? String(names[1]) : nil)
    }

    /// The value, or those of all parts of that name, at most sixteen.
    func values(in headers: [String: String]) -> [Substring] {
        guard let value = headers[name] else { return [] }
        guard let part else { return [value[...]] }
        return value.split(maxSplits: 64) { $0 == "," || $0 == ";" }.compactMap { field -> Substring? in
            let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, String(pair[0]).trimmed == part else { return nil }
            return String(pair[1]).trimmed[...]
        }.prefix(16).map { $0 }
    }

    /// What is missing of it in a request that has no value of it.
    func missing(in request: ReceivedRequest) -> VerificationFailure {
        part != nil && request.headers[name] != nil ? .missingPart(self) : .missingHeader(name)
    }

    /// Whether a text may be the name of a header, or of a part of one.
    static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "!#$%&'*+-^_`|~".utf8.contains($0) }
    }
}
