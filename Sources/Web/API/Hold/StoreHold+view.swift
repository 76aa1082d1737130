import Pipeline
import Screening

extension StoreHold {
    static let schema = Schema(
        "Hold",
        always: ["why": .values(Reason.self), "since": .timestamp, "message": .anyText, "actor": Actor.schema.reference],
        sometimes: [
            "note": JSON.anyText.orNull, "withheld": .withheld, "restored_at": .timestamp, "backup_at": .timestamp,
            "reconciliation": .object(always: ["left": .wholeNumber, "uncertain": .wholeNumber, "finished": .yesOrNo]),
        ],
        """
        Why nothing leaves the store, since when and by whom; note only with read_personal. Of a restored store when it was restored, as of when the backup
        stands, and how many orders that may have been sent since are left to be looked for at their providers
        """
    )

    /// Whether a store is held, and why.
    static let state = Schema(
        "HoldState",
        always: ["held": .yesOrNo, "hold": schema.reference.orNull],
        "Whether the store is held: everything is taken in, and nothing leaves"
    )

    func view(_ principal: Principal, _ reconciliation: Reconciliation?) -> JSON {
        var view: JSON = [
            "why": .string(reason.rawValue), "since": JSON(pause.problem.at), "message": .string(pause.problem.message),
            "actor": pause.actor.view(principal), "note": JSON(pause.note?.value),
        ]
        if let reconciliation {
            view["restored_at"] = JSON(reconciliation.restoredAt)
            view["backup_at"] = JSON(reconciliation.backupAt)
            view["reconciliation"] = [
                "left": .int(Int64(reconciliation.left)), "uncertain": .int(Int64(reconciliation.uncertain)),
                "finished": .bool(reconciliation.isFinished),
            ]
        }
        if !principal.seesPersonal { view.withhold("note") }
        return view
    }
}
