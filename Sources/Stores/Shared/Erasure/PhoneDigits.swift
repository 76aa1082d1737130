/// A telephone number by its digits: the same number however it is written, and no part of another.
struct PhoneDigits: Hashable {
    private let digits: String
    /// Whether it is known to begin with the country's code.
    private let isInternational: Bool

    private static let dialled: Set<Character> = [" ", "+", "-", ".", "(", ")", "/"]

    /// Nil for what is too short to be one person's, or was only put where a number is asked for, such as `000000000`.
    init?(_ text: String) {
        digits = text.filter { $0.isASCII && $0.isNumber }
        isInternational = text.drop { $0 == " " }.hasPrefix("+") || digits.hasPrefix("00")
        guard (7...20).contains(digits.count), Set(digits).count > 1 else { return nil }
    }

    /// Whether one of some numbers stands in a text as a whole.
    static func stand(_ numbers: [PhoneDigits], in text: String) -> Bool {
        text.split { !($0.isASCII && $0.isNumber) && !dialled.contains($0) }.contains { part in
            let groups = part.split { !$0.isNumber }.map(String.init)
            // Another number may stand right before or behind it.
            return groups.indices.contains { first in
                var whole = ""
                for group in groups[first...] {
                    whole += group
                    guard whole.count <= 20 else { return false }
                    if let number = PhoneDigits(whole), numbers.contains(where: { $0.isWritten(as: number) }) { return true }
                }
                return false
            }
        }
    }

    /// Whether it is the same number as one in a text: one of them may be without the country's code, with a 0 before it or without.
    private func isWritten(as other: PhoneDigits) -> Bool {
        let (one, two) = (significant, other.significant)
        guard one.count != two.count else { return one == two }
        let (short, long) = one.count < two.count ? (one, two) : (two, one)
        guard long.hasSuffix(short), short.count >= 7, long.count - short.count <= 3 else { return false }
        return long == one || !isInternational
    }

    private var significant: Substring { digits.drop { $0 == "0" } }
}
