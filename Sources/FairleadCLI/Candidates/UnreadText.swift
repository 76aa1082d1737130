import ArgumentParser
import Screening

/// What a host says that it could not read of a person's things.
enum UnreadText {
    /// A sentence; nil where all could be read.
    static func text(_ unread: JSON?) -> String? {
        let counts = ["corrupt", "key_missing"].compactMap { why in (unread?[why]?.integer).flatMap { $0 > 0 ? (why, $0) : nil } }
        guard !counts.isEmpty else { return nil }
        let words = ["corrupt": "damaged", "key_missing": "sealed with a key that is not here"]
        let what = (unread?["what"]?.items ?? []).compactMap(\.text)
        return "This is not all: could not be read: " + counts.map { "\($0.1) (\(words[$0.0] ?? $0.0))" }.joined(separator: ", ")
            + (what.isEmpty ? "" : ": " + what.prefix(5).joined(separator: ", ")) + ". Whether they are the person's is not known."
    }

    /// Says it on standard error, and ends with 1 where something could not be read.
    static func end(_ unread: JSON?) throws {
        guard let text = text(unread) else { return }
        Terminal.complain(text)
        throw ExitCode(1)
    }
}
