import Pipeline
import Screening

extension StoreHold {
    static let schema = Schema(
        "Hold",
        always: ["why": .values(Reason.self), "since": .timestamp, "message": .anyText, "actor": Actor.schema.reference],
        sometimes: [
            "note": JSON.anyText.orNull, "withheld": .withheld, "restored_at": .timestamp, "backup_at": .timestamp,
            "reconciliation": .object(
                always: [
                    "left": .wholeNumber, "adopted": .wholeNumber, "absent": .wholeNumber, "doubtful": .wholeNumber, "uncertain": .wholeNumber,
                    "finished": .yesOrNo,
                ],
                sometimes: ["unknown": .wholeNumber]
            ),
        ],
        """
        Why nothing leaves the store, since when and by whom; note only with read_personal. Of a restored store when it was restored, as of when the backup
        stands, how many orders that may have been sent since are left to be looked for at their providers, how many were found there and adopted, are surely not
        there, or are doubtful, and how many are uncertain in all: of the connections that the token sees. To a token for all connections also how many requests
        providers speak of that no order has
        """
    )

    /// Whether a store is held, and why.
    static let state = Schema(
        "HoldState",
        always: [
            "held": .yesOrNo, "hold": schema.reference.orNull,
            "unknown_requests": .list(
                of: .object(
                    always: [
                        "account": .anyText, "reference": .anyText, "first_at": .timestamp, "last_at": .timestamp, "count": .wholeNumber,
                    ]
                )
            ),
        ],
        """
        Whether the store is held: everything is taken in, and nothing leaves. Of a restored store also the requests that providers' webhooks name and no order has:
        they were ordered after the backup
        """
    )

    func view(_ principal: Principal, _ reconciliation: Reconciliation?) -> JSON {
        var view: JSON = [
            "why": .string(reason.rawValue), "since": JSON(pause.problem.at), "message": .string(pause.problem.message),
            "actor": pause.actor.view(principal), "note": JSON(pause.note?.value),
        ]
        if let reconciliation {
            view["restored_at"] = JSON(reconciliation.restoredAt)
            view["backup_at"] = JSON(reconciliation.backupAt)
            var figures: JSON = [
                "left": .int(Int64(reconciliation.left)), "adopted": .int(Int64(reconciliation.adopted)),
                "absent": .int(Int64(reconciliation.absent)), "doubtful": .int(Int64(reconciliation.doubtful)),
                "uncertain": .int(Int64(reconciliation.uncertain)),
                "finished": .bool(reconciliation.isFinished),
            ]
            if let unknown = reconciliation.unknown { figures["unknown"] = .int(Int64(unknown)) }
            view["reconciliation"] = figures
        }
        return view.without(note: principal)
    }
}

extension JSON {
    /// Without a person's note, for whoever sees no personal data.
    fileprivate func without(note principal: Principal) -> JSON {
        var view = self
        if !principal.seesPersonal { view.withhold("note") }
        return view
    }
}

extension UnknownRequest {
    /// `{account, reference, first_at, last_at, count}`
    var view: JSON {
        [
            "account": .string(account), "reference": .string(reference), "first_at": JSON(firstAt), "last_at": JSON(lastAt),
            "count": .int(Int64(count)),
        ]
    }
}
