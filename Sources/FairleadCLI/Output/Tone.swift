/// How a word is coloured: what it means for whoever reads it.
enum Tone: String, Sendable {
    /// Nothing is to be done.
    case good = "32"
    /// Somebody has to do something, or will have to.
    case waiting = "33"
    case bad = "31"
    /// Not of interest at present.
    case faint = "2"
    case heading = "1"

    /// The tone of a state, an outcome or the like; nil for one without.
    static func of(_ word: String) -> Tone? {
        switch word {
        case "done", "completed", "reviewed", "clear", "ok", "able": .good
        case "attention_needed", "ready_for_review", "consider", "refer", "waiting", "paused", "warning", "recruiter", "snoozed": .waiting
        case "failed", "dead", "uncertain", "refused", "parked", "problem", "operator", "open": .bad
        case "skipped", "rejected", "cancelled", "discarded", "resolved": .faint
        default: nil
        }
    }

    /// The text in this tone.
    func paint(_ text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}
