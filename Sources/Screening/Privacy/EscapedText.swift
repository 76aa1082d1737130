/// Texts that stand in others in another form: percent-encoded, escaped as JSON or HTML escapes, or as base64.
package enum EscapedText {
    /// A text with its escapes written out; nil where it has none.
    package static func plain(_ text: [UInt8]) -> [UInt8]? {
        guard text.contains(where: isSign) else { return nil }
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var changed = false
        text.withUnsafeBufferPointer { text in
            var at = 0
            while at < text.count {
                let byte = text[at]
                guard isSign(byte), let (length, scalar) = escape(text, at) else {
                    plain.append(byte)
                    at += 1
                    continue
                }
                append(scalar, isByte: byte == UInt8(ascii: "%"), to: &plain)
                at += length
                changed = true
            }
        }
        return changed ? plain : nil
    }

    private static func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "&") }

    /// How long the escape is that begins at a place, and what it stands for; nil where none does.
    private static func escape(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> (length: Int, scalar: UInt32)? {
        switch text[at] {
        case UInt8(ascii: "%"): return hex(text, at + 1, 2).map { (3, $0) }
        case UInt8(ascii: "\\"):
            guard at + 1 < text.count else { return nil }
            if text[at + 1] == UInt8(ascii: "u") { return hex(text, at + 2, 4).map { (6, $0) } }
            // What is escaped by one sign is no part of an address; a backslash itself may begin the next layer's escape, and a slash is one of base64.
            let next = text[at + 1]
            return (2, next == UInt8(ascii: "\\") || next == UInt8(ascii: "/") ? UInt32(next) : 0x20)
        default: return entity(text, at)
        }
    }

    /// `&#64;`, `&#x40;`
    private static func entity(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> (length: Int, scalar: UInt32)? {
        guard at + 3 < text.count, text[at + 1] == UInt8(ascii: "#") else { return nil }
        let isHex = text[at + 2] | 0x20 == UInt8(ascii: "x")
        var (end, code) = (at + (isHex ? 3 : 2), UInt32(0))
        let first = end
        while end < text.count, end - first < 6, let digit = digit(text[end]), isHex || digit < 10 {
            code = code * (isHex ? 16 : 10) + digit
            end += 1
        }
        guard end > first, end < text.count, text[end] == UInt8(ascii: ";") else { return nil }
        return (end + 1 - at, code)
    }

    private static func hex(_ text: UnsafeBufferPointer<UInt8>, _ at: Int, _ count: Int) -> UInt32? {
        guard at + count <= text.count else { return nil }
        var code = UInt32(0)
        for place in at..<(at + count) {
            guard let digit = digit(text[place]) else { return nil }
            code = code << 4 | digit
        }
        return code
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private static func append(_ code: UInt32, isByte: Bool, to plain: inout [UInt8]) {
        // Percent-encoding is of bytes, all else of signs.
        if isByte || code < 0x80 { return plain.append(UInt8(truncatingIfNeeded: code)) }
        guard let scalar = Unicode.Scalar(code), let bytes = UTF8.encode(scalar) else { return plain.append(0x20) }
        plain.append(contentsOf: bytes)
    }

    // MARK: base64

    /// What is shorter holds no address with something around it.
    private static let shortest = 16

    /// The texts that stand as base64 in another: tokens, and messages that were wrapped. What is no text is left out.
    static func encoded(in text: [UInt8]) -> [[UInt8]] {
        var found: [[UInt8]] = []
        text.withUnsafeBufferPointer { text in
            var start = 0
            for end in 0...text.count where end == text.count || value(text[end]) == nil {
                if end - start >= shortest, let plain = decoded(text[start..<end]) { found.append(plain) }
                start = end + 1
            }
        }
        return found
    }

    private static func decoded(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8]? {
        var plain: [UInt8] = []
        var (bits, count, hasSign) = (UInt32(0), 0, false)
        for digit in digits {
            bits = bits << 6 | UInt32(value(digit) ?? 0)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            let byte = UInt8(truncatingIfNeeded: bits >> UInt32(count))
            // Pictures and documents show soon that they are no text.
            if byte < 0x20, byte != 0x0A, byte != 0x0D, byte != 0x09 { return nil }
            if byte == UInt8(ascii: "@") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "%") { hasSign = true }
            plain.append(byte)
        }
        return hasSign && String(validating: plain, as: UTF8.self) != nil ? plain : nil
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
