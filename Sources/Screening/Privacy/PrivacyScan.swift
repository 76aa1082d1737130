/// What in a text may be somebody: addresses, telephone numbers, tokens and pairs of words, to be looked for in a store.
package enum PrivacyScan {
    /// How many Unicode scalars of a line are looked through at once: what they may hold is bounded, and all of it is looked for.
    private static let stretch = 4000
    /// How many scalars of a stretch are in the next one, too: what is no longer is whole in one of the two.
    private static let overlap = 1000
    /// How far apart first and last name may stand: in JSON and in forms each has a name of its own before it.
    private static let distance = 4

    /// The candidates in a line, as it is written and as it is meant: percent-encoded, escaped, in base64. Of a word alone nothing is known of anybody: a name
    /// is two.
    package static func texts(in line: String) -> Set<String> {
        stretches(of: line, stretch).reduce(into: []) { $0.formUnion(texts(inStretch: $1)) }
    }

    /// A long line in stretches that overlap: what is in it is whole in one of them.
    package static func stretches(of line: String, _ most: Int) -> [String] {
        guard line.utf8.count > most else { return [line] }
        let scalars = line.unicodeScalars
        var (parts, start) = ([String](), scalars.startIndex)
        while let end = scalars.index(start, offsetBy: most, limitedBy: scalars.endIndex), end < scalars.endIndex {
            parts.append(String(scalars[start..<end]))
            start = scalars.index(end, offsetBy: -overlap)
        }
        parts.append(String(scalars[start...]))
        return parts
    }

    private static func texts(inStretch line: String) -> Set<String> {
        var found = AddressScan.addresses(in: line)
        add(line, to: &found)
        var plain = Array(line.utf8)
        // Twice, for what was escaped is escaped once more in a log of JSON.
        for _ in 0..<2 {
            guard let next = EscapedText.plain(plain) else { break }
            plain = next
            add(String(decoding: plain, as: UTF8.self), to: &found)
        }
        for token in line.split(whereSeparator: { !$0.isASCII || !($0.isLetter || $0.isNumber || "+/-_".contains($0)) }) {
            if let text = decoded(token) { add(text, to: &found) }
        }
        return found
    }

    private static func add(_ line: String, to found: inout Set<String>) {
        addPairs(line, to: &found)
        addPhones(line, to: &found)
        for token in line.split(whereSeparator: { " \t\"'`,;<>()[]{}=&|".contains($0) }) {
            let token = token.trimmingPunctuation
            guard (6...200).contains(token.utf8.count), token.contains(where: \.isNumber) else { continue }
            found.insert(token)
            // A value behind its name: `external_id:application-101`.
            if let mark = token.lastIndex(of: ":") { found.insert(String(token[token.index(after: mark)...])) }
        }
    }

    /// Words beside one another, however they are written; a little apart where both are written as names are.
    private static func addPairs(_ line: String, to found: inout Set<String>) {
        let words = line.split { !$0.isLetter && !$0.isNumber && !"'’-".contains($0) }.map(String.init)
        for (index, first) in words.enumerated() where isName(first) {
            for (step, second) in words[(index + 1)...].prefix(distance).enumerated() where isName(second) {
                if step == 0 || first.first?.isUppercase == true && second.first?.isUppercase == true { found.insert("\(first) \(second)") }
            }
        }
    }

    /// Digits in groups, as people write them: `+44 (0)1632 960-000`.
    private static func addPhones(_ line: String, to found: inout Set<String>) {
        var groups: [String] = []
        func finish() {
            for start in groups.indices {
                var digits = ""
                for group in groups[start...].prefix(6) {
                    digits += group
                    guard digits.count <= 15 else { break }
                    if digits.count >= 7 { found.insert(digits) }
                }
            }
            groups = []
        }
        var (group, gap) = ("", 0)
        for sign in line {
            if sign.isASCII, sign.isNumber {
                if group.isEmpty, gap > 3 { finish() }
                group.append(sign)
                gap = 0
            } else {
                if !group.isEmpty { groups.append(group) }
                group = ""
                gap = " ()-+./".contains(sign) ? gap + 1 : 4
            }
        }
        if !group.isEmpty { groups.append(group) }
        finish()
    }

    private static func decoded(_ token: Substring) -> String? {
        guard (8...overlap).contains(token.utf8.count), let bytes = [UInt8](base64: token.base64Padded),
            let text = String(validating: bytes, as: UTF8.self),
            text.allSatisfy({ $0.isLetter || $0.isNumber || $0.isPunctuation || $0.isSymbol || $0 == " " })
        else { return nil }
        return text
    }

    private static func isName(_ word: String) -> Bool {
        (2...40).contains(word.count) && word.first?.isLetter == true && word.allSatisfy { $0.isLetter || $0.isNumber || "'’-".contains($0) }
    }
}

extension Substring {
    /// The same in the alphabet of plain base64, with its padding.
    fileprivate var base64Padded: String {
        let plain = map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return String(plain) + String(repeating: "=", count: (4 - plain.count % 4) % 4)
    }

    fileprivate var trimmingPunctuation: String {
        var part = self
        while let last = part.last, ".:!?".contains(last) { part.removeLast() }
        while let first = part.first, ".:!?".contains(first) { part.removeFirst() }
        return String(part)
    }
}
