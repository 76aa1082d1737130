import Screening

extension Event {
    static let schema = Schema(
        "Event",
        always: [
            "id": .anyText, "kind": .values(Event.Kind.self), "connection": JSON.anyText.orNull, "account": JSON.anyText.orNull,
            "order": JSON.anyText.orNull, "received_at": .timestamp, "occurred_at": JSON.timestamp.orNull, "state": .values(Event.State.self),
            "problem": Problem.schema.reference.orNull, "duplicate_count": .wholeNumber, "runs": .list(of: .anyText), "orders": .list(of: .anyText),
        ],
        sometimes: [
            "explanation": .anyText, "external_id": JSON.anyText.orNull, "provider_ref": JSON.anyText.orNull, "reason": JSON.anyText.orNull,
            "path": .anyText,
            "withheld": .withheld,
            "request": .object(
                always: ["method": .anyText, "path": .anyText, "query": .textByName, "headers": .textByName, "body_bytes": .wholeNumber],
                sometimes: ["body": .anyText, "body_base64": .anyText, "body_truncated": .yesOrNo]
            ),
        ],
        """
        external_id is what its last run named first, else its order's, else its group, and without read_personal only shown where an order of the \
        connection has it; provider_ref is that of its order, where it came for one; reason is why that run ended or waits. reason, path and request only \
        with read_personal, request only for one event; body_base64 where the body is not UTF-8; a body that is too large to be shown is left out and marked \
        body_truncated: /events/{id}/body has it
        """
    )

    /// The event without what was received.
    func view(_ principal: Principal) -> JSON { summary.view(principal) }

    /// The event with what was received, where that may be seen.
    func fullView(_ principal: Principal) -> JSON {
        guard principal.seesPersonal else { return view(principal) }
        var view = json
        let received = request.value
        var shown: JSON = [
            "method": .string(received.method), "path": .string(received.path), "query": JSON(texts: received.query),
            "headers": JSON(texts: received.headers), "body_bytes": .int(Int64(received.body.count)),
        ]
        if received.body.count > AnswerBudget.bytes {
            shown["body_truncated"] = true
        } else if let text = String(validating: received.body, as: UTF8.self) {
            shown["body"] = .string(text)
        } else {
            shown["body_base64"] = .string(received.body.base64)
        }
        view["request"] = shown
        return view
    }
}

extension EventSummary {
    /// The event as lists show it.
    func view(_ principal: Principal) -> JSON {
        var view = json
        guard !principal.seesPersonal else { return view }
        view.withhold("path")
        // A script's reason may quote a person.
        view.hideText("problem", "message")
        return view
    }
}
