import Pipeline
import Screening

extension StoreHold {
    static let schema = Schema(
        "Hold",
        always: ["why": .values(Reason.self), "since": .timestamp, "message": .anyText, "actor": Actor.schema.reference],
        sometimes: ["note": JSON.anyText.orNull, "withheld": .withheld],
        "Why nothing leaves the store, since when and by whom; note only with read_personal"
    )

    /// Whether a store is held, and why.
    static let state = Schema(
        "HoldState",
        always: ["held": .yesOrNo, "hold": schema.reference.orNull],
        "Whether the store is held: everything is taken in, and nothing leaves"
    )

    func view(_ principal: Principal) -> JSON {
        var view: JSON = [
            "why": .string(reason.rawValue), "since": JSON(pause.problem.at), "message": .string(pause.problem.message),
            "actor": pause.actor.view(principal), "note": JSON(pause.note?.value),
        ]
        if !principal.seesPersonal { view.withhold("note") }
        return view
    }
}
