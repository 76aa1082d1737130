import Pipeline
import Screening

extension IssueRecord {
    static let schema = Schema(
        "Issue",
        always: [
            "id": .anyText, "kind": .values(IssueKind.self), "state": .values(IssueRecord.State.self), "title": .anyText, "means": .anyText,
            "effect": .anyText, "cause": .anyText, "advice": .anyText, "commands": .list(of: .anyText), "docs": .anyText,
            "connection": JSON.anyText.orNull,
            "account": JSON.anyText.orNull, "code": JSON.anyText.orNull, "plugin": JSON.anyText.orNull, "hook": JSON.anyText.orNull,
            "line": JSON.wholeNumber.orNull, "host": JSON.anyText.orNull, "first_seen_at": .timestamp, "opened_at": .timestamp,
            "last_seen_at": .timestamp, "resolved_at": JSON.timestamp.orNull, "resolved_by": Actor.schema.reference.orNull,
            "snoozed_until": JSON.timestamp.orNull, "count": .wholeNumber, "details": .anyObject,
            "holds_up": .object(always: ["orders": .wholeNumber, "events": .wholeNumber, "runs": .wholeNumber]),
        ],
        sometimes: [
            "owner": JSON.anyText.orNull,
            "notes": .list(of: .object(always: ["at": .timestamp, "actor": Actor.schema.reference, "text": .anyText])),
            "members": .object(always: ["orders": .list(of: .anyText), "events": .list(of: .anyText), "runs": .list(of: .anyText)]),
            "cause_present": .yesOrNo, "withheld": .withheld,
        ],
        """
        One cause that needs a person, however much it holds up. members (the newest of what it holds up) only for one issue; owner and notes only with \
        read_personal; cause_present only where it was resolved by hand: then it opens again by itself at the next look
        """
    )
}

extension Issues.Described {
    /// The issue; what people wrote to it, and who they are, where that may be seen.
    /// - Parameter isWhole: whether some of what it holds up is named.
    func view(_ principal: Principal, isWhole: Bool) -> JSON {
        let cause = issue.cause
        var view: JSON = [
            "id": .string(issue.id), "kind": .string(cause.kind.rawValue), "state": .string(state.rawValue), "title": .string(text.title),
            "means": .string(text.means), "effect": .string(text.effect), "advice": .string(text.advice),
            "commands": .array(text.commands.map { .string($0) }), "docs": .string(text.docs), "connection": JSON(cause.connection),
            "account": JSON(cause.account), "code": JSON(cause.code), "plugin": JSON(cause.plugin), "hook": JSON(cause.hook),
            "line": cause.line.map { .int(Int64($0)) } ?? .null, "host": JSON(cause.host), "first_seen_at": JSON(issue.firstSeenAt),
            "opened_at": JSON(issue.openedAt), "last_seen_at": JSON(issue.lastSeenAt), "resolved_at": JSON(issue.resolvedAt),
            "resolved_by": issue.resolvedBy.map { $0.view(principal) } ?? .null, "snoozed_until": JSON(issue.snoozedUntil),
            "count": .int(Int64(issue.count)), "cause": .string(cause.key), "details": issue.details,
        ]
        let groups = [("orders", members.orders), ("events", members.events), ("runs", members.runs)]
        view["holds_up"] = .object(JSON.Members(groups.map { ($0.0, .int(Int64($0.1.total))) }))
        if isWhole { view["members"] = .object(JSON.Members(groups.map { ($0.0, .array($0.1.ids.map { .string($0) })) })) }
        view["owner"] = JSON(issue.owner?.value)
        view["notes"] = .array(
            issue.notes.map { ["at": JSON($0.at), "actor": $0.actor.view(principal), "text": .string($0.text.value)] }
        )
        // What is about an account is everybody's who orders from it: what others wrote to it is not for one of them.
        if !principal.seesPersonal || (principal.connections != nil && cause.connection == nil) {
            view.withhold("owner")
            view.withhold("notes")
        }
        return view
    }
}

