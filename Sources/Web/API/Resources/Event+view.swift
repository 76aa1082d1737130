import Screening

extension Event {
    static let schema = Schema(
        "Event",
        always: [
            "id": .anyText, "kind": .values(Event.Kind.self), "connection": JSON.anyText.orNull, "account": JSON.anyText.orNull,
            "order": JSON.anyText.orNull, "path": .anyText, "received_at": .timestamp, "occurred_at": JSON.timestamp.orNull,
            "state": .values(Event.State.self), "problem": Problem.schema.reference.orNull, "duplicate_count": .wholeNumber,
            "runs": .list(of: .anyText), "orders": .list(of: .anyText),
        ],
        sometimes: [
            "external_id": JSON.anyText.orNull, "reason": JSON.anyText.orNull,
            "request": .object(
                always: ["method": .anyText, "path": .anyText, "query": .textByName, "headers": .textByName],
                sometimes: ["body": .anyText, "body_base64": .anyText]
            )
        ],
        "external_id is what its last run named first, else its group; reason is why that run ended or waits, with read_personal; request only for one event and with read_personal; body_base64 where the body is not UTF-8"
    )

    /// The event without what was received.
    func view(_ principal: Principal) -> JSON {
        guard !principal.seesPersonal, let problem else { return json }
        var view = json
        // A script's reason may quote a person.
        view["problem"]?["message"] = .string("See the event's run (\(problem.code)).")
        return view
    }

    /// The event with what its last run was about, and why that ended as it did.
    func view(_ principal: Principal, lastRun: Run?) -> JSON { about(lastRun, principal, view(principal)) }

    /// The same for one event, with what was received.
    func fullView(_ principal: Principal, lastRun: Run?) -> JSON { about(lastRun, principal, fullView(principal)) }

    private func about(_ run: Run?, _ principal: Principal, _ view: JSON) -> JSON {
        var view = view
        view["external_id"] = JSON(run?.externalID ?? group?.value)
        if principal.seesPersonal { view["reason"] = JSON(run?.reason) }
        return view
    }

    /// The event with what was received, where that may be seen.
    func fullView(_ principal: Principal) -> JSON {
        guard principal.seesPersonal else { return view(principal) }
        var view = json
        let received = request.value
        var shown: JSON = [
            "method": .string(received.method), "path": .string(received.path), "query": JSON(texts: received.query),
            "headers": JSON(texts: received.headers),
        ]
        if let text = String(validating: received.body, as: UTF8.self) {
            shown["body"] = .string(text)
        } else {
            shown["body_base64"] = .string(received.body.base64)
        }
        view["request"] = shown
        return view
    }
}
