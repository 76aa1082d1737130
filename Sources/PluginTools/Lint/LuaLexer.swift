import Screening

/// A word of a Lua text.
struct LuaToken: Equatable {
    enum Kind: Equatable {
        case name
        case keyword
        case symbol
        case number
        case string
        case end
    }

    var kind: Kind
    /// The word; of a string what stands between its quotes, escapes as written.
    var text: String
    var line: Int

    func `is`(_ text: String) -> Bool { (kind == .keyword || kind == .symbol) && self.text == text }
}

/// Cuts Lua text into words. Text that does not compile gives unspecified words, so callers compile it first.
struct LuaLexer {
    private static let keywords: Set = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or", "repeat",
        "return",
        "then", "true", "until", "while",
    ]
    private static let symbols = [
        "...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", "..", "+", "-", "*", "/", "%", "^", "#", "&", "~", "|", "<", ">", "=", "(", ")", "{",
        "}", "[", "]", ";", ":", ",", ".",
    ].map { Array($0.utf8) }

    private let bytes: [UInt8]
    private var place = 0
    private var line = 1

    private init(_ text: String) { bytes = Array(text.utf8) }

    /// The words of a text; the last is of kind `end`.
    static func tokens(_ text: String) -> [LuaToken] {
        var lexer = LuaLexer(text)
        var tokens: [LuaToken] = []
        while let token = lexer.next() { tokens.append(token) }
        return tokens + [LuaToken(kind: .end, text: "", line: lexer.line)]
    }

    private mutating func next() -> LuaToken? {
        while place < bytes.count {
            let start = place
            let first = bytes[place]
            switch first {
            case UInt8(ascii: "\n"):
                line += 1
                place += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): place += 1
            case UInt8(ascii: "#") where place == 0: skipLine()
            case UInt8(ascii: "-") where at(1) == UInt8(ascii: "-"):
                place += 2
                if longString() == nil { skipLine() }
            case UInt8(ascii: "\""), UInt8(ascii: "'"): return string(first)
            case UInt8(ascii: "[") where at(1) == UInt8(ascii: "[") || at(1) == UInt8(ascii: "="):
                let begun = line
                if let text = longString() { return LuaToken(kind: .string, text: text, line: begun) }
                return symbol()
            case _ where first.isASCIIDigit || (first == UInt8(ascii: ".") && at(1)?.isASCIIDigit == true): return number()
            case _ where isLetter(first):
                while place < bytes.count, isLetter(bytes[place]) || bytes[place].isASCIIDigit { place += 1 }
                let text = String(decoding: bytes[start..<place], as: UTF8.self)
                return LuaToken(kind: LuaLexer.keywords.contains(text) ? .keyword : .name, text: text, line: line)
            default: return symbol()
            }
        }
        return nil
    }

    private func at(_ offset: Int) -> UInt8? { bytes.indices.contains(place + offset) ? bytes[place + offset] : nil }
    private func isLetter(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || byte.isASCIILetter }

    private mutating func skipLine() { while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 } }

    private mutating func symbol() -> LuaToken {
        let found = LuaLexer.symbols.first { bytes[place...].starts(with: $0) } ?? [bytes[place]]
        place += found.count
        return LuaToken(kind: .symbol, text: String(decoding: found, as: UTF8.self), line: line)
    }

    private mutating func number() -> LuaToken {
        let start = place
        while let byte = at(0), byte.isASCIIDigit || isLetter(byte) || byte == UInt8(ascii: ".") {
            place += 1
            let hexadecimal = bytes[start...].starts(with: Array("0x".utf8)) || bytes[start...].starts(with: Array("0X".utf8))
            let exponent = hexadecimal ? "pP" : "eE"
            if exponent.utf8.contains(byte), at(0) == UInt8(ascii: "-") || at(0) == UInt8(ascii: "+") { place += 1 }
        }
        return LuaToken(kind: .number, text: String(decoding: bytes[start..<place], as: UTF8.self), line: line)
    }

    private mutating func string(_ quote: UInt8) -> LuaToken {
        let begun = line
        place += 1
        let start = place
        while let byte = at(0), byte != quote {
            if byte == UInt8(ascii: "\\") { place += 1 }
            if at(0) == UInt8(ascii: "\n") { line += 1 }
            place += 1
        }
        let text = String(decoding: bytes[min(start, bytes.count)..<min(place, bytes.count)], as: UTF8.self)
        place += 1
        return LuaToken(kind: .string, text: text, line: begun)
    }

    /// The text of a `[[…]]` or `[==[…]==]` that begins here; nil where none does.
    private mutating func longString() -> String? {
        guard at(0) == UInt8(ascii: "[") else { return nil }
        var level = 0
        while at(1 + level) == UInt8(ascii: "=") { level += 1 }
        guard at(1 + level) == UInt8(ascii: "[") else { return nil }
        let start = place + level + 2
        let close = [UInt8(ascii: "]")] + [UInt8](repeating: UInt8(ascii: "="), count: level) + [UInt8(ascii: "]")]
        place = start
        while place < bytes.count, !bytes[place...].starts(with: close) {
            if bytes[place] == UInt8(ascii: "\n") { line += 1 }
            place += 1
        }
        let text = String(decoding: bytes[min(start, bytes.count)..<min(place, bytes.count)], as: UTF8.self)
        place += close.count
        return text
    }
}
