import Foundation
import Screening

/// An HTTP request as somebody captured it: request line, header fields, an empty line, the body's bytes.
///
/// Read leniently, for people copy requests from many places: lines end in CRLF or LF, `HTTP/1.1` may be missing, the lines may begin with `> ` as `curl -v`
/// prints them, the request line or everything before the body may be missing. The body is taken as it stands.
public struct CapturedRequest: Sendable, Equatable {
    public let method: String
    /// Path and query as captured; nil where no request line was.
    public let target: String?
    /// By name in lower case; fields of one name are joined with a comma, as a host joins them.
    public let headers: [String: String]
    public let body: [UInt8]
    /// What was done to read it, and what is odd about it.
    public let notes: [String]

    /// Whether only a body was given: nothing says how it was sent.
    public var isBare: Bool { target == nil && headers.isEmpty }

    /// Whether the body is JSON that a delivery may be: an object or a list.
    public var isJSON: Bool { (try? JSON(received: body)).map { $0.members != nil || $0.items != nil } ?? false }

    public init(_ bytes: [UInt8]) {
        var notes: [String] = []
        if let first = bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            self.init(method: "POST", target: nil, headers: [:], body: bytes, notes: ["no headers were captured: this is a body alone"])
            return
        }
        var lines = CaptureLines(bytes)
        var method = "POST"
        var target: String?
        var fields: [(name: String, value: String)] = []
        var isFirst = true
        while let line = lines.next() {
            if line.isEmpty {
                if isFirst { continue }
                break
            }
            defer { isFirst = false }
            if isFirst, let request = CapturedRequest.requestLine(line) {
                (method, target) = request
                continue
            }
            if line.first == " " || line.first == "\t", let last = fields.indices.last {
                fields[last].value += " " + line.trimmed
            } else if let field = CapturedRequest.field(line) {
                switch field.name {
                case ":method": method = field.value
                case ":path": target = field.value
                case ":authority", ":scheme": break
                default: fields.append(field)
                }
            } else {
                notes.append("a line of the head is no header and was passed over")
            }
        }
        var headers: [String: String] = [:]
        for (name, value) in fields { headers[name] = headers[name].map { $0 + ", " + value } ?? value }
        var body = lines.rest
        if headers["transfer-encoding"]?.lowercased().hasSuffix("chunked") == true, let joined = CapturedRequest.unchunked(body) {
            body = joined
            notes.append("the chunks of the body were put together")
        }
        if let length = headers["content-length"].flatMap({ Int($0.trimmed) }), length >= 0 {
            if body.count > length {
                notes.append("\(body.count - length) bytes after the \(length) of Content-Length were left out, as a host does")
                body = Array(body.prefix(length))
            } else if body.count < length {
                notes.append("the body has \(body.count) bytes and Content-Length says \(length): it was not captured whole, or it was changed")
            }
        }
        self.init(method: method, target: target, headers: headers, body: body, notes: notes)
    }

    private init(method: String, target: String?, headers: [String: String], body: [UInt8], notes: [String]) {
        (self.method, self.target, self.headers, self.body, self.notes) = (method.uppercased(), target, headers, body, notes)
    }

    /// `METHOD target [HTTP/1.1]`, where the target may be a whole URL.
    private static func requestLine(_ line: String) -> (String, String)? {
        let words = line.split(separator: " ", omittingEmptySubsequences: true).map { String($0) }
        guard words.count == 2 || words.count == 3 && words[2].uppercased().hasPrefix("HTTP/") else { return nil }
        guard words[0].allSatisfy({ $0.isASCII && $0.isLetter }) else { return nil }
        if words[1].hasPrefix("/") { return (words[0], words[1]) }
        return URLParts(words[1]).map { (words[0], $0.target) }
    }

    private static func field(_ line: String) -> (name: String, value: String)? {
        let isPseudo = line.hasPrefix(":")
        guard let colon = line.dropFirst(isPseudo ? 1 : 0).firstIndex(of: ":") else { return nil }
        let name = String(line[..<colon])
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        return (name.lowercased(), String(line[line.index(after: colon)...]).trimmed)
    }

    /// The body of chunks; nil where it is not made of them, as when the tool that captured it has put them together.
    private static func unchunked(_ bytes: [UInt8]) -> [UInt8]? {
        var out: [UInt8] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            let line = String(decoding: rest[..<end], as: UTF8.self).trimmed
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0 else { return nil }
            if size == 0 { return out }
            let start = rest.index(after: end)
            guard rest.endIndex - start >= size else { return nil }
            out += rest[start..<(start + size)]
            rest = rest[(start + size)...]
            if rest.first == 0x0D { rest = rest.dropFirst() }
            if rest.first == 0x0A { rest = rest.dropFirst() }
        }
        return nil
    }

    /// The request with further header fields, `name: value` each, in place of those of the same name.
    public func adding(_ fields: [String]) -> CapturedRequest {
        var headers = headers
        for field in fields { if let field = CapturedRequest.field(field) { headers[field.name] = field.value } }
        return CapturedRequest(method: method, target: target, headers: headers, body: body, notes: fields.isEmpty ? notes : [])
    }

    /// Path without query as it was sent; nil where none was captured.
    public var path: String? { target.map { String($0.prefix { $0 != "?" }) } }

    /// The URL's parameters; of a name given twice the first stands.
    public var query: [String: String] {
        guard let target, let mark = target.firstIndex(of: "?") else { return [:] }
        return Dictionary(FormEncoding.pairs(target[target.index(after: mark)...]).map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// What stands in the path behind `/ats/NAME` or `/providers/NAME`, whatever stands before: a proxy may have its own; nil where neither is in it.
    public func address(under root: String) -> (name: String, rest: String)? {
        guard let path, let start = path.range(of: "/\(root)/") else { return nil }
        let parts = path[start.upperBound...].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty else { return nil }
        return (String(name), "/" + (parts.count > 1 ? String(parts[1]) : ""))
    }
}

/// The lines of a capture's head, and what follows them.
private struct CaptureLines {
    private var bytes: ArraySlice<UInt8>
    /// Whether the lines are those of `curl -v`.
    private let isMarked: Bool

    init(_ all: [UInt8]) {
        var bytes = all[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        let lead = String(decoding: bytes.prefix(65_536), as: UTF8.self).split(whereSeparator: \.isNewline)
        isMarked = lead.contains { $0.hasPrefix("> ") } && lead.first.map { $0.hasPrefix("> ") || $0.hasPrefix("* ") } == true
        self.bytes = bytes
    }

    /// The next line of the head without its end; nil at the end.
    mutating func next() -> String? {
        while !bytes.isEmpty {
            let end = bytes.firstIndex(of: 0x0A) ?? bytes.endIndex
            var line = bytes[bytes.startIndex..<end]
            bytes = bytes[min(end + 1, bytes.endIndex)...]
            if line.last == 0x0D { line = line.dropLast() }
            let text = String(decoding: line, as: UTF8.self)
            guard isMarked else { return text }
            // What curl says itself, and what was answered, is no part of the request.
            if text.hasPrefix(">") { return String(text.dropFirst(text.hasPrefix("> ") ? 2 : 1)) }
        }
        return nil
    }

    /// The body: all that follows, byte for byte; of curl's output the lines without a mark.
    var rest: [UInt8] {
        guard isMarked else { return Array(bytes) }
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let own = lines.filter {
            !($0.starts(with: "* ".utf8) || $0.starts(with: "< ".utf8) || $0.elementsEqual("<".utf8) || $0.elementsEqual("<\r".utf8)
                || $0.starts(with: "} [".utf8) || $0.starts(with: "{ [".utf8))
        }
        var body = Array(own.joined(separator: [0x0A]))
        // The line break at the end is the terminal's.
        if body.last == 0x0A { body.removeLast() }
        return body
    }
}
