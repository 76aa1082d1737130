import Screening

/// Takes personal data out of what a script says: the values of the input's personal members, e-mail addresses, and long runs of digits.
///
/// Its running time grows only with the text's length, because scripts and payloads choose the text.
struct Redactor: Sendable {
    /// Text beyond this many bytes is cut off.
    static let limit = 4096
    private static let mark = "‹personal›"
    /// A number of so many digits may be somebody's.
    private static let digits = 9

    private let values: HiddenValues

    /// A redactor for what one run was given.
    /// - Parameter replies: what its calls were answered.
    init(input: JSON, replies: Replies = Replies()) {
        var found = Found(limit: 200)
        Redactor.collect(input, personal: false, into: &found)
        values = HiddenValues(found.values.union(replies.values))
    }

    /// The personal values among the replies of a run's calls. They are looked for when they are needed: most runs say nothing that has to be redacted.
    struct Replies: Sendable {
        /// Bytes of replies that are held until they are looked at.
        static let held = 256 << 10

        private var found = Found(limit: 2000)
        private var waiting: [JSON] = []
        private var size = 0

        /// Takes one more reply, as recorded in the journal. Only the first 2000 values of a run are kept.
        /// - Parameter size: the bytes that it takes as JSON.
        mutating func add(_ reply: JSON, size: Int) {
            waiting.append(reply)
            self.size += size
            guard self.size > Self.held else { return }
            found = collected
            waiting = []
            self.size = 0
        }

        fileprivate var values: Set<String> { collected.values }

        private var collected: Found {
            var found = found
            for reply in waiting { Redactor.collect(reply, personal: false, into: &found) }
            return found
        }
    }

    /// The text without personal data.
    func redacted(_ text: String) -> String {
        var short = text
        if text.utf8.count > Redactor.limit { short = String(decoding: text.utf8.prefix(Redactor.limit), as: UTF8.self) + "…" }
        return Redactor.withoutPatterns(values.isEmpty ? short : withoutValues(short))
    }

    private func withoutValues(_ short: String) -> String {
        let text = Array(short.utf8)
        var out: [UInt8] = []
        // Most of what a script says names nobody.
        guard var at = text.indices.first(where: { values.longest(in: text, at: $0) != nil }) else { return short }
        out += text[..<at]
        while at < text.count {
            if let length = values.longest(in: text, at: at) {
                out += Redactor.mark.utf8
                at += length
            } else {
                out.append(text[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The value without personal data: in texts, and in the names of members, which a script may make of anything.
    func redacted(_ value: JSON) -> JSON {
        switch value {
        case .string(let text): return .string(redacted(text))
        case .int(let number): return number.magnitude > 9_999_999 && redacted(String(number)) == Redactor.mark ? .string(Redactor.mark) : value
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
        guard text.utf8.contains(UInt8(ascii: "@")) else { return withoutNumbers(text) }
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
        guard text.utf8.count(where: \.isASCIIDigit) >= digits else { return text }
        var out = ""
        var run = ""
        var digits = 0
        func end() {
            out += digits >= Self.digits ? mark + (run.last?.isWhitespace == true ? " " : "") : run
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

    fileprivate struct Found: Sendable {
        let limit: Int
        var values: Set<String> = []
        var isFull: Bool { values.count >= limit }

        mutating func add(_ text: String) {
            if !isFull, (3...320).contains(text.utf8.count) { values.insert(text) }
        }
    }

    private static func isPersonal(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { isPersonal($0) }
    }

    /// Whether a member's name has a word in it, in letters of either case, that names what people are known by.
    private static func isPersonal(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        name.indices.contains { place in
            switch name[place] | 0x20 {
            case UInt8(ascii: "n"): stands("name", in: name, at: place)
            case UInt8(ascii: "e"): stands("email", in: name, at: place)
            case UInt8(ascii: "p"): stands("phone", in: name, at: place) || stands("postcode", in: name, at: place)
            case UInt8(ascii: "m"): stands("mobile", in: name, at: place)
            case UInt8(ascii: "a"): stands("address", in: name, at: place)
            case UInt8(ascii: "b"): stands("birth", in: name, at: place)
            case UInt8(ascii: "s"): stands("street", in: name, at: place)
            default: false
            }
        }
    }

    private static func stands(_ word: StaticString, in name: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
        guard word.utf8CodeUnitCount <= name.count - place else { return false }
        for offset in 0..<word.utf8CodeUnitCount where name[place + offset] | 0x20 != word.utf8Start[offset] { return false }
        return true
    }

    private static func collect(_ value: JSON, personal: Bool, into found: inout Found) {
        switch value {
        case .string(let text): if personal { found.add(text) }
        case .int(let number): if personal { found.add(String(number)) }
        case .array(let items): for item in items { collect(item, personal: personal, into: &found) }
        case .object(let members):
            for (name, member) in members.pairs {
                // This is a raw body: of a delivery, of a provider's webhook among the arguments, or of a reply.
                if case .string(let text) = member {
                    if name == "raw" || name == "body" {
                        collect(text: Array(text.utf8), into: &found)
                    } else if name == "raw_base64" || name == "body_base64" {
                        collect(text: [UInt8](base64: text) ?? [], into: &found)
                    }
                }
                collect(member, personal: personal || isPersonal(name), into: &found)
            }
        default: break
        }
    }

    /// Collects from a raw body even if it is not well-formed: a script's parser may accept what ours refuses.
    private static func collect(text: [UInt8], into found: inout Found) {
        var levels = [false]
        var personal = false
        var at = 0
        func literal() -> Range<Int> {
            let start = min(at + 1, text.count)
            at = start
            while at < text.count, text[at] != UInt8(ascii: "\"") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
            let end = max(start, min(at, text.count))
            at = end + 1
            return start..<end
        }
        func read(_ literal: Range<Int>) -> String {
            let bytes = text[literal]
            guard bytes.contains(UInt8(ascii: "\\")) else { return String(decoding: bytes, as: UTF8.self) }
            let quoted = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
            return (try? JSON(received: quoted))?.text ?? String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
        }
        func isPersonalName(_ literal: Range<Int>) -> Bool {
            let bytes = text[literal]
            guard !bytes.contains(UInt8(ascii: "\\")) else { return isPersonal(read(literal)) }
            return bytes.withUnsafeBufferPointer { isPersonal($0) }
        }
        while at < text.count, !found.isFull {
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
                while at < text.count, text[at] == 0x20 || (0x09...0x0A).contains(text[at]) || text[at] == 0x0D { at += 1 }
                if at < text.count, text[at] == UInt8(ascii: ":") {
                    personal = (levels.last ?? false) || isPersonalName(string)
                } else if personal {
                    found.add(read(string))
                }
            case let byte where byte.isASCIIDigit:
                let start = at
                while at < text.count, text[at].isASCIIDigit { at += 1 }
                if personal { found.add(String(decoding: text[start..<at], as: UTF8.self)) }
            default: at += 1
            }
        }
    }
}
