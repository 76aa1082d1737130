import Foundation
import Screening

/// Text as it is searched for: without case, marks, apostrophes and the like.
enum SearchText {
    private static let letters: [Character: String] = ["ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"]
    private static let pairs: [Character: String] = ["ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"]
    private static let hyphens: Set<Character> = ["-", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2212}"]
    private static let apostrophes: Set<Character> = ["'", "’", "‘", "ʼ", "`", "´"]

    /// The text without case, marks and apostrophes; white space at its ends is dropped. `ß` is `ss`.
    static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 && $0 != 0x27 && $0 != 0x60 }) { return text.trimmed.lowercased() }
        let text = text.trimmed
        guard text.unicodeScalars.allSatisfy({ $0.value < known.count }) else { return foldedByTheBook(text) }
        return text.unicodeScalars.reduce(into: "") { $0 += known[Int($1.value)] }
    }

    /// The letters of European names, folded: a name is folded for each order that a search opens, and by the book that takes as long as opening it. None of them
    /// is changed by what stands beside it.
    private static let known = (0..<0x250).map { Unicode.Scalar($0).map { foldedByTheBook(String($0)) } ?? "" }

    private static func foldedByTheBook(_ text: String) -> String {
        // Upper case first: it is what turns `ß` into two letters.
        let plain = text.uppercased().lowercased().decomposedStringWithCompatibilityMapping
        var folded = ""
        for character in String(String.UnicodeScalarView(plain.unicodeScalars.filter { $0.properties.generalCategory != .nonspacingMark })) {
            if apostrophes.contains(character) { continue }
            if let letters = letters[character] { folded += letters } else { folded.append(character) }
        }
        return folded
    }

    /// The folded words of a text: what stands between anything that is no letter or digit.
    static func words(_ text: String) -> [String] { split(folded(text)) }

    /// Every word that a text is found by: its words, with `ü` as `u` and as `ue`, and what apostrophes and hyphens join both as one word and as several.
    static func spellings(_ text: String) -> [String] {
        var all = words(text)
        if isPlain(text) { return all }
        for reading in readings(text).dropFirst() {
            for word in reading where !all.contains(word) { all.append(word) }
        }
        return all
    }

    /// How a text that somebody searches for may be meant: for each way the words that must all be found.
    static func readings(_ text: String) -> [[String]] {
        let plain = words(text)
        if isPlain(text) { return [plain] }
        var all = [plain]
        func add(_ words: [String]) { if !words.isEmpty, !all.contains(words) { all.append(words) } }
        let expanded = expanded(text)
        for spelling in expanded == text ? [text] : [text, expanded] {
            add(words(spelling))
            add(split(folded(String(spelling.map { apostrophes.contains($0) ? " " : $0 }))))
            add(words(String(spelling.filter { !hyphens.contains($0) })))
        }
        return all
    }

    /// Whether a text can be read in one way only.
    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 && $0 != 0x27 && $0 != 0x60 && $0 != 0x2D } }

    private static func split(_ folded: String) -> [String] { folded.split { !$0.isLetter && !$0.isNumber }.map { String($0) } }

    /// The text with marks that some write as a second letter so written.
    private static func expanded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var lower = text.lowercased()
        if !lower.unicodeScalars.allSatisfy({ $0.value < known.count }) { lower = lower.precomposedStringWithCanonicalMapping }
        guard lower.contains(where: { pairs[$0] != nil }) else { return text }
        return lower.reduce(into: "") { out, character in
            if let letters = pairs[character] { out += letters } else { out.append(character) }
        }
    }

    /// A telephone number's digits without leading zeros, so that national and international writings end alike; nil where the text is no number. A zero
    /// in brackets, as in `+44 (0)1632`, is dialled at home only and left out.
    static func digits(_ text: String) -> String? {
        var digits = ""
        for character in text.replacing("(0)", with: "") {
            if let digit = character.wholeNumberValue, (0...9).contains(digit) {
                digits += String(digit)
            } else if !character.isWhitespace, !"+-.()/".contains(character), !hyphens.contains(character) {
                return nil
            }
        }
        let number = digits.drop { $0 == "0" }
        return number.count >= BlindIndexTerm.phoneDigits.lowerBound ? String(number) : nil
    }
}
