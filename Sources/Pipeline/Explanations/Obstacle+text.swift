import Screening

extension Obstacle {
    /// Why it waits, as part of a sentence that says what waits.
    /// - Parameter showsPersonal: whether the note of whoever paused it may be shown.
    func reason(_ title: String, _ words: Wording, showsPersonal: Bool) -> String {
        switch self {
        case .paused(let subject, let pause):
            let note = showsPersonal ? pause.note.map { ": \(Wording.quoted($0.value))" } ?? "" : ""
            if pause.isRestored { return "the store was restored from a backup \(words.at(pause.problem.at)) and is held\(note)" }
            let done = subject == .store ? "held" : "paused"
            return "\(subject.name) has been \(done) by \(pause.actor.title) since \(words.moment(pause.problem.at))\(note)"
        case .credentials(let account, let pause):
            return "\(title) has rejected the credentials of \(account) since \(words.moment(pause.problem.at))"
        case .unanswered: return "\(title) does not answer"
        case .unclear: return "\(title) does not say what becomes of new orders"
        case .resting: return "\(title) was asked too often"
        }
    }

    /// What ends it, as a sentence.
    func remedy(_ title: String, _ words: Wording) -> String {
        switch self {
        case .paused(.store, _): return "fairlead release lets it go on"
        case .paused(let subject, _): return "fairlead \(subject.kind) resume \(subject.id) lets it go on"
        case .credentials(let account, _):
            return "put the key right in the settings; fairlead account check \(account) tries the present one"
        case .unanswered(let account, let next), .unclear(let account, let next):
            return "the account \(account) is tried again " + (next.map { words.at(max($0, words.now)) } ?? "from time to time")
                + ", or now by fairlead account check \(account)"
        case .resting(_, let until): return "it is asked again \(words.at(until))"
        }
    }
}
