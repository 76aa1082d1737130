import Screening

/// What JavaScript's `JSON.stringify(JSON.parse(text))` gives, byte for byte.
///
/// Not ``Screening/JSON``, whose promises are others: here integers are doubles, texts may hold lone surrogates, of a name given twice the last value
/// stands in the first's place, and names that look like list indexes come first, ascending.
enum JavaScriptJSON: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string([UInt16])
    case array([JavaScriptJSON])
    case object([Member])

    /// A member of an object, in the order they are written.
    struct Member: Equatable {
        let name: [UInt16]
        var value: JavaScriptJSON
    }

    /// The bytes that Node would write for a body it has parsed; nil where `JSON.parse` would throw, or where lists and objects nest deeper than 512.
    static func restringified(_ body: [UInt8]) -> [UInt8]? {
        guard let text = String(validating: body, as: UTF8.self) else { return nil }
        var parser = JavaScriptJSONParser(units: Array(text.utf16))
        guard let value = parser.document() else { return nil }
        var out: [UInt16] = []
        value.write(to: &out)
        // Well-formed by now: what was a lone surrogate has been escaped.
        return Array(String(decoding: out, as: UTF16.self).utf8)
    }

    /// Members in the order JavaScript keeps them.
    static func ordered(_ members: [Member]) -> [Member] {
        let indexed = members.compactMap { member in arrayIndex(member.name).map { ($0, member) } }.sorted { $0.0 < $1.0 }.map(\.1)
        return indexed.isEmpty ? members : indexed + members.filter { arrayIndex($0.name) == nil }
    }

    /// The list index that a name is: a whole number below 2³²−1, written without leading zeros.
    private static func arrayIndex(_ name: [UInt16]) -> UInt64? {
        guard (1...10).contains(name.count), name.count == 1 || name[0] != 0x30, name.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let number = name.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) }
        return number < 4_294_967_295 ? number : nil
    }

    private func write(to out: inout [UInt16]) {
        switch self {
        case .null: out.append(contentsOf: "null".utf16)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf16)
        case .number(let number): out.append(contentsOf: JavaScriptNumber.text(number).utf16)
        case .string(let units): Self.write(units, to: &out)
        case .array(let items):
            out.append(0x5B)
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(0x2C) }
                item.write(to: &out)
            }
            out.append(0x5D)
        case .object(let members):
            out.append(0x7B)
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(0x2C) }
                Self.write(member.name, to: &out)
                out.append(0x3A)
                member.value.write(to: &out)
            }
            out.append(0x7D)
        }
    }

    private static func write(_ units: [UInt16], to out: inout [UInt16]) {
        func escape(_ unit: UInt16) { out.append(contentsOf: ("\\u" + [UInt8(unit >> 8), UInt8(unit & 0xFF)].hex).utf16) }
        out.append(0x22)
        for (index, unit) in units.enumerated() {
            switch unit {
            case 0x22: out.append(contentsOf: #"\""#.utf16)
            case 0x5C: out.append(contentsOf: #"\\"#.utf16)
            case 0x08: out.append(contentsOf: #"\b"#.utf16)
            case 0x09: out.append(contentsOf: #"\t"#.utf16)
            case 0x0A: out.append(contentsOf: #"\n"#.utf16)
            case 0x0C: out.append(contentsOf: #"\f"#.utf16)
            case 0x0D: out.append(contentsOf: #"\r"#.utf16)
            case 0..<0x20: escape(unit)
            case 0xD800..<0xDC00 where index + 1 == units.count || !(0xDC00..<0xE000).contains(units[index + 1]): escape(unit)
            case 0xDC00..<0xE000 where index == 0 || !(0xD800..<0xDC00).contains(units[index - 1]): escape(unit)
            default: out.append(unit)
            }
        }
        out.append(0x22)
    }
}
