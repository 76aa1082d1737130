import Screening

/// Ways in which senders and proxies write the same JSON: for finding out over which of them a signature was made. Works on the text alone, so numbers stay
/// as they are spelled.
struct JSONLayout {
    /// What stands between items, and after a name.
    let comma: String
    let colon: String
    /// How many spaces a level is indented by; nil for one line.
    let indent: Int?

    static let compact = JSONLayout(comma: ",", colon: ":", indent: nil)
    static let spaced = JSONLayout(comma: ", ", colon: ": ", indent: nil)
    static func pretty(_ indent: Int) -> JSONLayout { JSONLayout(comma: ",", colon: ": ", indent: indent) }

    /// The text laid out anew; what is inside strings stays. Gives something for text that is no JSON too.
    func text(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var depth = 0
        var isInString = false
        var isEscaped = false
        var opened = false
        func line() {
            guard let indent else { return }
            out.append(UInt8(ascii: "\n"))
            out += [UInt8](repeating: UInt8(ascii: " "), count: max(0, depth) * indent)
        }
        for byte in bytes {
            if isInString {
                out.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            if [0x20, 0x09, 0x0A, 0x0D].contains(byte) { continue }
            let closes = byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
            if opened, !closes { line() }
            let wasOpened = opened
            opened = false
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                out.append(byte)
                depth += 1
                opened = true
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if !wasOpened { line() }
                out.append(byte)
            case UInt8(ascii: ","):
                out += Array(comma.utf8)
                line()
            case UInt8(ascii: ":"): out += Array(colon.utf8)
            case UInt8(ascii: "\""):
                out.append(byte)
                isInString = true
            default: out.append(byte)
            }
        }
        return out
    }

    /// The text with every letter beyond ASCII as `\u…`.
    static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        guard let text = String(validating: bytes, as: UTF8.self) else { return bytes }
        var out: [UInt8] = []
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                out.append(UInt8(scalar.value))
            } else {
                for unit in String(scalar).utf16 { out += Array(("\\u" + [UInt8(unit >> 8), UInt8(unit & 255)].hex).utf8) }
            }
        }
        return out
    }

    /// The text with `\u…` of letters beyond ASCII as these letters.
    static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var units: [UInt16] = []
        var index = 0
        func flush() {
            out += Array(String(decoding: units, as: UTF16.self).utf8)
            units = []
        }
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
                if bytes[index + 1] == UInt8(ascii: "u"), index + 6 <= bytes.count,
                    let unit = UInt16(String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16), unit >= 0x80
                {
                    units.append(unit)
                    index += 6
                    continue
                }
                flush()
                out += bytes[index...(index + 1)]
                index += 2
                continue
            }
            flush()
            out.append(bytes[index])
            index += 1
        }
        flush()
        return out
    }

    /// The text with `/` as `\/`, as PHP writes it.
    static func withEscapedSlashes(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for byte in bytes {
            if byte == UInt8(ascii: "/"), out.last != UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
            out.append(byte)
        }
        return out
    }

    /// The text with `\/` as `/`.
    static func withPlainSlashes(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var isEscaped = false
        for byte in bytes {
            if isEscaped, byte == UInt8(ascii: "/") { out.removeLast() }
            out.append(byte)
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        }
        return out
    }
}
