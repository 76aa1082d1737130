import Pipeline
import Screening

extension Order {
    static let schema = Schema(
        "Order",
        always: [
            "id": .anyText, "connection": .anyText, "account": .anyText, "provider": .anyText, "external_id": .anyText, "package": .anyText,
            "state": .values(OrderState.self), "outcome": JSON.values(Outcome.self).orNull, "waiting_on": JSON.values(Party.self).orNull,
            "provider_ref": JSON.anyText.orNull, "provider_status": .textByName, "checks": .list(of: Check.schema.reference),
            "problem": Problem.schema.reference.orNull, "created_at": .timestamp, "updated_at": .timestamp,
            "caused_by": JSON.object(always: ["event": JSON.anyText.orNull, "run": .anyText]).orNull, "previous": JSON.anyText.orNull,
            "replaced_by": JSON.anyText.orNull,
        ],
        sometimes: [
            "candidate": Candidate.schema.reference, "report_url": JSON.anyText.orNull, "metadata": .anyObject,
            "next_attempt_at": JSON.timestamp.orNull, "next_read_at": JSON.timestamp.orNull, "ats": ATSStatus.schema.reference, "withheld": .withheld,
            "time": OrderTime.schema.reference, "turns": .list(of: OrderTime.Turn.schema.reference),
            "usual": JSON.object(always: ["half": .wholeNumber, "most": .wholeNumber]).orNull,
            "expected_by": JSON.object(always: ["from": .timestamp, "to": .timestamp]).orNull,
            "explanation": .anyText, "holds": .list(of: LegalHold.schema.reference),
        ],
        """
        candidate, report_url, metadata and words of the provider that are not known only with read_personal; expected_by is null while its account has \
        completed too few like it, and where it is older than nine of ten of them
        """
    )

    /// The order, by whether the caller may see personal data. What may not be seen is left out, not blanked.
    func view(_ principal: Principal) -> JSON {
        guard !principal.seesPersonal else { return json }
        var view = json
        view.withhold("candidate")
        view.withhold("report_url")
        view.withhold("metadata")
        // The message may quote the provider, and the provider a person.
        view.hideText("problem", "message")
        view.withholdUnknownWords("provider_status")
        if !status.checks.isEmpty {
            view["checks"] = .array(status.checks.map(\.withoutPerson))
            view.mark("checks.name")
        }
        return view
    }
}

extension OrderSituation {
    /// The order with what the ATS knows of it, what happens next, and what all of it means. One that waits for its account or its connection shows why as its
    /// problem, unless it has one of its own.
    func view(_ principal: Principal) -> JSON {
        var view = order.view(principal)
        if let obstacle, order.status.problem == nil { view["problem"] = obstacle.json }
        view["next_attempt_at"] = JSON(nextAttemptAt)
        view["next_read_at"] = JSON(nextReadAt)
        view["ats"] = ats.view(principal)
        view["time"] = time
        view["turns"] = turns
        view["usual"] = usualJSON
        view["expected_by"] = expectedJSON
        view["explanation"] = .string(explanation(showsPersonal: principal.seesPersonal))
        return view
    }
}

extension Commands {
    /// An order as it is shown alone: with its place in the line of its account's reads.
    func view(_ order: Order, _ principal: Principal) async throws -> JSON {
        var situation = try await situation(of: order)
        // The line is of all who order from the account.
        if principal.connections != nil { situation.readsAhead = nil }
        return situation.view(principal)
    }
}

extension OrderTime {
    static let schema = Schema(
        "OrderTime",
        always: ["us": .wholeNumber, "candidate": .wholeNumber, "provider": .wholeNumber, "recruiter": .wholeNumber],
        "Whole seconds by who had to act: us is the host, its queue and its retries, and whoever runs it"
    )
}

extension OrderTime.Turn {
    static let schema = Schema(
        "Turn",
        always: ["party": .values(OrderTime.Holder.self), "seconds": .wholeNumber],
        "One stretch in which the same party had to act; the parties are those of OrderTime"
    )
}

extension ATSStatus {
    static let schema = Schema(
        "ATSStatus",
        always: [
            "told": JSON.values(OrderState.self).orNull, "told_at": JSON.timestamp.orNull, "pending": JSON.values(OrderState.self).orNull,
            "error": Problem.schema.reference.orNull, "run": JSON.anyText.orNull,
        ],
        "What the ATS was told last, and the update that it is not told yet, with why and the run that tells it"
    )

