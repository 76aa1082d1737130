import Screening

/// What people are told of a held store.
enum HoldText {
    /// Why it is held and who lets go.
    static func sentence(_ hold: JSON, _ style: OutputStyle) -> String {
        let since = style.time(hold.cell("since"))
        let note = hold.cell("note").isEmpty ? "" : " (\(hold.cell("note")))"
        let why = hold["why"] == "restored" ? "restored from a backup" : "by \(hold.at("actor.name")?.text ?? hold.cell("actor.kind"))"
        let left = hold.at("reconciliation.left")?.integer ?? 0
        let uncertain = hold.at("reconciliation.uncertain")?.integer ?? 0
        let unknown = hold.at("reconciliation.unknown")?.integer ?? 0
        let requests = unknown == 1 ? "1 request" : "\(unknown) requests"
        let more = unknown > 0 ? " Providers speak of \(requests) that no order here has (fairlead issue list)." : ""
        let start = "Held since \(since), \(why)"
        let answers = [("adopted", "found there and adopted"), ("absent", "not there"), ("doubtful", "uncertain")].compactMap {
            name,
            text -> String? in
            guard let count = hold.at("reconciliation.\(name)")?.integer, count > 0 else { return nil }
            return "\(count) \(text)"
        }
        let soFar = answers.isEmpty ? "" : " So far: \(answers.joined(separator: ", "))."
        if left > 0 { return "\(start): \(left) orders that may have been sent since the backup are being looked for. Wait for it.\(soFar)\(more)" }
        if uncertain > 0 {
            let list = "fairlead order list --state uncertain"
            return "\(start): all was looked for, and \(uncertain) orders are uncertain (\(list)). fairlead release lets go.\(more)"
        }
        return "Held since \(since), \(why)\(note): everything is taken in, and nothing leaves. fairlead release lets go.\(more)"
    }

    /// What is said once a store is let go.
    static func released(_ answer: JSON) -> String {
        let unknown = answer["unknown_requests"]?.items ?? []
        let released = "The store is released: what waited is done now."
        guard !unknown.isEmpty else { return released }
        let rows = unknown.map { [$0.cell("account"), $0.cell("reference"), "\($0.cell("count")) webhooks, the last at \($0.cell("last_at"))"] }
        return released + "\nProviders speak of requests that no order here has; they were ordered after the backup. Look at each there:\n"
            + Table(rows: rows, indent: "  ").text
    }
}
