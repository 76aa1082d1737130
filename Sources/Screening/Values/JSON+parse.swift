/// Why a text is not JSON.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, in a few words that hold nothing of the text.
    public let reason: String
    /// The byte at which it is wrong, from 0.
    public let offset: Int
    /// The reason and the place.
    public var description: String { "not JSON at byte \(offset): \(reason)" }
}

extension JSON {
    /// Reads one JSON text of our own, strictly as RFC 8259 has it: no trailing commas, no lone surrogates, valid UTF-8, names unique.
    ///
    /// - Parameter depth: how deeply lists and objects may nest.
    /// - Throws: ``JSONError``. An integer beyond 64 bits, or a number beyond a double, is an error rather than a rounded value.
    public init(parsing bytes: [UInt8], depth: Int = 64) throws(JSONError) { self = try JSONParser.document(bytes, depth: depth, .own) }

    /// Reads what a caller of the API sent: as strictly as ``init(parsing:depth:)-([UInt8],_)``, but a whole number is an integer however it is written
    /// (`4101.0`, `4.101e3`), and its digits as text where 64 bits do not hold it.
    public init(calling bytes: [UInt8]) throws(JSONError) { self = try JSONParser.document(bytes, depth: 64, .call) }

    /// Reads what came from outside: an ATS's delivery, a provider's answer or webhook. The only reader for that, and a lenient one: what has one meaning is
    /// read.
    ///
    /// - A byte order mark at the beginning is skipped.
    /// - Of a name given twice the last value stands.
    /// - Half a surrogate pair, and bytes that are not UTF-8, become U+FFFD; control characters may stand in text.
    /// - A whole number is an integer however it is written; where 64 bits do not hold it, it is the text of its digits. A number beyond a double is its
    ///   text.
    /// - `NaN` and the infinities, which JSON does not have, are `null`.
    ///
    /// - Parameter depth: how deeply lists and objects may nest.
    /// - Throws: ``JSONError``, with the byte at which it cannot be read.
    public init(received bytes: [UInt8], depth: Int = 64) throws(JSONError) { self = try JSONParser.document(bytes, depth: depth, .outside) }

    /// Reads one JSON text. Throws as ``init(parsing:depth:)-([UInt8],_)``.
    public init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }
}

/// Reads JSON text, byte by byte.
struct JSONParser {
    /// Where a text comes from, and so how it is read.
    enum Origin {
        case own
        case call
        case outside
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let origin: Origin
    var depth: Int
    var at = 0

    static func document(_ bytes: [UInt8], depth: Int, _ origin: Origin) throws(JSONError) -> JSON {
        if origin != .outside, let fault = UTF8Fault.first(in: bytes) { throw JSONError(reason: "not UTF-8", offset: fault) }
        return try read(bytes, depth: depth, origin) { (parser) throws(JSONError) in try parser.value() }
    }

