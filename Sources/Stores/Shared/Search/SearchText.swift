import Foundation
import Screening

/// Text as it is searched for: without case, marks, apostrophes and the like.
enum SearchText {
    private static let letters: [Character: String] = ["ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"]
    private static let apostrophes: Set<Character> = ["'", "’", "‘", "ʼ", "`", "´"]

    /// The text without case, marks and apostrophes; white space at its ends is dropped. `ß` is `ss`.
    static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 && $0 != 0x27 && $0 != 0x60 }) { return text.trimmed.lowercased() }
        // Upper case first: it is what turns `ß` into two letters.
        let plain = text.trimmed.uppercased().lowercased().decomposedStringWithCompatibilityMapping
        var folded = ""
        for character in String(String.UnicodeScalarView(plain.unicodeScalars.filter { $0.properties.generalCategory != .nonspacingMark })) {
            if apostrophes.contains(character) { continue }
            if let letters = letters[character] { folded += letters } else { folded.append(character) }
        }
        return folded
    }

    /// The folded words of a text: what stands between anything that is no letter or digit.
    static func words(_ text: String) -> [String] { folded(text).split { !$0.isLetter && !$0.isNumber }.map { String($0) } }

    /// A telephone number's digits without leading zeros, so that national and international writings end alike; nil where the text is no number.
    static func digits(_ text: String) -> String? {
        guard text.allSatisfy({ $0.isASCII && ($0.isNumber || " +-.()/".contains($0)) }) else { return nil }
        let digits = text.filter { $0.isNumber }.drop { $0 == "0" }
        return digits.count >= BlindIndexTerm.phoneDigits.lowerBound ? String(digits) : nil
    }
}
