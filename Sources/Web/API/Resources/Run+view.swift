import Screening

extension Run {
    static let schema = Schema(
        "Run",
        always: [
            "id": .anyText, "connection": .anyText, "plugin": .anyText, "plugin_version": .anyText, "script": .anyText, "hook": .anyText,
            "event": JSON.anyText.orNull, "order": JSON.anyText.orNull, "state": .values(Run.State.self),
            "attempt": .wholeNumber,
            "next_attempt_at": JSON.timestamp.orNull,
            "result": JSON.object(always: ["kind": .anyText], sometimes: ["reason": JSON.anyText.orNull]).orNull,
            "error": JSON.object(always: ["code": .anyText, "message": .anyText], isOpen: true).orNull,
            "earlier_errors": .list(of: .object(always: ["code": .anyText, "message": .anyText], isOpen: true)),
            "created_at": .timestamp, "ended_at": JSON.timestamp.orNull,
        ],
        sometimes: [
            "explanation": .anyText, "external_id": JSON.anyText.orNull, "reason": JSON.anyText.orNull,
            "logs": .list(of: .object(always: ["at": .timestamp, "level": .anyText, "message": .anyText, "fields": [:]])),
            "steps": .list(of: Step.schema.reference), "input": [:], "input_bytes": .wholeNumber, "input_truncated": .yesOrNo, "withheld": .withheld,
        ],
        """
        steps, input and logs only for one run. Only with read_personal: input (what the hook was called with), logs, the reason, and what errors \
        say beside their code and place in a plugin's file; external_id without it only where an order of the connection has it. An input that is too large to be shown is left out and marked input_truncated: /runs/{id}/input has it
        """
    )

    /// The run without its steps.
    func view(_ principal: Principal, _ named: NamedOrders) -> JSON {
        RunSummary.shown(json, reason: reason, to: principal, isNamed: named.has(externalID, on: connection))
    }

    /// The run with its steps and, where it may be seen, its input.
    func view(_ principal: Principal, _ named: NamedOrders, input: JSON?, steps: [StepSummary]) -> JSON {
        var view = view(principal, named)
        if principal.seesPersonal, let input {
            let size = input.bytes().count
            view["input_bytes"] = .int(Int64(size))
            if size > AnswerBudget.bytes { view["input_truncated"] = true } else { view["input"] = input }
        }
        view["steps"] = .array(steps.map { $0.view(principal) })
        if !principal.seesPersonal { view.mark("input") }
        return view
    }
}

extension RunSummary {
    /// The run as lists show it.
    func view(_ principal: Principal, _ named: NamedOrders) -> JSON {
        RunSummary.shown(json, reason: reason, to: principal, isNamed: named.has(externalID, on: connection))
    }

    /// A run without what a script may have put a person into: its logs, its reasons, and what its errors say beside code and place.
    /// - Parameter isNamed: whether an order has its external id; else that may be any text that a script or a sender wrote.
    static func shown(_ json: JSON, reason: String?, to principal: Principal, isNamed: Bool) -> JSON {
        var view = json
        guard !principal.seesPersonal else {
            view["reason"] = JSON(reason)
            return view
        }
        view.withhold("logs")
        if !isNamed, view["external_id"]?.isNull == false { view.withhold("external_id") }
        if let result = view["result"], let kind = result["kind"] {
            view["result"] = ["kind": kind]
            if result != ["kind": kind] { view.mark("result") }
        }
        if let error = view["error"], !error.isNull {
            let shown = RunFailure.withoutTexts(error)
            view["error"] = shown
            view.mark("error.message")
            if shown["script"] != error["script"] { view.mark("error.script") }
        }
        if let earlier = view["earlier_errors"]?.items, !earlier.isEmpty {
            let shown = earlier.map(RunFailure.withoutTexts)
            view["earlier_errors"] = .array(shown)
            view.mark("earlier_errors.message")
            if zip(shown, earlier).contains(where: { $0["script"] != $1["script"] }) { view.mark("earlier_errors.script") }
        }
        return view
    }
}

extension RunFailure {
    /// A failure's members without the texts that may quote a payload.
    static func withoutTexts(_ failure: JSON) -> JSON {
        var shown: JSON = ["code": failure["code"] ?? "unknown", "message": .withheldText]
        for name in ["attempt", "at", "plugin", "hook"] { shown[name] = failure[name] }
        if isFile(failure["script"]?.text ?? "") { for name in ["script", "line", "excerpt"] { shown[name] = failure[name] } }
        return shown
    }
}

extension Step {
    static let schema = Schema(
        "Step",
        always: ["n": .wholeNumber, "kind": .anyText, "at": .timestamp, "ms": JSON.wholeNumber.orNull, "attempts": .wholeNumber],
        sometimes: [
            "request": [:], "reply": [:], "script": JSON.anyText.orNull, "line": JSON.wholeNumber.orNull, "bytes": .wholeNumber,
            "truncated": .yesOrNo,
        ],
        """
        script and line: where the script made the call, null where that is not known; not of a truncated step. request and reply only with read_personal, and as far as they fit into the answer: a step that does not is marked truncated and says how many \
        bytes it holds; /runs/{id}/steps/{n} has it whole
        """
    )
}

extension StepSummary {
    func view(_ principal: Principal) -> JSON {
        guard principal.seesPersonal else {
            var view = json
            if let place = step?.place, RunFailure.isFile(place.script) {
                (view["script"], view["line"]) = (.string(place.script), .int(Int64(place.line)))
            }
            return view
        }
        if let step { return step.json }
        var view = json
        view["truncated"] = true
        view["bytes"] = .int(Int64(size))
        return view
    }
}
