/// The character encodings that are read: UTF-8, UTF-16 and Latin-1.
package enum TextEncoding: Sendable, Equatable {
    case utf8
    case utf16(bigEndian: Bool)
    /// As browsers read it: Windows-1252.
    case latin1
    /// One that is not read, by its name.
    case unknown(String)

    /// The encoding of a body. A byte order mark decides; then, bytes that are UTF-8 are UTF-8, whatever the header says, as JSON has it.
    /// - Parameter contentType: the value of `Content-Type`.
    package init(of body: [UInt8], contentType: String?) {
        let start = body.prefix(4)
        if start.starts(with: [0xFE, 0xFF]) || start.first == 0 && start.count > 1 && start[1] != 0 {
            self = .utf16(bigEndian: true)
        } else if start.starts(with: [0xFF, 0xFE, 0, 0]) || start.starts(with: [0, 0]) {
            self = .unknown("utf-32")
        } else if start.starts(with: [0xFF, 0xFE]) || start.count == 4 && start[0] != 0 && start[1] == 0 && start[2] != 0 && start[3] == 0 {
            self = .utf16(bigEndian: false)
        } else {
            switch Self.charset(contentType) {
            case nil, "utf-8", "utf8", "us-ascii", "ascii": self = .utf8
            case .some where String(validating: body, as: UTF8.self) != nil: self = .utf8
            case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "windows-1252", "cp1252": self = .latin1
            case "utf-16be": self = .utf16(bigEndian: true)
            case "utf-16", "utf-16le": self = .utf16(bigEndian: false)
            case let name?: self = .unknown(String(name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }.prefix(40)))
            }
        }
    }

    /// The bytes as UTF-8, without a byte order mark; nil where they are not of this encoding. UTF-8 comes back as it is.
    package func utf8(_ body: [UInt8]) -> [UInt8]? {
        switch self {
        case .utf8: return body.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(body.dropFirst(3)) : body
        case .utf16(let bigEndian):
            guard body.count.isMultiple(of: 2) else { return nil }
            let units = stride(from: 0, to: body.count, by: 2).map { place in
                let (first, second) = (UInt16(body[place]), UInt16(body[place + 1]))
                return bigEndian ? first << 8 | second : second << 8 | first
            }
            return Array(String(decoding: units.first == 0xFEFF ? units.dropFirst() : units[...], as: UTF16.self).utf8)
        case .latin1: return Array(String(String.UnicodeScalarView(body.map(Self.scalar))).utf8)
        case .unknown: return nil
        }
    }

    /// The type of a `Content-Type` header without its parameters, in lower case; empty where there is none.
    package static func mediaType(_ contentType: String?) -> String {
        String((contentType ?? "").prefix { $0 != ";" }).trimmed.lowercased()
    }

    private static func charset(_ contentType: String?) -> String? {
        for part in (contentType ?? "").split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, String(pair[0]).trimmed.lowercased() == "charset" else { continue }
            return String(pair[1]).trimmed.lowercased().replacing("\"", with: "").replacing("'", with: "")
        }
        return nil
    }

    private static func scalar(_ byte: UInt8) -> Unicode.Scalar {
        byte & 0xE0 == 0x80 ? windows[Int(byte) - 0x80] : Unicode.Scalar(byte)
    }

    private static let windows = Array(
        "\u{20AC}\u{81}\u{201A}\u{192}\u{201E}\u{2026}\u{2020}\u{2021}\u{2C6}\u{2030}\u{160}\u{2039}\u{152}\u{8D}\u{17D}\u{8F}\u{90}\u{2018}\u{2019}\u{201C}\u{201D}\u{2022}\u{2013}\u{2014}\u{2DC}\u{2122}\u{161}\u{203A}\u{153}\u{9D}\u{17E}\u{178}"
            .unicodeScalars
    )
}
