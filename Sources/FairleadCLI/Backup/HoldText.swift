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
        let start = "Held since \(since), \(why)"
        if left > 0 { return "\(start): \(left) orders that may have been sent since the backup are being looked for. Wait for it." }
        if uncertain > 0 {
            let list = "fairlead order list --state uncertain"
            return "\(start): all was looked for, and \(uncertain) orders are uncertain (\(list)). fairlead release lets go."
        }
        return "Held since \(since), \(why)\(note): everything is taken in, and nothing leaves. fairlead release lets go."
    }
}
