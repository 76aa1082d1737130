import Screening

extension StoreReading {
    func issue(_ id: String) throws -> IssueRecord? {
        try fetch("SELECT \(IssueRow.columns) FROM issues WHERE id = $1", [.text(id)]).first.flatMap { try IssueRow.issue($0, opener) }
    }

    /// There are few issues beside what they stand for, so lists need no index of their own.
    func issues(_ query: IssueQuery, _ page: PageRequest) throws -> Page<IssueRecord> {
        var conditions = query.conditions
        if let cursor = page.cursor { conditions.add("id \(page.ascending ? ">" : "<") #", .text(cursor)) }
        let limit = page.bounded
        let rows = try fetch(
            """
            SELECT \(IssueRow.columns) FROM issues WHERE \(conditions.sql) ORDER BY id \(page.ascending ? "ASC" : "DESC") LIMIT \(limit + 1)
            """,
            conditions.values
        )
        let next = rows.count > limit ? rows[limit - 1].text(at: 0) : nil
        return Page(items: try rows.prefix(limit).compactMap { try IssueRow.issue($0, opener) }, next: next)
    }

    func issueCounts(_ query: IssueQuery) throws -> [IssueRecord.State: Int] {
        let conditions = query.conditions
        let state = "CASE WHEN resolved_at IS NOT NULL THEN 'resolved' WHEN snoozed_until > \(query.at.milliseconds) THEN 'snoozed' ELSE 'open' END"
        let rows = try fetch("SELECT \(state), count(*) FROM issues WHERE \(conditions.sql) GROUP BY 1", conditions.values)
        var counts: [IssueRecord.State: Int] = [:]
        for row in rows { counts[row.text(at: 0).flatMap(IssueRecord.State.init(rawValue:)) ?? .open] = Int(row.int(at: 1) ?? 0) }
        return counts
    }

    func standingCauses(at now: Timestamp) throws -> [StandingCause] {
        var causes: [IssueCause: (count: Int64, since: Int64)] = [:]
        for group in StandingRows.all(at: now) {
            for row in try fetch(group.sql, []) {
                guard let cause = group.cause(row), let count = row.int(at: 0), let since = row.int(at: 1) else { continue }
                let known = causes[cause] ?? (0, since)
                causes[cause] = (known.count + count, min(known.since, since))
            }
        }
        return causes.map { StandingCause($0.key, count: Int($0.value.count), since: Timestamp(milliseconds: $0.value.since)) }
    }

    func members(of cause: IssueCause, connections: Set<String>?, limit: Int, at now: Timestamp) throws -> IssueMembers {
        var members = IssueMembers()
        guard let held = HeldRows(by: cause, at: now) else { return members }
        var conditions = held.conditions
        if let connections { conditions.add(HeldRows.connection, in: connections.sorted()) }
        func ids(_ column: String) throws -> IssueMembers.Group {
            let from = "FROM \(held.table) WHERE \(conditions.sql) AND \(column) IS NOT NULL"
            let total = try fetch("SELECT count(DISTINCT \(column)) \(from)", conditions.values).first?.int(at: 0) ?? 0
            guard total > 0 else { return IssueMembers.Group() }
            let rows = try fetch("SELECT DISTINCT \(column) \(from) ORDER BY 1 DESC LIMIT \(limit)", conditions.values)
            return IssueMembers.Group(total: Int(total), ids: rows.compactMap { $0.text(at: 0) })
        }
        switch held.table {
        case .orders: members.orders = try ids("id")
        case .events: members.events = try ids("id")
        case .runs:
            members.runs = try ids("id")
            members.events = try ids("event_id")
            members.orders = try ids("order_id")
        }
        return members
    }

    func waitingOrders() throws -> [Counts.Group: Int] {
        // Named one by one, or the rows of all orders are read.
        let parties = Party.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let rows = try fetch("SELECT connection, waits_for, count(*) FROM orders WHERE waits_for IN (\(parties)) GROUP BY connection, waits_for", [])
        let counts = rows.map { (Counts.Group(connection: $0.text(at: 0) ?? "", state: $0.text(at: 1) ?? ""), Int($0.int(at: 2) ?? 0)) }
        return Dictionary(counts, uniquingKeysWith: +)
    }

