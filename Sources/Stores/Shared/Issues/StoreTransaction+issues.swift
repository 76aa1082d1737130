import Screening

extension StoreTransaction {
    /// Counts up the issues of some causes, opening those that are not open.
    mutating func observe(_ sightings: [IssueSighting]) throws -> [IssueTransition] {
        try sightings.map { sighting in
            guard var issue = try issue(of: sighting.cause) else {
                let new = IssueRecord(
                    id: sighting.id,
                    cause: sighting.cause,
                    firstSeenAt: sighting.at,
                    openedAt: sighting.at,
                    lastSeenAt: sighting.at,
                    count: sighting.amount.added(to: 0),
                    details: sighting.details
                )
                return try put(new, .opened)
            }
            var kind = IssueTransition.Kind.none
            if issue.resolvedAt != nil {
                kind = .reopened
                (issue.resolvedAt, issue.resolvedBy, issue.snoozedUntil, issue.count) = (nil, nil, nil, 0)
                issue.openedAt = sighting.at
            } else if let until = issue.snoozedUntil, until <= sighting.at {
                kind = .reopened
                issue.snoozedUntil = nil
            }
            issue.lastSeenAt = max(issue.lastSeenAt, sighting.at)
            issue.count = sighting.amount.added(to: issue.count)
            issue.details = sighting.details
            return try put(issue, kind)
        }
    }

    /// Resolves the issues of some causes that are gone.
    mutating func resolve(_ causes: [IssueCause], at time: Timestamp, unseenSince: Timestamp?) throws -> [IssueTransition] {
        try causes.compactMap { cause in
            guard var issue = try issue(of: cause), issue.resolvedAt == nil else { return nil }
            if let unseenSince, issue.lastSeenAt >= unseenSince { return nil }
            (issue.resolvedAt, issue.snoozedUntil) = (time, nil)
            return try put(issue, .resolved)
        }
    }

    /// Does what somebody asked for with the issue of a cause; nil where there is none.
    mutating func change(
        _ cause: IssueCause,
        _ change: IssueChange,
        by actor: Actor,
        note: Personal<String>?,
        at time: Timestamp
    ) throws -> IssueTransition? {
        guard var issue = try issue(of: cause) else { return nil }
        var kind = IssueTransition.Kind.none
        switch change {
        case .snooze(let until): issue.snoozedUntil = issue.resolvedAt == nil ? until : nil
        case .resolve where issue.resolvedAt == nil:
            kind = .resolved
            (issue.resolvedAt, issue.resolvedBy, issue.snoozedUntil) = (time, actor, nil)
        case .resolve, .note: break
        case .owner(let owner): issue.owner = owner
        }
        if let note { issue.notes = (issue.notes + [IssueRecord.Note(at: time, actor: actor, text: note)]).suffix(IssueRecord.keptNotes) }
        return try put(issue, kind)
    }

    /// Writes an issue. Every transition of every issue comes through here, so what is to be told of one is written here, in the same transaction.
    private mutating func put(_ issue: IssueRecord, _ kind: IssueTransition.Kind) throws -> IssueTransition {
        let transition = IssueTransition(kind, issue)
        try write(issue)
        if let notice = Notice.issue(transition) {
            var row = try NoticeRow(notice, codec, due: notice.at)
            row.work?.concurrencyKey = issue.cause.noticesKey
            try notify(row)
        }
        return transition
    }
}

extension IssueCause {
    /// The concurrency key of giving out what becomes of its issue: known before the issue is read.
    var noticesKey: String { "notices:" + key }
}

extension IssueSighting.Amount {
    fileprivate func added(to count: Int) -> Int {
        switch self {
        case .more(let more): count.addingReportingOverflow(more).partialValue
        case .total(let total): total
        }
    }
}
