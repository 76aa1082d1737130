import Screening

/// A text's bytes, each as it stands or out of its escape: `%2F`, `\/`, `\u002f`, `&#x2F;`, `&amp;`.
struct Escapes {
    struct Unit {
        var byte: UInt8
        /// A space, where the byte may stand for one as in a form.
        var spaced: UInt8?
    }

    /// How many backslashes of a run are looked at: as many as JSON in JSON in JSON writes before a sign, and one more. Whoever chooses the text may
    /// write a million of them, and each is a place to begin at.
    private static let backslashes = 8

    private let text: UnsafeBufferPointer<UInt8>
    /// Whether escapes are escaped themselves: `%252F`, and `\\\/` as in JSON that stands as text in JSON.
    private let isNested: Bool
    /// Where the next byte begins.
    private(set) var at: Int
    /// The bytes of a character that were not given yet.
    private var rest: [UInt8] = []

    init(_ text: UnsafeBufferPointer<UInt8>, at start: Int, isNested: Bool) {
        self.text = text
        self.isNested = isNested
        at = start
    }

    /// Whether a byte may stand for another.
    static func mayBegin(_ byte: UInt8) -> Bool { "%\\&+".utf8.contains(byte) }

    /// The next byte; nil at the end.
    mutating func next() -> Unit? {
        if !rest.isEmpty { return Unit(byte: rest.removeFirst()) }
        guard at < text.count else { return nil }
        let byte = text[at]
        switch byte {
        case UInt8(ascii: "%"):
            let nested = isNested && hex(at + 1, 2) == UInt32(byte) ? hex(at + 3, 2) : nil
            if let value = nested ?? hex(at + 1, 2) {
                at += nested == nil ? 3 : 5
                // A percent-encoded byte is a byte of UTF-8 already.
                return Unit(byte: UInt8(truncatingIfNeeded: value))
            }
        case UInt8(ascii: "\\"):
            if let unit = backslash() { return unit }
        case UInt8(ascii: "&"):
            if let unit = entity() { return unit }
        case UInt8(ascii: "+"):
            at += 1
            return Unit(byte: byte, spaced: UInt8(ascii: " "))
        default: break
        }
        at += 1
        return Unit(byte: byte)
    }

    /// Goes on behind an escape.
    private mutating func take(_ value: UInt32, until end: Int) -> Unit {
        at = end
        if value < 0x80 { return Unit(byte: UInt8(value)) }
        rest = Unicode.Scalar(value).map { Array(String($0).utf8) } ?? [UInt8(ascii: "?")]
        return Unit(byte: rest.removeFirst())
    }

    private mutating func backslash() -> Unit? {
        var slash = at
        while isNested, slash - at < Self.backslashes, slash + 2 < text.count, text[slash + 1] == UInt8(ascii: "\\") { slash += 1 }
        guard slash + 1 < text.count else { return nil }
        switch text[slash + 1] {
        case UInt8(ascii: "u"):
            guard let value = hex(slash + 2, 4) else { return nil }
            let low = slash + 6 + (slash - at)
            if (0xD800..<0xDC00).contains(value), low + 1 < text.count, text[low] == UInt8(ascii: "\\"), text[low + 1] == UInt8(ascii: "u"),
                let second = hex(low + 2, 4), (0xDC00..<0xE000).contains(second)
            {
                return take(0x10000 + ((value - 0xD800) << 10) + (second - 0xDC00), until: low + 6)
            }
            return take(value, until: slash + 6)
        case UInt8(ascii: "x"): return hex(slash + 2, 2).map { take($0, until: slash + 4) }
        case UInt8(ascii: "n"): return take(10, until: slash + 2)
        case UInt8(ascii: "r"): return take(13, until: slash + 2)
        case UInt8(ascii: "t"): return take(9, until: slash + 2)
        case UInt8(ascii: "b"): return take(8, until: slash + 2)
        case UInt8(ascii: "f"): return take(12, until: slash + 2)
        case let other where !other.isASCIILetter && !other.isASCIIDigit && other < 0x80: return take(UInt32(other), until: slash + 2)
        default: return nil
        }
    }

    private mutating func entity() -> Unit? {
        let limit = min(at + 10, text.count)
        var end = at + 1
        // Every sign is a place to begin at: what cannot be a name ends the search, and nothing is copied.
        while end < limit, text[end].isASCIILetter || text[end].isASCIIDigit || text[end] == UInt8(ascii: "#") { end += 1 }
        guard end < limit, text[end] == UInt8(ascii: ";"), let value = entity(at + 1..<end) else { return nil }
        return take(value, until: end + 1)
    }

    /// What an entity's name stands for; nil for an unknown one.
    private func entity(_ name: Range<Int>) -> UInt32? {
        guard let first = name.first else { return nil }
        guard text[first] == UInt8(ascii: "#") else { return Self.entities.first { matches($0.name, name) }?.value }
        let isHexadecimal = name.count > 1 && text[first + 1] | 32 == UInt8(ascii: "x")
        let digits = name.dropFirst(isHexadecimal ? 2 : 1)
        guard !digits.isEmpty else { return nil }
        if isHexadecimal { return hex(digits.lowerBound, digits.count) }
        var value: UInt32 = 0
        for place in digits {
            guard text[place].isASCIIDigit else { return nil }
            // There are at most seven digits.
            value = value * 10 + UInt32(text[place] - 48)
        }
        return value
    }

    private func matches(_ name: StaticString, _ range: Range<Int>) -> Bool {
        guard name.utf8CodeUnitCount == range.count else { return false }
        for offset in 0..<range.count where name.utf8Start[offset] != text[range.lowerBound + offset] { return false }
        return true
    }

    private static let entities: [(name: StaticString, value: UInt32)] = [("amp", 38), ("lt", 60), ("gt", 62), ("quot", 34), ("apos", 39)]

    private func hex(_ start: Int, _ count: Int) -> UInt32? {
        guard start + count <= text.count else { return nil }
        var value: UInt32 = 0
        for place in start..<start + count {
            switch text[place] {
            case let digit where digit.isASCIIDigit: value = value << 4 | UInt32(digit - 48)
            case let letter where (97...102).contains(letter | 32): value = value << 4 | UInt32((letter | 32) - 87)
            default: return nil
            }
        }
        return value
    }
}
