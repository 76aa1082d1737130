import GRDB
import Screening

/// What a backup's file holds of one table, as the table of a store of some kind has it: where both kinds differ, it is worked out here.
struct ContainerSelection: Sendable {
    let table: String
    /// In the order of their names.
    let columns: [String]
    let sql: String
    /// Whether its rows are handed on as they are, and whole.
    private(set) var isPlain = false

    /// What a store does not get from another one: what is about the processes that ran on it, and what it has already.
    static let leftOut: Set = ["schema_migrations", "replicas", "budgets", "write_probe", "backup_state", BackupContainer.manifestTable]

    /// What stands in another table in a store of the other kind.
    static let elsewhere: Set = ["past_events"]

    /// Where the rows of a table come from, by the kind of the file and of the store; nil where they are taken as they are.
    private static func source(of table: String, from: String, to: String) -> (columns: [String], sql: String)? {
        switch (table, from, to) {
        case ("received_keys", "sqlite", "postgres"):
            // Of several that came under one key, the last counts.
            (
                ["event_id", "first_received_at", "key", "received_at"],
                """
                SELECT e.id AS event_id, e.first_received_at AS first_received_at, k.key AS key, e.received_at AS received_at
                FROM (SELECT key, max(event) AS event FROM received_keys GROUP BY key) AS k JOIN (
                    SELECT seq, id, received_at, first_received_at FROM events
                    UNION ALL SELECT seq, id, received_at, first_received_at FROM past_events
                ) AS e ON e.seq = k.event
                """
            )
        case ("received_keys", "postgres", "sqlite"):
            (
                ["bucket", "event", "key"],
                """
                SELECT e.seq / 1024 AS bucket, e.seq AS event, k.key AS key
                FROM received_keys AS k JOIN (\(numberedEvents) UNION ALL SELECT id, seq FROM (\(pastEvents))) AS e ON e.id = k.event_id
                """
            )
        case ("past_events", "postgres", "sqlite"): (["first_received_at", "id", "received_at", "seq"], pastEvents)
        case ("usage", "sqlite", "postgres"):
            (["amount", "connection", "kind", "shard", "slot"], "SELECT amount, connection, kind, 0 AS shard, slot FROM usage")
        case ("usage", "postgres", "sqlite"):
            (
                ["amount", "connection", "kind", "slot"],
                "SELECT sum(amount) AS amount, connection, kind, slot FROM usage GROUP BY connection, kind, slot"
            )
        case ("lookup_buckets", "postgres", "sqlite"):
            (
                ["bucket", "connection", "orders"],
                "SELECT bucket, connection, (SELECT count(*) FROM orders AS o WHERE o.bucket = b.bucket) AS orders FROM lookup_buckets AS b"
            )
        default: nil
        }
    }

    /// Events that are gone and known by their keys have the first numbers: those that come get higher ones than any.
    private static let pastEvents = """
        SELECT min(first_received_at) AS first_received_at, event_id AS id, max(received_at) AS received_at, row_number() OVER (ORDER BY event_id) AS seq
        FROM received_keys WHERE event_id NOT IN (SELECT id FROM events) GROUP BY event_id
        """
    private static let numbered =
        "row_number() OVER (ORDER BY id) + (SELECT count(DISTINCT event_id) FROM received_keys WHERE event_id NOT IN (SELECT id FROM events)) AS seq"
    private static let numberedEvents = "SELECT id, \(numbered) FROM events"

    /// What there is for a table of a store; nil where it gets nothing.
    /// - Parameters:
    ///   - required: the columns that must have a value.
    /// - Throws: ``StoreError/corrupt(_:)`` where the file has no value for one that must have one.
    init?(table: String, columns: [String], required: Set<String>, in container: [SQLiteTable], from: String, to: String) throws(StoreError) {
        guard !Self.leftOut.contains(table) else { return nil }
        self.table = table
        if let (columns, sql) = Self.source(of: table, from: from, to: to) {
            (self.columns, self.sql) = (columns, sql)
        } else {
            guard let source = container.first(where: { $0.name == table }) else { return nil }
            if table == "events", from == "postgres", to == "sqlite" {
                let shared = columns.filter { source.columns.contains($0) || $0 == "seq" }
                let list = shared.map { $0 == "seq" ? Self.numbered : SQLiteTable.quoted($0) }
                (self.columns, sql) = (shared, "SELECT \(list.joined(separator: ", ")) FROM events ORDER BY id")
            } else {
                let shared = columns.filter(source.columns.contains)
                self.columns = shared
                sql = SQLiteTable(name: source.name, columns: shared, order: source.order).selection
                isPlain = shared == source.columns
            }
        }
        let missing = required.subtracting(self.columns)
        guard missing.isEmpty else { throw .corrupt("it says nothing of \(table).\(missing.sorted()[0]), which every row needs") }
    }

    /// Hands on every row, its columns in the order of ``columns``.
    func forEachRow(_ db: Database, _ body: ([PortableValue]) throws -> Void) throws {
        let rows = try Row.fetchCursor(db, sql: sql)
        while let row = try rows.next() { try body(row.databaseValues.map(PortableValue.init)) }
    }
}

/// A store that the rows of a backup's file are put into, with its tables in the order in which that is possible.
protocol RowTarget {
    var kind: String { get }
    /// Its tables with all their columns, in the order of the names, and those of them that must have a value.
    func tables() throws -> [(name: String, columns: [String], required: Set<String>)]
    /// Puts rows in as they are, in the place of all that the table holds.
    func fill(_ selection: ContainerSelection, from rows: (([PortableValue]) throws -> Void) throws -> Void) throws
    /// The digest of what the table holds now, over the columns of a selection.
    func digest(of selection: ContainerSelection) throws -> RowDigest
}

/// Puts the rows of a backup's file into a store, and proves that they are there.
enum ContainerLoading {
    /// Returns every table with its rows as they stand in the store now.
    /// - Parameter proven: a manifest that was proven: where the file is no longer what it says, nothing of it is taken.
    /// - Throws: ``StoreError/corrupt(_:)`` where they are not those of the file.
    static func load(
        _ container: BackupContainer,
        kind: String,
        proven: BackupManifest? = nil,
        into target: any RowTarget,
        total: Int64,
        _ progress: BackupProgress
    ) throws -> [BackupManifest.Table] {
        let there = try container.tables()
        var done: Int64 = 0
        return try container.database.read { db in
            try target.tables().compactMap { table in
                let selection = try ContainerSelection(
                    table: table.name,
                    columns: table.columns,
                    required: table.required,
                    in: there,
                    from: kind,
                    to: target.kind
                )
                guard let selection else { return nil }
                var (given, ordered) = (RowDigest(), OrderedDigest())
                try target.fill(selection) { put in
                    try selection.forEachRow(db) { values in
                        given.add(values)
                        if proven != nil { ordered.add(values) }
                        try put(values)
                        done += 1
                        if done % 5000 == 0 { progress("putting rows in", done, max(done, total)) }
                    }
                }
                if selection.isPlain, let proven, proven.tables.first(where: { $0.name == table.name })?.digest != ordered.hex {
                    throw StoreError.corrupt("\(container.path) was changed while it was read")
                }
                // A table that triggers write to is looked at when all are full.
                return (selection, given)
            }
        }.map { (selection: ContainerSelection, given: RowDigest) in
            let found = try target.digest(of: selection)
            guard found == given else {
                throw StoreError.corrupt("\(selection.table) has \(found.rows) rows in place of the \(given.rows) that it was given, or others")
            }
            return BackupManifest.Table(name: selection.table, rows: found.rows, digest: found.hex)
        }
    }
}
