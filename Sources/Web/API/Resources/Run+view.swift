import Screening

extension Run {
    static let schema = Schema(
        "Run",
        always: [
            "id": .anyText, "connection": .anyText, "plugin": .anyText, "plugin_version": .anyText, "script": .anyText, "hook": .anyText,
            "event": JSON.anyText.orNull, "order": JSON.anyText.orNull, "external_id": JSON.anyText.orNull, "state": .values(Run.State.self),
            "attempt": .wholeNumber,
            "next_attempt_at": JSON.timestamp.orNull,
            "result": JSON.object(always: ["kind": .anyText], sometimes: ["reason": JSON.anyText.orNull]).orNull,
            "error": JSON.object(always: ["code": .anyText, "message": .anyText], isOpen: true).orNull,
            "earlier_errors": .list(of: .object(always: ["code": .anyText, "message": .anyText], isOpen: true)),
            "created_at": .timestamp, "ended_at": JSON.timestamp.orNull,
        ],
        sometimes: [
            "reason": JSON.anyText.orNull,
            "logs": .list(of: .object(always: ["at": .timestamp, "level": .anyText, "message": .anyText, "fields": [:]])),
            "steps": .list(of: Step.schema.reference), "input": [:], "input_bytes": .wholeNumber, "input_truncated": .yesOrNo, "withheld": .withheld,
        ],
        """
        steps, input and logs only for one run. Only with read_personal: input (what the hook was called with), logs, the reason, and what errors \
        say beside their code and place. An input that is too large to be shown is left out and marked input_truncated: /runs/{id}/input has it
        """
    )

    /// The run without its steps.
    func view(_ principal: Principal) -> JSON { RunSummary.shown(json, reason: reason, to: principal) }

    /// The run with its steps and, where it may be seen, its input.
    func view(_ principal: Principal, input: JSON?, steps: [StepSummary]) -> JSON {
        var view = view(principal)
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
    func view(_ principal: Principal) -> JSON { RunSummary.shown(json, reason: reason, to: principal) }

    /// A run without what a script may have put a person into: its logs, its reasons, and what its errors say beside code and place.
    static func shown(_ json: JSON, reason: String?, to principal: Principal) -> JSON {
        var view = json
        guard !principal.seesPersonal else {
            view["reason"] = JSON(reason)
            return view
        }
        view.withhold("logs")
        if let result = view["result"], let kind = result["kind"] {
            view["result"] = ["kind": kind]
            if result != ["kind": kind] { view.mark("result") }
        }
        if let error = view["error"], !error.isNull {
            view["error"] = RunFailure.withoutTexts(error)
            view.mark("error.message")
        }
        if let earlier = view["earlier_errors"]?.items, !earlier.isEmpty {
            view["earlier_errors"] = .array(earlier.map(RunFailure.withoutTexts))
            view.mark("earlier_errors.message")
        }
        return view
    }
}

extension RunFailure {
    /// A failure's members without the texts that may quote a payload.
    static func withoutTexts(_ failure: JSON) -> JSON {
        var shown: JSON = ["code": failure["code"] ?? "unknown", "message": .withheldText]
        for name in ["attempt", "at", "plugin", "hook", "script", "line", "excerpt"] { shown[name] = failure[name] }
        return shown
    }
}

extension Step {
    static let schema = Schema(
        "Step",
        always: ["n": .wholeNumber, "kind": .anyText, "at": .timestamp, "ms": JSON.wholeNumber.orNull, "attempts": .wholeNumber],
        sometimes: ["request": [:], "reply": [:], "bytes": .wholeNumber, "truncated": .yesOrNo],
        """
        request and reply only with read_personal, and as far as they fit into the answer: a step that does not is marked truncated and says how many \
        bytes it holds; /runs/{id}/steps/{n} has it whole
        """
    )
}

extension StepSummary {
    func view(_ principal: Principal) -> JSON {
        guard principal.seesPersonal else { return json }
        if let step { return step.json }
        var view = json
        view["truncated"] = true
        view["bytes"] = .int(Int64(size))
        return view
    }
}
