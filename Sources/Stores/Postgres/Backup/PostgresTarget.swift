import Screening

/// A PostgreSQL database whose tables are filled from a backup's file, in a transaction of the caller's.
struct PostgresTarget: RowTarget {
    let connection: PostgresConnection
    /// Whether it is the schema of the keys.
    var keys = false
    let kind = "postgres"

    private static let batchRows = 1000
    private static let batchBytes = 4 << 20

    private func exchange(_ sql: String, _ values: PostgresValue...) throws -> [PostgresRow] {
        try connection.exchange([PostgresStatement(sql, values, isKept: false)])[0].rows
    }

    func tables() throws -> [(name: String, columns: [String], required: Set<String>)] {
        let schema = keys ? "'fairlead_keys'" : "current_schema()"
        let dependent = Set(
            try exchange(
                "SELECT DISTINCT c.relname::text FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = f.conrelid WHERE f.contype = 'f' "
                    + "AND c.relnamespace = \(schema)::regnamespace"
            ).map { $0.text(0) }
        )
        let needed = try exchange(
            """
            SELECT c.relname::text, a.attname::text FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = \(schema)::regnamespace AND a.attnum > 0 AND a.attnotnull AND NOT a.atthasdef
                AND a.attidentity = '' AND NOT a.attisdropped
            """
        ).reduce(into: [String: Set<String>]()) { $0[$1.text(0), default: []].insert($1.text(1)) }
        return try PostgresTable.all(connection, keys: keys).map { ($0.name, $0.columns.map(\.name), needed[$0.name] ?? []) }
            .sorted { TableOrder.place($0.name, dependent) < TableOrder.place($1.name, dependent) }
    }

    func fill(_ selection: ContainerSelection, from rows: (([PortableValue]) throws -> Void) throws -> Void) throws {
        guard let table = try table(selection) else { return }
        _ = try exchange("DELETE FROM \(table.quoted)")
        var (batch, bytes): ([[PortableValue]], Int) = ([], 0)
        func flush() throws {
            guard !batch.isEmpty else { return }
            try connection.exchange([table.insertion(batch)])
            (batch, bytes) = ([], 0)
        }
        try rows { values in
            batch.append(values)
            for value in values { if case .bytes(let blob) = value { bytes += blob.count } }
            if batch.count >= Self.batchRows || bytes >= Self.batchBytes { try flush() }
        }
        try flush()
        KillPoint.pass()
        for column in try PostgresTable.all(connection, keys: keys).first(where: { $0.name == table.name })?.columns ?? [] {
            guard let sequence = column.sequence else { continue }
            let highest = "coalesce((SELECT max(\(PostgresTable.quoted(column.name))) FROM \(table.quoted)), 1)"
            _ = try exchange("SELECT setval($1::regclass, greatest(\(highest), (SELECT last_value FROM \(sequence))))", .text(sequence))
        }
    }

    func digest(of selection: ContainerSelection) throws -> RowDigest {
        var digest = RowDigest()
        try table(selection)?.forEachRow(connection) { digest.add($0) }
        return digest
    }

    /// The table with no other columns than a selection's.
    private func table(_ selection: ContainerSelection) throws -> PostgresTable? {
        guard let table = try PostgresTable.all(connection, keys: keys).first(where: { $0.name == selection.table }) else { return nil }
        return PostgresTable(schema: table.schema, name: table.name, columns: table.columns.filter { selection.columns.contains($0.name) })
    }
}
