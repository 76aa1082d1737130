import Screening

/// What stands in the store because of some causes, counted: a statement whose rows begin with how many there are and since when, and the cause of a row.
struct StandingRows {
    let sql: String
    let cause: @Sendable (any StoredRow) -> IssueCause?

    static let words = ["unrecognised_status", "unrecognised_result"]
    static let unclear = ["second_reference", "stands_at_provider"]

    static func all(at now: Timestamp) -> [StandingRows] {
        [runs, orders, wording, events, refused(since: now + (.zero - lately)), rejected(at: now)]
    }

    /// For how long an order that was refused needs a person who has not said so.
    private static let lately = Duration.seconds(7 * 86_400)
    /// Refused, and nobody has sent it again, ordered anew or said that nothing is to be done.
    static let refused = "state = 'refused' AND replaced_by IS NULL AND coalesce(problem, '') <> 'discarded'"

    /// Deliveries that a script turned down in the last day: their sender was answered before, and is not told. A run's identifier begins with its time.
    static func rejected(_ first: String) -> String { "state = 'rejected' AND hook = 'on_event' AND id >= '\(first)'" }

    /// The least identifier of a run that began in the last day.
    static func firstRun(at now: Timestamp) -> String { IdentifierKind.run.make(at: now + .seconds(-86_400), from: NoRandom()) }

    private static func rejected(at now: Timestamp) -> StandingRows {
        StandingRows(
            sql: "SELECT count(*), min(created_at), connection, plugin FROM runs WHERE \(rejected(firstRun(at: now))) GROUP BY connection, plugin"
        ) { row in IssueCause(.deliveriesRejected, connection: row.text(at: 2), plugin: row.text(at: 3)) }
    }

    private static func refused(since: Timestamp) -> StandingRows {
        StandingRows(
            sql: """
                SELECT count(*), min(updated_at), connection, account FROM orders WHERE \(refused) AND updated_at >= \(since.milliseconds)
                GROUP BY connection, account
                """
        ) { row in IssueCause(.ordersRefused, connection: row.text(at: 2), account: row.text(at: 3)) }
    }

    private static let runs = StandingRows(
        sql: "SELECT count(*), min(created_at), cause FROM runs WHERE cause IS NOT NULL GROUP BY cause"
    ) { row in row.text(at: 2).flatMap { IssueCause(key: $0) } }

    /// Orders that wait for a person, other than for an update that gave up: that is the cause of its run.
    private static let orders = StandingRows(
        sql: """
            SELECT count(*), min(updated_at), connection, account, state, problem FROM orders
            WHERE waits_for = 'operator' AND waiting_on = 'operator' GROUP BY connection, account, state, problem
            """
    ) { row in
        let (connection, account, problem) = (row.text(at: 2), row.text(at: 3), row.text(at: 5))
        switch (row.text(at: 4), problem) {
        case (_, "unknown_at_provider"): return IssueCause(.unknownAtProvider, connection: connection, account: account)
        case (_, let problem?) where unclear.contains(problem):
            return IssueCause(.ordersUncertain, connection: connection, account: account, code: problem)
        case ("uncertain", _): return IssueCause(.ordersUncertain, connection: connection, account: account)
        default: return IssueCause(.deadLetters, connection: connection, account: account, code: problem ?? "failed")
        }
    }

    private static let wording = StandingRows(
        sql: """
            SELECT count(*), min(updated_at), connection, account, problem FROM orders WHERE problem IN ('unrecognised_status', 'unrecognised_result')
            GROUP BY connection, account, problem
            """
    ) { row in IssueCause(.unknownWords, connection: row.text(at: 2), account: row.text(at: 3), code: row.text(at: 4)) }

    /// Events that were given up before any run began.
    private static let events = StandingRows(
        sql: """
            SELECT count(*), min(received_at), connection, account, kind FROM events AS e
            WHERE state = 'dead' AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.event_id = e.id) GROUP BY connection, account, kind
            """
    ) { row in IssueCause(.deadLetters, connection: row.text(at: 2), account: row.text(at: 3), code: "event_\(row.text(at: 4) ?? "")") }
}

/// The rows that a cause holds up.
struct HeldRows {
    enum Table: String, CustomStringConvertible {
        case orders, events, runs

        var description: String { rawValue }
    }

    let table: Table
    var conditions = SQLConditions()

    /// Nil for a cause that holds nothing up that is stored.
    init?(by cause: IssueCause, at now: Timestamp) {
        switch cause.kind {
        case .scriptFailing, .updatesNotTold, .webhookFailing:
            table = .runs
            conditions.add("cause = #", .text(cause.key))
        case .deadLetters where cause.code?.hasPrefix("event_") == true:
            table = .events
            conditions.add(
                "state = 'dead' AND kind = # AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.event_id = events.id)",
                .text(cause.code?.dropping("event_"))
            )
            place(cause)
        case .deadLetters where cause.hook != nil:
            table = .runs
            conditions.add("cause = #", .text(cause.key))
        case .deadLetters:
            table = .orders
            conditions.add("waits_for = 'operator' AND waiting_on = 'operator' AND coalesce(problem, 'failed') = #", .text(cause.code))
            conditions.add("state <> 'uncertain'")
            place(cause)
        case .ordersUncertain:
            table = .orders
            conditions.add("waits_for = 'operator' AND waiting_on = 'operator'")
            if let code = cause.code { conditions.add("problem = #", .text(code)) } else { conditions.add("state = 'uncertain'") }
            place(cause)
        case .deliveriesRejected:
            table = .runs
            conditions.add(StandingRows.rejected(StandingRows.firstRun(at: now)))
            place(cause)
        case .ordersRefused:
            table = .orders
            conditions.add(StandingRows.refused)
            place(cause)
        case .unknownAtProvider:
            table = .orders
            conditions.add("waits_for = 'operator' AND problem = 'unknown_at_provider'")
            place(cause)
        case .unknownWords:
            table = .orders
            conditions.add("problem IN ('unrecognised_status', 'unrecognised_result')")
            if let code = cause.code { conditions.add("problem = #", .text(code)) }
            place(cause)
        case .credentialsRefused, .providerAway, .budgetExhausted, .pausedLong:
            table = .orders
            conditions.add("state = 'accepted'")
            place(cause)
        case .hostPaused, .pluginPaused:
            table = .runs
            conditions.add("state = 'waiting'")
            place(cause)
        default: return nil
        }
    }

    /// The connection, so written that no index is led by it: what waits is found by its state, and of a connection there may be any number of rows.
    static let connection = "coalesce(connection, '')"

    private mutating func place(_ cause: IssueCause) {
        if let connection = cause.connection { conditions.add("\(Self.connection) = #", .text(connection)) }
        if let account = cause.account { conditions.add("account = #", .text(account)) }
    }
}

extension String {
    fileprivate func dropping(_ prefix: String) -> String { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self }
}
