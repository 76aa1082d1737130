import Metrics
import Screening
import Synchronization

/// The partitions by month of what grows with every delivery: events, runs and steps. They are made two months ahead, when the store is opened and every
/// few hours while it works, so that what has grown old can be dropped whole.
///
/// A row belongs to the month that its identifier begins with. What belongs to none (no partition was made in time, a clock is far off) is kept in the
/// table's rest, where everything finds it as well; it only costs more to remove.
final class PostgresPartitions: Sendable {
    /// A month of UTC.
    struct Month: Equatable {
        /// `2026_11`.
        let name: String
        let begins: Timestamp
        let ends: Timestamp
    }

    /// A partitioned table, and the identifiers that it is divided by.
    private static let tables: [(name: String, kind: IdentifierKind)] = [("events", .event), ("runs", .run), ("steps", .run)]
    private static let pause = Duration.seconds(6 * 3600)

    private let checkedAt: Mutex<Timestamp>
    private let missing = Gauge(label: "fairlead_store_partitions_missing")

    /// - Parameters:
    ///   - missing: how many could not be made when they were last made.
    ///   - checkedAt: when that was.
    init(missing: Int, checkedAt: Timestamp) {
        self.checkedAt = Mutex(checkedAt)
        self.missing.record(missing)
    }

    /// Makes what is missing, and counts what is missing still.
    func make(_ connection: PostgresConnection, now: Timestamp) throws { missing.record(try Self.make(connection, now: now)) }

    /// Whether it is time to make what is missing; true once, for whoever then does it.
    func isDue(_ now: Timestamp) -> Bool {
        checkedAt.withLock { checkedAt in
            guard now < checkedAt || checkedAt + Self.pause <= now else { return false }
            checkedAt = now
            return true
        }
    }

    /// Makes what is missing of the partitions for now and the two months after. Does nothing where all are there. What the server refuses (others use the
    /// table just now, the role may not make tables) is left for the next time.
    /// - Returns: how many could not be made.
    /// - Throws: ``PostgresFailure`` where the connection is lost.
    static func make(_ connection: PostgresConnection, now: Timestamp) throws -> Int {
        var missing = 0
        for month in months(from: now, count: 3) {
            for table in tables where try !exists("\(table.name)_\(month.name)", connection) {
                do {
                    try make("\(table.name)_\(month.name)", of: table, month, connection)
                } catch PostgresFailure.refused {
                    missing += 1
                    try connection.exchange([PostgresStatement("ROLLBACK", isKept: false)])
                }
            }
        }
        return missing
    }

    /// The month of a time, and those after it.
    static func months(from now: Timestamp, count: Int) -> [Month] {
        let text = now.iso8601
        guard text.utf8.count == 24, let year = Int(text.prefix(4)), let month = Int(text.dropFirst(5).prefix(2)) else { return [] }
        func begin(_ months: Int) -> (name: String, at: Timestamp)? {
            let number = months % 12 + 1
            let name = "\(months / 12)-\(number < 10 ? "0" : "")\(number)"
            return Timestamp(iso8601: "\(name)-01T00:00:00Z").map { (name.replacing("-", with: "_"), $0) }
        }
        return (0..<count).compactMap { offset in
            let months = year * 12 + month - 1 + offset
            guard let this = begin(months), let next = begin(months + 1) else { return nil }
            return Month(name: this.name, begins: this.at, ends: next.at)
        }
    }

    private static func exists(_ name: String, _ connection: PostgresConnection) throws -> Bool {
        let statement = PostgresStatement("SELECT to_regclass($1) IS NOT NULL", [.text(name)], isKept: false)
        return try connection.exchange([statement])[0].rows.first?.bool(0) ?? false
    }

    /// Makes a table like the parent and hands it over then: so nobody who reads or writes the parent waits.
    private static func make(_ name: String, of table: (name: String, kind: IdentifierKind), _ month: Month, _ connection: PostgresConnection) throws
    {
        let (from, to) = (table.kind.lowest(at: month.begins), table.kind.lowest(at: month.ends))
        try connection.exchange(
            [
                "BEGIN", "SET LOCAL lock_timeout = '500ms'",
                "CREATE TABLE \(name) (LIKE \(table.name) INCLUDING ALL) WITH (toast_tuple_target = 8160)",
                "ALTER TABLE \(table.name) ATTACH PARTITION \(name) FOR VALUES FROM ('\(from)') TO ('\(to)')", "COMMIT",
            ].map { PostgresStatement($0, isKept: false) }
        )
    }
}
