import Screening

extension Tally {
    /// What is counted, as both stores ask for it: connection, state, count.
    static var queries: [(sql: String, groups: any WritableKeyPath<Tally, [Group: Int]> & Sendable)] {
        [
            ("SELECT connection, state, count(*) FROM orders GROUP BY connection, state", \.orders),
            (counting("runs", runStates.map(\.rawValue)), \.runs),
            (counting("events", eventStates.map(\.rawValue)), \.events),
        ]
    }

    private static func counting(_ table: String, _ states: [String]) -> String {
        let words = states.map { "'\($0)'" }.joined(separator: ", ")
        return "SELECT coalesce(connection, ''), state, count(*) FROM \(table) WHERE state IN (\(words)) GROUP BY coalesce(connection, ''), state"
    }
}
