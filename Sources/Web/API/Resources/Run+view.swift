import Screening

extension Run {
    static let schema = Schema(
        "Run",
        always: [
            "id": .anyText, "connection": .anyText, "plugin": .anyText, "plugin_version": .anyText, "script": .anyText, "hook": .anyText,
            "event": JSON.anyText.orNull, "order": JSON.anyText.orNull, "external_id": JSON.anyText.orNull, "state": .values(Run.State.self), "attempt": .wholeNumber,
            "next_attempt_at": JSON.timestamp.orNull,
            "result": JSON.object(always: ["kind": .anyText], sometimes: ["reason": JSON.anyText.orNull]).orNull,
            "error": JSON.object(always: ["code": .anyText, "message": .anyText], isOpen: true).orNull,
            "earlier_errors": .list(of: .object(always: ["code": .anyText, "message": .anyText], isOpen: true)),
            "logs": .list(of: .object(always: ["at": .timestamp, "level": .anyText, "message": .anyText, "fields": [:]])),
            "created_at": .timestamp, "ended_at": JSON.timestamp.orNull,
        ],
        sometimes: ["reason": JSON.anyText.orNull, "steps": .list(of: Step.schema.reference), "input": [:]],
        "steps and input only for one run; input, what the hook was called with, and the reason only with read_personal"
    )

    /// The run without its steps.
    func view(_ principal: Principal) -> JSON {
        var view = json
        if principal.seesPersonal {
            view["reason"] = JSON(reason)
            return view
        }
        guard let kind = result?.value["kind"] else { return view }
        view["result"] = ["kind": kind]
        return view
    }

    func view(_ principal: Principal, input: JSON?, steps: [Step]) -> JSON {
        var view = view(principal)
        if principal.seesPersonal, let input { view["input"] = input }
        view["steps"] = .array(steps.map { $0.view(principal) })
        return view
    }
}

extension Step {
    static let schema = Schema(
        "Step",
        always: ["n": .wholeNumber, "kind": .anyText, "at": .timestamp, "ms": JSON.wholeNumber.orNull, "attempts": .wholeNumber],
        sometimes: ["request": [:], "reply": [:]],
        "request and reply only with read_personal"
    )

    func view(_ principal: Principal) -> JSON {
        guard !principal.seesPersonal else { return json }
        var view = json
        view["request"] = nil
        view["reply"] = nil
        return view
    }
}