extension HostStatus {
    private static let members: [(String, JSON)] = [
        ("id", .anyText), ("kind", .anyText), ("last_heard_at", JSON.timestamp.orNull), ("silent", .yesOrNo),
        ("problem", Problem.schema.reference.orNull), ("last_refused", OperatingState.refusal),
    ]
    private static let contact: JSON = .object(always: .object(JSON.Members(members)))
    private static let account: JSON = .object(always: .object(JSON.Members(members + [("not_sent", .wholeNumber)])))

    static let schema = Schema(
        "Status",
        always: [
            "at": .timestamp, "able_to_work": .yesOrNo, "reasons": .list(of: .anyText), "needs_a_person": .yesOrNo,
            "held": .yesOrNo, "hold": StoreHold.schema.reference.orNull,
            "backup": .object(always: [
                "last_made_at": JSON.timestamp.orNull, "last_proven_at": JSON.timestamp.orNull, "bytes": JSON.wholeNumber.orNull,
                "failed_at": JSON.timestamp.orNull, "failure": JSON.anyText.orNull,
            ]),
            "issues": .object(always: [
                "open": .wholeNumber, "snoozed": .wholeNumber, "items": .list(of: IssueRecord.schema.reference),
                "unwritten": .list(of: .object(always: ["title": .anyText, "means": .anyText, "advice": .anyText])),
            ]),
            "not_sent": .wholeNumber,
            "waiting_on": .object(always: ["candidate": .wholeNumber, "recruiter": .wholeNumber, "provider": .wholeNumber, "operator": .wholeNumber]),
            "last_day": .object(always: ["received": .wholeNumber, "told": .wholeNumber]),
            "accounts": .list(of: account),
            "connections": .list(of: contact),
        ],
        "How everything is that the token may see: whether the host is able to work, what needs a person, and whom orders wait for"
    )

    func view(_ principal: Principal, hold: JSON?) -> JSON {
        func contact(_ contact: Contact) -> JSON {
            var view: JSON = [
                "id": .string(contact.id), "kind": .string(contact.kind), "last_heard_at": JSON(contact.lastHeardAt),
                "silent": .bool(contact.isSilent), "problem": contact.problem ?? .null,
                "last_refused": contact.state?.refusal ?? .null,
            ]
            if let unsent = contact.unsent { view["not_sent"] = .int(Int64(unsent)) }
            return view
        }
        let parties = Party.allCases.map { ($0.rawValue, JSON.int(Int64(waitingOn[$0] ?? 0))) }
        return [
            "at": JSON(at), "able_to_work": .bool(reasons.isEmpty), "reasons": .array(reasons.map { .string($0) }),
            "needs_a_person": .bool(needsAPerson), "held": .bool(hold != nil),
            "hold": hold ?? .null, "backup": backup.view,
            "issues": [
                "open": .int(Int64(counts[.open] ?? 0)), "snoozed": .int(Int64(counts[.snoozed] ?? 0)),
                "items": .array(issues.map { $0.view(principal, isWhole: false) }),
                "unwritten": .array(
                    unwritten.map { ["title": .string($0.title), "means": .string($0.means), "advice": .string($0.advice)] }
                ),
            ],
            "waiting_on": .object(JSON.Members(parties)), "not_sent": .int(Int64(unsent)),
            "last_day": ["received": .int(Int64(received)), "told": .int(Int64(told))],
            "accounts": .array(accounts.map(contact)), "connections": .array(connections.map(contact)),
        ]
    }
}

extension BackupState {
    /// When one was last made, and last proven. When one last failed or was not proven, where none was proven since.
    fileprivate var view: JSON {
        [
            "last_made_at": JSON(madeAt), "last_proven_at": JSON(provenAt), "bytes": bytes.map { .int($0) } ?? .null,
            "failed_at": hasFailed ? JSON(failedAt) : .null, "failure": hasFailed ? JSON(failure) : .null,
        ]
    }
}
