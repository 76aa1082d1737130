import Screening

/// When something last came of a connection or an account, and what was refused since.
enum ContactText {
    /// `2 min ago, 212 times: wrong signature`; empty where nothing was refused since something was last accepted.
    @Sendable static func refused(_ item: JSON, _ style: OutputStyle) -> String {
        guard let last = item["last_refused"], !last.isNull, let count = last["count"]?.integer, count > 0 else { return "" }
        return "\(style.time(last.cell("at"))), \(count) \(count == 1 ? "time" : "times"): \(ProblemWords.text(last.cell("reason")))"
    }

    /// Who paused it, since when and why.
    static func pause(_ item: JSON) -> [[String]] {
        guard let pause = item["paused"], !pause.isNull else { return [] }
        let by = [pause.cell("actor.name"), pause.cell("actor.kind")].first { !$0.isEmpty } ?? ""
        let note = pause.cell("note").isEmpty ? "" : ": \(pause.cell("note"))"
        return [["paused", "since \(pause.cell("at")) by \(by)\(note)"]]
    }

    /// Facts for a single one.
    /// - Parameter advice: the command that says why something was refused.
    static func facts(_ item: JSON, _ advice: String) -> [[String]] {
        var facts = [["last heard", item.cell("last_heard_at").isEmpty ? "never" : item.cell("last_heard_at")]]
        let refused = refused(item, .plain)
        if !refused.isEmpty { facts.append(["last refused", "\(refused) since; try \(advice)"]) }
        return facts
    }
}
