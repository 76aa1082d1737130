import Screening

/// What people are told of a held store.
enum HoldText {
    /// Why it is held and who lets go.
    static func sentence(_ hold: JSON, _ style: OutputStyle) -> String {
        let since = style.time(hold.cell("since"))
        let note = hold.cell("note").isEmpty ? "" : " (\(hold.cell("note")))"
        let why = hold["why"] == "restored" ? "restored from a backup" : "by \(hold.at("actor.name")?.text ?? hold.cell("actor.kind"))"
        return "Held since \(since), \(why)\(note): everything is taken in, and nothing leaves. fairlead release lets go."
    }
}
