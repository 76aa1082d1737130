import HTTPTypes

/// The content codings that are read, of requests and of answers: `gzip` and `deflate`.
package enum ContentCoding {
    /// What is taken, as `Accept-Encoding` says it.
    package static let accepted = "gzip, deflate"
    /// How many times larger than its coded form a body may be, once it is larger than ``alwaysPermitted``.
    static let ratio = 200
    /// The bytes that any coded body may expand to.
    static let alwaysPermitted = 64 << 10

    /// Why a coded body could not be read. Holds nothing of the body.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// The coding is none of those that are read.
        case unknown(String)
        /// The bytes are not what the coding says, or they are cut off.
        case corrupt(String)
        /// It expands to more than may be.
        case tooLarge(limit: Int)
        /// It is cut into so many blocks that reading it would take too long.
        case tooManyBlocks(String)

        package var description: String {
            switch self {
            case .unknown(let coding): "the content coding \(coding) is not read here, only \(ContentCoding.accepted)"
            case .corrupt(let coding): "the body is not \(coding), although its Content-Encoding says so, or it is cut off"
            case .tooLarge(let limit): "the body expands to more than \(limit) bytes"
            case .tooManyBlocks(let coding): "the body's \(coding) is cut into far more blocks than its size explains"
            }
        }
    }

    /// The codings of a `Content-Encoding` header in the order in which they were applied; without `identity`.
    private static func names(_ header: String?) -> [String] {
        (header ?? "").split(separator: ",").map { String($0).trimmed.lowercased() }.filter { !$0.isEmpty && $0 != "identity" }
    }

    /// What of a header is not read; nil where all is. One coding is: nobody compresses twice but to have little expand to much.
    package static func unread(in header: String?) -> String? {
        let names = names(header)
        // What the sender wrote goes into an answer: only as far as it is a word.
        func word(_ name: String) -> String { String(name.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(20)) }
        if names.count > 1 { return names.prefix(3).map(word).joined(separator: ", ") }
        return names.first { !["gzip", "x-gzip", "deflate"].contains($0) }.map(word)
    }

    /// Whether a header names a coding at all.
    package static func isCoded(_ header: String?) -> Bool { !names(header).isEmpty }

    /// The body without its coding.
    /// - Parameters:
    ///   - header: the value of `Content-Encoding`.
    ///   - limit: how many bytes it may expand to.
    package static func decoded(_ body: [UInt8], _ header: String?, limit: Int) throws(Failure) -> [UInt8] {
        guard let name = names(header).first, !body.isEmpty else { return body }
        if let unread = unread(in: header) { throw .unknown(unread) }
        let most = min(limit, max(alwaysPermitted, body.count * ratio))
        do throws(Inflate.Failure) {
            return name == "deflate" ? try deflate(body, limit: most) : try gzip(body, limit: most)
        } catch {
            switch error {
            case .corrupt: throw .corrupt(name)
            case .tooLarge: throw .tooLarge(limit: most)
            case .tooManyBlocks: throw .tooManyBlocks(name)
            }
        }
    }

    /// One or more gzip members (RFC 1952).
    private static func gzip(_ bytes: [UInt8], limit: Int) throws(Inflate.Failure) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        var work = Inflate.Work(for: bytes.count)
        repeat {
            at = try header(bytes, at)
            let (part, end) = try Inflate.expand(bytes, from: at, limit: limit - out.count, &work)
            guard end + 8 <= bytes.count, number(bytes, end) == checksum(part), number(bytes, end + 4) == UInt32(truncatingIfNeeded: part.count)
            else { throw .corrupt }
            out += part
            at = end + 8
            // Some writers fill up with zeros.
        } while bytes[at...].contains { $0 != 0 }
        return out
    }

    /// Where the compressed data of a gzip member begins.
    private static func header(_ bytes: [UInt8], _ start: Int) throws(Inflate.Failure) -> Int {
        guard start + 10 <= bytes.count, bytes[start] == 0x1F, bytes[start + 1] == 0x8B, bytes[start + 2] == 8 else { throw .corrupt }
        let flags = bytes[start + 3]
        var at = start + 10
        if flags & 4 != 0 {
            guard at + 2 <= bytes.count else { throw .corrupt }
            at += 2 + Int(bytes[at]) + Int(bytes[at + 1]) << 8
        }
        for flag in [8, 16] as [UInt8] where flags & flag != 0 {
            guard at < bytes.count, let end = bytes[at...].firstIndex(of: 0) else { throw .corrupt }
            at = end + 1
        }
        if flags & 2 != 0 { at += 2 }
        guard at <= bytes.count else { throw .corrupt }
        return at
    }

    /// With zlib's header (RFC 1950), as the coding is defined, or bare, as some send it.
    private static func deflate(_ bytes: [UInt8], limit: Int) throws(Inflate.Failure) -> [UInt8] {
        let hasHeader = bytes.count >= 2 && bytes[0] & 15 == 8 && (Int(bytes[0]) << 8 | Int(bytes[1])).isMultiple(of: 31) && bytes[1] & 32 == 0
        var work = Inflate.Work(for: bytes.count)
        return try Inflate.expand(bytes, from: hasHeader ? 2 : 0, limit: limit, &work).output
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }

    private static let table: [UInt32] = (0..<256).map {
        (0..<8).reduce(UInt32($0)) { code, _ in code & 1 == 1 ? 0xEDB8_8320 ^ code >> 1 : code >> 1 }
    }
}

extension WireResponse {
    /// The answer without its content codings: what was decoded loses its `Content-Encoding`. What cannot be decoded stays as it came; nobody takes it for
    /// text.
    /// - Throws: ``ContentCoding/Failure/tooLarge(limit:)``.
    package func decoded(limit: Int) throws(ContentCoding.Failure) -> WireResponse {
        guard ContentCoding.isCoded(headers[.contentEncoding]) else { return self }
        var response = self
        do throws(ContentCoding.Failure) {
            response.body = try ContentCoding.decoded(body, headers[.contentEncoding], limit: limit)
        } catch {
            if case .tooLarge = error { throw error }
            return self
        }
        response.headers[.contentEncoding] = nil
        response.headers[.contentLength] = nil
        return response
    }
}