    func openOrders() throws -> [OpenOrders] {
        let states = OrderState.allCases.filter(\.isOpen).map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let sql = "SELECT connection, account, count(*) FROM orders WHERE state IN (\(states)) GROUP BY connection, account ORDER BY 1, 2"
        return try fetch(sql, []).map {
            OpenOrders(connection: $0.text(at: 0) ?? "", account: $0.text(at: 1) ?? "", count: Int($0.int(at: 2) ?? 0))
        }
    }

    /// A run's identifier begins with the time at which it was made.
    func updatesTold(since: Timestamp) throws -> [String: Int] {
        let first = IdentifierKind.run.make(at: since, from: NoRandom())
        let rows = try fetch(
            "SELECT connection, count(*) FROM runs WHERE state = 'done' AND id >= $1 AND hook = 'on_update' GROUP BY connection",
            [.text(first)]
        )
        return Dictionary(rows.map { ($0.text(at: 0) ?? "", Int($0.int(at: 1) ?? 0)) }, uniquingKeysWith: +)
    }

    func rhythms() throws -> [ContactRhythm] {
        var rhythms: [OperatingState.Subject: ContactRhythm] = [:]
        for row in try fetch("SELECT kind, id, slot, week, past, minutes, deliveries, first_week FROM contact_rhythms ORDER BY kind, id, slot", []) {
            guard let subject = OperatingState.Subject(kind: row.text(at: 0) ?? "", id: row.text(at: 1) ?? ""), let first = row.int(at: 7) else {
                continue
            }
            var rhythm = rhythms[subject] ?? ContactRhythm(subject, firstWeek: first)
            rhythm.firstWeek = min(rhythm.firstWeek, first)
            rhythm.slots[Int(row.int(at: 2) ?? 0)] = ContactRhythm.Slot(
                week: row.int(at: 3) ?? 0,
                past: row.int(at: 4) ?? 0,
                minutes: row.int(at: 5) ?? 0,
                deliveries: row.int(at: 6) ?? 0
            )
            rhythms[subject] = rhythm
        }
        return rhythms.values.sorted { ($0.subject.kind, $0.subject.id) < ($1.subject.kind, $1.subject.id) }
    }

    func listeningSince() throws -> Timestamp? { try fetch("SELECT since FROM listening WHERE number = 1", []).first?.time(at: 0) }
}

extension IssueQuery {
    fileprivate var conditions: SQLConditions {
        var conditions = SQLConditions()
        if !states.isEmpty {
            let texts = states.map { state in
                switch state {
                case .open: "resolved_at IS NULL AND coalesce(snoozed_until, 0) <= \(at.milliseconds)"
                case .snoozed: "resolved_at IS NULL AND snoozed_until > \(at.milliseconds)"
                case .resolved: "resolved_at IS NOT NULL"
                }
            }
            conditions.add(texts.map { "(\($0))" }.sorted().joined(separator: " OR "))
        }
        if !kinds.isEmpty { conditions.add("kind", in: kinds.map(\.rawValue).sorted()) }
        if let account { conditions.add("account = #", .text(account)) }
        if let connections {
            var own = SQLConditions()
            own.add("connection", in: connections.sorted())
            if !accountsBeside.isEmpty {
                let marks = accountsBeside.map { _ in "#" }.joined(separator: ", ")
                own.add("connection IS NULL AND account IN (\(marks))", values: accountsBeside.sorted().map { .text($0) })
            }
            let text = own.texts.map { "(\($0.replacing(/\$\d+/, with: "#")))" }.joined(separator: " OR ")
            conditions.add(text, values: own.values)
        }
        return conditions
    }
}

/// The least of all identifiers of a time.
struct NoRandom: RandomSource {
    func bytes(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }
}