    /// The status; why an update is not told may quote the ATS, and is shown to those who may read personal data.
    func view(_ principal: Principal) -> JSON {
        guard !principal.seesPersonal, let error, let run else { return json }
        var view = json
        view["error"]?["message"] = .string("See the run \(run), or ask somebody who may read personal data (\(error.code)).")
        return view
    }
}

extension Commands.Batch {
    static let schema = Schema(
        "Batch",
        always: ["done": .wholeNumber, "refused": .wholeNumber, "superseded": .wholeNumber, "next": JSON.anyText.orNull],
        "superseded: those of refused that were skipped because the ATS was told of a later change of the order"
    )
}

extension Commands.Preview {
    static let schema = Schema(
        "Preview",
        always: ["count": .wholeNumber, "would": ["type": "object", "additionalProperties": .wholeNumber]],
        "With dry_run: how many match, and what would become of them; nothing was done"
    )
}

extension Candidate {
    static let schema = Schema(
        "Candidate",
        always: ["first_name": .anyText, "last_name": .anyText, "email": .anyText],
        sometimes: ["phone": .anyText, "country": .anyText],
        isOpen: true,
        "Further members are kept and may be part of what the provider is sent"
    )
}

extension JSON {
    /// Leaves out the words of a provider that are not known.
    fileprivate mutating func withholdUnknownWords(_ name: String) {
        guard let words = self[name]?.members?.pairs else { return }
        self[name] = .object(JSON.Members(words.filter { $0.value.text.map(ProviderWords.isKnown) ?? false }.map { ($0.name, $0.value) }))
        for word in words where !(word.value.text.map(ProviderWords.isKnown) ?? false) { mark("\(name).\(word.name)") }
    }
}

extension Check {
    /// The check without its name, and without words that are not known.
    var withoutPerson: JSON {
        func kind(_ word: String?) -> JSON { word.map { ProviderWords.isKind($0) ? .string($0) : .withheldText } ?? .null }
        var json: JSON = ["type": kind(type), "status": ProviderWords.isKnown(status) ? .string(status) : .withheldText]
        if let category { json["category"] = kind(category) }
        return json
    }

    static let schema = Schema(
        "Check",
        always: ["type": JSON.anyText.orNull, "status": .anyText],
        sometimes: ["name": .anyText, "category": .anyText],
        "name, and kinds and statuses that are not known, only with read_personal"
    )
}

extension Problem {
    static let schema = Schema("Obstacle", always: ["code": .anyText, "message": .anyText, "at": .timestamp], "What stands in something's way")
}

extension TimelineEntry {
    static let schema = Schema(
        "TimelineEntry",
        always: ["at": .timestamp, "kind": .anyText, "text": .anyText, "details": .anyObject, "actor": Actor.schema.reference.orNull],
        sometimes: ["note": JSON.anyText.orNull, "withheld": .withheld],
        "Only with read_personal: note, and details that a script, a provider or a person wrote"
    )

    /// Details that the host itself writes: identifiers, codes and counts.
    private static let plainDetails: Set = [
        "event", "run", "cause", "attempt", "error", "http_status", "code", "provider_ref", "second_ref", "reason_given", "state", "outcome",
        "next_attempt_at", "provider_status", "account", "connection",
    ]

    /// The entry; its note, what scripts and providers wrote, and what a person is called, where that may be seen.
    func view(_ principal: Principal) -> JSON {
        guard !principal.seesPersonal else { return json }
        var view = json
        view.withhold("note")
        for (name, value) in details.members?.pairs ?? [] where !TimelineEntry.plainDetails.contains(name) && name != "changed" && !value.isNull {
            view.withhold("details." + name)
        }
        if var details = view["details"], details["provider_status"] != nil {
            details.withholdUnknownWords("provider_status")
            for path in details["withheld"]?.items ?? [] { view.mark("details." + (path.text ?? "")) }
            details["withheld"] = nil
            view["details"] = details
        }
        if let changed = details["changed"]?.items {
            view["details"]?["changed"] = .array(changed.map { ["field": $0["field"] ?? .null] })
            view.mark("details.changed.from")
        }
        view["actor"] = actor?.view(principal) ?? .null
        return view
    }
}

extension Actor {
    static let schema = Schema(
        "Actor",
        always: [
            "kind": ["type": "string", "enum": ["token", "person", "script", "system"]], "id": JSON.anyText.orNull, "name": JSON.anyText.orNull,
        ],
        "Who asked for something; a person's id and name only with read_personal"
    )

    /// The actor; what a person is called, where that may be seen.
    func view(_ principal: Principal) -> JSON {
        guard !principal.seesPersonal, case .person = self else { return json }
        return ["kind": "person", "id": .null, "name": .null]
    }
}
