import Pipeline
import Screening

extension OperatingState.Pause {
    static let schema = Schema(
        "Pause",
        always: ["at": .timestamp, "actor": Actor.schema.reference],
        sometimes: ["note": JSON.anyText.orNull, "withheld": .withheld],
        "Since when something is paused, and by whom: by the host where a provider rejects an account's credentials; note only with read_personal"
    )

    func view(_ principal: Principal) -> JSON {
        var view: JSON = ["at": JSON(problem.at), "actor": actor.view(principal), "note": JSON(note?.value)]
        if !principal.seesPersonal { view.withhold("note") }
        return view
    }
}