    /// What `body` makes of a text, to whose end it must read. The parser is good for that long only.
    static func read<Value>(
        _ bytes: [UInt8],
        depth: Int,
        _ origin: Origin,
        _ body: (inout JSONParser) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) -> Value in
            var parser = JSONParser(bytes: buffer, origin: origin, depth: depth)
            if origin == .outside, buffer.starts(with: [0xEF, 0xBB, 0xBF]) { parser.at = 3 }
            let value = try body(&parser)
            parser.skipSpace()
            guard parser.at == buffer.count else { throw parser.error("more text after the value") }
            return value
        }
    }

    var isLenient: Bool { origin == .outside }

    func error(_ reason: String) -> JSONError { JSONError(reason: reason, offset: at) }
    var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    /// The text of some bytes.
    func text(_ place: Range<Int>) -> String { String(decoding: UnsafeBufferPointer(rebasing: bytes[place]), as: UTF8.self) }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    mutating func value() throws(JSONError) -> JSON {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try text("true", .bool(true))
        case UInt8(ascii: "f"): return try text("false", .bool(false))
        case UInt8(ascii: "n"): return try text("null", .null)
        case UInt8(ascii: "N") where isLenient: return try text("NaN", .null)
        case UInt8(ascii: "I") where isLenient: return try text("Infinity", .null)
        case UInt8(ascii: "-") where isLenient && bytes[at...].dropFirst().first == UInt8(ascii: "I"): return try text("-Infinity", .null)
        case nil: throw error("the text ends early")
        default: return try number()
        }
    }

    mutating func text(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let length = text.utf8CodeUnitCount
        guard at + length <= bytes.count else { throw error("an unknown word") }
        for index in 0..<length where bytes[at + index] != text.utf8Start[index] { throw error("an unknown word") }
        at += length
        return value
    }

    mutating func enter() throws(JSONError) {
        depth -= 1
        at += 1
        if depth < 0 { throw error("nested too deeply") }
        skipSpace()
    }

    private mutating func object() throws(JSONError) -> JSON {
        try enter()
        var members = JSON.Members()
        if take(UInt8(ascii: "}")) {
            depth += 1
            return .object(members)
        }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a member's name is missing") }
            let name = try string()
            let isNew = members[name] == nil
            guard isNew || isLenient else { throw error("a member's name stands twice") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error("a colon is missing") }
            let value = try self.value()
            if isNew { members.append(name: name, value: value) } else { members[name] = value }
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw error("a comma or closing brace is missing") }
        depth += 1
        return .object(members)
    }

    private mutating func array() throws(JSONError) -> JSON {
        try enter()
        var items: [JSON] = []
        if take(UInt8(ascii: "]")) {
            depth += 1
            return .array(items)
        }
        repeat {
            items.append(try value())
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw error("a comma or closing bracket is missing") }
        depth += 1
        return .array(items)
    }

    mutating func string() throws(JSONError) -> String {
        at += 1
        let start = at
        var place = at
        while place < bytes.count, case let byte = bytes[place], byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 || isLenient {
            place += 1
        }
        at = place
        if take(UInt8(ascii: "\"")) { return text(start..<(at - 1)) }
        var text = Array(bytes[start..<at])
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20 where !isLenient: throw error("a control character in text")
            default: text.append(byte)
            }
        }
        throw error("text that does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = next else { throw error("text that does not end") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = UInt32(try unit())
            if (0xD800..<0xDC00).contains(scalar) {
                let after = at
                if take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), case let low = UInt32(try unit()), (0xDC00..<0xE000).contains(low) {
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
                } else {
                    // What follows stands for itself.
                    at = after
                }
            }
            guard let character = Unicode.Scalar(scalar) ?? (isLenient ? "\u{FFFD}" : nil) else { throw error("a lone surrogate") }
            text.append(contentsOf: Array(String(character).utf8))
        default: throw error("an unknown escape")
        }
    }

    mutating func unit() throws(JSONError) -> UInt16 {
        guard at + 4 <= bytes.count, let pair = [UInt8](hex: text(at..<(at + 4))) else {
            throw error("an escape that is not four hexadecimal digits")
        }
        at += 4
        return UInt16(pair[0]) << 8 | UInt16(pair[1])
    }

    mutating func digits() -> Int {
        let start = at
        while let byte = next, byte.isASCIIDigit { at += 1 }
        return at - start
    }

    /// Reads to the end of a number, and says whether it is written as an integer.
    mutating func numberEnd() throws(JSONError) -> Bool {
        _ = take(UInt8(ascii: "-"))
        let first = next
        let count = digits()
        guard count > 0, count == 1 || first != UInt8(ascii: "0") else { throw error("not a value") }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard digits() > 0 else { throw error("a number without digits after its point") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isInteger = false
            at += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw error("a number without digits in its exponent") }
        }
        return isInteger
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = at
        let isInteger = try numberEnd()
        // So many signs fit 64 bits, and need no text.
        if isInteger, at - start <= 18 {
            let isNegative = bytes[start] == UInt8(ascii: "-")
            var number: Int64 = 0
            for place in (isNegative ? start + 1 : start)..<at { number = number * 10 + Int64(bytes[place] - UInt8(ascii: "0")) }
            return .int(isNegative ? -number : number)
        }
        let text = text(start..<at)
        if origin != .own, let digits = isInteger ? text : WholeNumber.digits(of: bytes[start..<at]) {
            return Int64(digits).map { .int($0) } ?? .string(digits)
        }
        if isInteger {
            guard let number = Int64(text) else { throw error("an integer beyond 64 bits") }
            return .int(number)
        }
        guard let number = Double(text), number.isFinite else {
            if isLenient { return .string(text) }
            throw error("a number beyond a double")
        }
        return .double(number)
    }
}
