import Screening

/// Says of tokens and keys why they can be guessed.
enum GuessableSecret {
    /// The characters that `admin.token` has at least.
    static let tokenLength = 12

    /// Why a token can be guessed; nil where it does not look so.
    static func problem(token: String) -> String? {
        let bytes = Array(token.utf8)
        if bytes.count < tokenLength { return "is too short: it needs at least \(tokenLength) characters" }
        if Set(bytes).count < 5 { return "has hardly any different characters" }
        if isRepetition(bytes) { return "repeats a few characters" }
        if isSequence(bytes) { return "is a sequence" }
        let plain = token.lowercased().filter { $0.isLetter }
        let words = ["password", "changeme", "secret", "admin", "token", "fairlead", "test", "letmein", "qwerty", "default", "example", "demo", "me"]
        if words.contains(where: { $0.count > 5 && String(repeating: $0, count: plain.count / $0.count) == plain && plain.count >= $0.count }) {
            return "is a word that everybody tries"
        }
        return nil
    }

    /// Why a key can be guessed; nil where it does not look so. 32 random bytes never look so.
    static func problem(key: [UInt8]) -> String? {
        if Set(key).count < 8 { return "has hardly any different bytes" }
        if isRepetition(key) { return "repeats a few bytes" }
        if isSequence(key) { return "is a sequence" }
        return nil
    }

    /// The tokens that stand in examples: everybody knows them.
    static let examples: Set = ["quickstart-admin-token", "demo-admin-token"]

    /// Whether a part of at most a third makes up the whole.
    private static func isRepetition(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 3 else { return false }
        return (1...(bytes.count / 3)).contains { period in bytes.indices.dropFirst(period).allSatisfy { bytes[$0] == bytes[$0 - period] } }
    }

    /// Whether nearly every byte follows from the one before by the same step, as in abcdef and 123456789012.
    private static func isSequence(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 2 else { return false }
        var steps: [UInt8: Int] = [:]
        for (first, second) in zip(bytes, bytes.dropFirst()) { steps[second &- first, default: 0] += 1 }
        return (steps.values.max() ?? 0) * 4 >= (bytes.count - 1) * 3
    }
}
