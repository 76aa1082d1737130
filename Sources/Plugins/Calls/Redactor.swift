import Screening

/// Takes personal data out of what a script says: the values of the input's personal members, e-mail addresses, and long runs of digits.
///
/// Its time grows with the text's length only, whatever the text is: scripts and payloads choose it.
struct Redactor: Sendable {
    /// Text beyond this many bytes is cut off.
    static let limit = 4096
    private static let mark = "‹personal›"

    private let values: [String]

    /// A redactor for what one run was given.
    init(input: JSON) {
        var found = Found()
        Redactor.collect(input, personal: false, into: &found)
        if let raw = input["raw"]?.text { Redactor.collect(text: Array(raw.utf8), into: &found) }
        values = found.values.sorted { $0.utf8.count > $1.utf8.count }
    }

    /// The text without personal data.
    func redacted(_ text: String) -> String {
        var short = text
        if text.utf8.count > Redactor.limit { short = String(decoding: text.utf8.prefix(Redactor.limit), as: UTF8.self) + "…" }
        return Redactor.withoutPatterns(values.reduce(short) { $0.replacing($1, with: Redactor.mark) })
    }

    /// The value without personal data: in texts, and in the names of members, which a script may make of anything.
    func redacted(_ value: JSON) -> JSON {
        switch value {
        case .string(let text): return .string(redacted(text))
        case .int(let number): return abs(number) > 9_999_999 && values.contains(String(number)) ? .string(Redactor.mark) : value
        case .array(let items): return .array(items.map { redacted($0) })
        case .object(let members):
            let pairs = members.pairs.map { name, member -> (String, JSON) in
                let hides = Redactor.isPersonal(name) && (member.text != nil || member.number != nil)
                return (redacted(name), hides ? .string(Redactor.mark) : redacted(member))
            }
            return .object(JSON.Members(pairs))
        default: return value
        }
    }

    // MARK: Patterns

    /// Words with an `@` in them, and runs of nine digits or more with the signs that telephone numbers are written with.
    private static func withoutPatterns(_ text: String) -> String {
        var out = ""
        var word = ""
        func end(_ word: inout String) {
            guard !word.isEmpty else { return }
            out += word.contains("@") ? mark : word
            word = ""
        }
        for character in text {
            if character.isWhitespace || "<>\"'(),;".contains(character) {
                end(&word)
                out.append(character)
            } else {
                word.append(character)
            }
        }
        end(&word)
        return withoutNumbers(out)
    }

    private static func withoutNumbers(_ text: String) -> String {
        var out = ""
        var run = ""
        var digits = 0
        func end() {
            out += digits >= 9 ? mark + (run.last?.isWhitespace == true ? " " : "") : run
            run = ""
            digits = 0
        }
        for character in text {
            if character.isASCII, character.isNumber {
                run.append(character)
                digits += 1
            } else if !run.isEmpty || character == "+", " -()+.".contains(character) {
                run.append(character)
            } else {
                end()
                out.append(character)
            }
        }
        end()
        return out
    }

    // MARK: Collecting

    private struct Found {
        var values: Set<String> = []

        mutating func add(_ text: String) {
            if values.count < 200, (3...320).contains(text.utf8.count) { values.insert(text) }
        }
    }

    private static func isPersonal(_ name: String) -> Bool {
        let name = name.prefix(80).lowercased()
        return ["name", "email", "phone", "mobile", "address", "birth", "street", "postcode"].contains { name.contains($0) }
    }

    private static func collect(_ value: JSON, personal: Bool, into found: inout Found) {
        switch value {
        case .string(let text): if personal { found.add(text) }
        case .int(let number): if personal { found.add(String(number)) }
        case .array(let items): for item in items { collect(item, personal: personal, into: &found) }
        case .object(let members):
            for (name, member) in members.pairs { collect(member, personal: personal || isPersonal(name), into: &found) }
        default: break
        }
    }

    /// Collects from a raw body without asking whether it is well-formed: a script's parser may read what ours refuses.
    private static func collect(text: [UInt8], into found: inout Found) {
        var levels = [false]
        var personal = false
        var at = 0
        func literal() -> String {
            let start = at + 1
            at = start
            while at < text.count, text[at] != UInt8(ascii: "\"") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
            let end = min(at, text.count)
            let quoted = [UInt8(ascii: "\"")] + text[start..<max(start, end)] + [UInt8(ascii: "\"")]
            at = end + 1
            return (try? JSON(parsing: quoted))?.text ?? String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
        }
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if levels.count < 256 { levels.append(personal) }
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if levels.count > 1 { levels.removeLast() }
                personal = levels.last ?? false
                at += 1
            case UInt8(ascii: ","):
                personal = levels.last ?? false
                at += 1
            case UInt8(ascii: "\""):
                let string = literal()
                while at < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[at]) { at += 1 }
                if at < text.count, text[at] == UInt8(ascii: ":") {
                    personal = (levels.last ?? false) || isPersonal(string)
                } else if personal {
                    found.add(string)
                }
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let start = at
                while at < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[at]) { at += 1 }
                if personal { found.add(String(decoding: text[start..<at], as: UTF8.self)) }
            default: at += 1
            }
        }
    }
}
