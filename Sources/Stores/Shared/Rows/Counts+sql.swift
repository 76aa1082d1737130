import Screening

extension Counts {
    /// What is counted, as both stores ask for it: connection, state, count. Each failed order is looked up by itself: of `EXISTS` PostgreSQL's planner may make
    /// a join that reads the timelines of all orders.
    static var queries: [(sql: String, groups: any WritableKeyPath<Counts, [Group: Int]> & Sendable)] {
        [
            (
                """
                SELECT connection, state, count(*) FROM orders WHERE state = 'failed' AND coalesce((
                    SELECT true FROM timeline WHERE timeline.order_id = orders.id AND timeline.kind = 'discarded' AND timeline.at >= orders.updated_at
                    LIMIT 1
                ), false) GROUP BY connection, state
                """, \.discarded
            ),
            (counting("runs", runStates.map(\.rawValue)), \.runs),
            (counting("events", eventStates.map(\.rawValue)), \.events),
        ]
    }

    /// Every order: connection, account, state, count. The states are named, so that they are counted in the index of the list, without the rows.
    static let ordersQuery = """
        SELECT connection, account, state, count(*) FROM orders WHERE state IN (\(OrderState.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")))
        GROUP BY connection, account, state
        """

    /// Counts what ``ordersQuery`` found.
    mutating func add(orders count: Int, connection: String, account: String, state: String) {
        placed[Placed(connection: connection, account: account, state: state), default: 0] += count
        orders[Group(connection: connection, state: state), default: 0] += count
    }

    /// Runs that ended without what they were for: connection, kind, state, count.
    static let setAsideQuery = """
        SELECT connection, CASE hook WHEN 'on_event' THEN 'event' WHEN 'on_update' THEN 'update' ELSE 'route' END AS kind, state, count(*)
        FROM runs WHERE state IN ('skipped', 'rejected') GROUP BY 1, 2, 3
        """

    private static func counting(_ table: String, _ states: [String]) -> String {
        let words = states.map { "'\($0)'" }.joined(separator: ", ")
        return "SELECT coalesce(connection, ''), state, count(*) FROM \(table) WHERE state IN (\(words)) GROUP BY coalesce(connection, ''), state"
    }
}
