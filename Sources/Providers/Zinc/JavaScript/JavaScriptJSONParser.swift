/// Reads JSON as JavaScript's `JSON.parse` does. Returns nil where that would throw.
struct JavaScriptJSONParser {
    private let units: [UInt16]
    private var at = 0
    private var depth = 512

    /// A parser of a text's UTF-16 code units.
    init(units: [UInt16]) { self.units = units }

    /// The text's one value.
    mutating func document() -> JavaScriptJSON? {
        guard let value = value() else { return nil }
        skipSpace()
        return at == units.count ? value : nil
    }

    private var next: UInt16? { at < units.count ? units[at] : nil }

    private mutating func skipSpace() {
        while let unit = next, unit == 0x20 || unit == 0x0A || unit == 0x0D || unit == 0x09 { at += 1 }
    }

    private mutating func take(_ unit: UInt16) -> Bool {
        guard next == unit else { return false }
        at += 1
        return true
    }

    private mutating func value() -> JavaScriptJSON? {
        skipSpace()
        switch next {
        case 0x7B: return object()
        case 0x5B: return array()
        case 0x22: return string().map(JavaScriptJSON.string)
        case 0x74: return literal("true", .bool(true))
        case 0x66: return literal("false", .bool(false))
        case 0x6E: return literal("null", .null)
        default: return number()
        }
    }

    private mutating func literal(_ text: String, _ value: JavaScriptJSON) -> JavaScriptJSON? {
        guard units[at...].starts(with: text.utf16) else { return nil }
        at += text.utf16.count
        return value
    }

    private mutating func enter() -> Bool {
        at += 1
        depth -= 1
        skipSpace()
        return depth >= 0
    }

    private mutating func array() -> JavaScriptJSON? {
        guard enter() else { return nil }
        defer { depth += 1 }
        var items: [JavaScriptJSON] = []
        if take(0x5D) { return .array(items) }
        repeat {
            guard let item = value() else { return nil }
            items.append(item)
            skipSpace()
        } while take(0x2C)
        return take(0x5D) ? .array(items) : nil
    }

    private mutating func object() -> JavaScriptJSON? {
        guard enter() else { return nil }
        defer { depth += 1 }
        var members: [JavaScriptJSON.Member] = []
        var places: [[UInt16]: Int] = [:]
        if take(0x7D) { return .object(members) }
        repeat {
            skipSpace()
            guard next == 0x22, let name = string() else { return nil }
            skipSpace()
            guard take(0x3A), let value = value() else { return nil }
            if let place = places[name] {
                members[place].value = value
            } else {
                places[name] = members.count
                members.append(JavaScriptJSON.Member(name: name, value: value))
            }
            skipSpace()
        } while take(0x2C)
        return take(0x7D) ? .object(JavaScriptJSON.ordered(members)) : nil
    }

    private mutating func string() -> [UInt16]? {
        at += 1
        var text: [UInt16] = []
        while let unit = next {
            at += 1
            switch unit {
            case 0x22: return text
            case 0x5C:
                guard let unit = escape() else { return nil }
                text.append(unit)
            case 0..<0x20: return nil
            default: text.append(unit)
            }
        }
        return nil
    }

    private mutating func escape() -> UInt16? {
        guard let unit = next else { return nil }
        at += 1
        switch unit {
        case 0x22, 0x5C, 0x2F: return unit
        case 0x62: return 0x08
        case 0x66: return 0x0C
        case 0x6E: return 0x0A
        case 0x72: return 0x0D
        case 0x74: return 0x09
        case 0x75:
            guard at + 4 <= units.count else { return nil }
            let digits = units[at..<(at + 4)].map { $0 < 0x80 ? Character(UnicodeScalar(UInt8($0))).hexDigitValue : nil }
            at += 4
            return digits.reduce(UInt16?(0)) { number, digit in
                guard let number, let digit else { return nil }
                return number << 4 | UInt16(digit)
            }
        default: return nil
        }
    }

    private mutating func digits() -> Int {
        let start = at
        while let unit = next, (0x30...0x39).contains(unit) { at += 1 }
        return at - start
    }

    private mutating func number() -> JavaScriptJSON? {
        let start = at
        _ = take(0x2D)
        let first = next
        let count = digits()
        guard count > 0, count == 1 || first != 0x30 else { return nil }
        if take(0x2E), digits() == 0 { return nil }
        if next == 0x65 || next == 0x45 {
            at += 1
            if !take(0x2B) { _ = take(0x2D) }
            guard digits() > 0 else { return nil }
        }
        // Beyond a double is infinity, as in JavaScript; too small for one is zero.
        return Double(String(decoding: units[start..<at], as: UTF16.self)).map(JavaScriptJSON.number)
    }
}
