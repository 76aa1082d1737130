/// What in a text may be somebody: addresses, tokens and pairs of words, to be looked for in a store.
package enum PrivacyScan {
    /// The most that is looked for in one line.
    private static let limit = 2000

    /// The candidates in a line. Of a word alone nothing is known of anybody: a name is two.
    package static func texts(in line: String) -> Set<String> {
        var found = AddressScan.addresses(in: line)
        let words = line.split { !$0.isLetter && !$0.isNumber && !"'’-".contains($0) }.map(String.init)
        for word in words where (2...40).contains(word.count) && word.contains(where: \.isLetter) { _ = word }
        for (first, second) in zip(words, words.dropFirst()) where isName(first) && isName(second) && found.count < limit {
            found.insert("\(first) \(second)")
        }
        for token in line.split(whereSeparator: { " \t\"'`,;<>()[]{}=&|".contains($0) }) where found.count < limit {
            let token = token.trimmingPunctuation
            guard (6...200).contains(token.utf8.count), token.contains(where: \.isNumber) else { continue }
            found.insert(token)
            // A value behind its name: `external_id:application-101`.
            if let mark = token.lastIndex(of: ":") { found.insert(String(token[token.index(after: mark)...])) }
        }
        return found
    }

    private static func isName(_ word: String) -> Bool { (2...40).contains(word.count) && word.allSatisfy { $0.isLetter || "'’-".contains($0) } }
}

extension Substring {
    fileprivate var trimmingPunctuation: String {
        var part = self
        while let last = part.last, ".:!?".contains(last) { part.removeLast() }
        while let first = part.first, ".:!?".contains(first) { part.removeFirst() }
        return String(part)
    }
}
