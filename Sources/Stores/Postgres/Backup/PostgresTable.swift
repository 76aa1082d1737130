import Screening

/// A table of a PostgreSQL database as its catalogue has it. Partitions are part of their parent.
struct PostgresTable: Sendable {
    struct Column: Sendable {
        let name: String
        /// The type's name, as a cast has it.
        let type: String
        let isIdentity: Bool
        /// The sequence that its values come from; nil where they come from none.
        let sequence: String?

        /// How the value travels: as a number, as bytes, or as text for every other type.
        var kind: Kind {
            switch type {
            case "bigint", "integer", "smallint", "boolean": .int
            case "bytea": .bytes
            case "double precision", "real": .real
            default: .text
            }
        }

        var selected: String {
            let name = PostgresTable.quoted(self.name)
            switch type {
            case "bigint", "bytea": return name
            case "boolean": return "\(name)::integer::bigint"
            case "integer", "smallint": return "\(name)::bigint"
            default: return "\(name)::text"
            }
        }
    }

    enum Kind { case int, bytes, real, text }

    let schema: String
    let name: String
    /// In the order of the names, without those that are worked out of others.
    let columns: [Column]

    var quoted: String { "\(Self.quoted(schema)).\(Self.quoted(name))" }

    static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    /// The tables of the schema that new tables go to, or of the schema of the keys.
    static func all(_ connection: PostgresConnection, keys: Bool) throws -> [PostgresTable] {
        let sql = #"""
            SELECT n.nspname::text, c.relname::text, a.attname::text, format_type(a.atttypid, NULL), a.attidentity <> '',
                coalesce(pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname),
                    substring(pg_get_expr(d.adbin, d.adrelid) FROM 'nextval\(''([^'']+)''::regclass\)'))
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid
            LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = \#(keys ? "'fairlead_keys'" : "current_schema()")
                AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            ORDER BY c.relname COLLATE "C", a.attname COLLATE "C"
            """#
        let rows = try connection.exchange([PostgresStatement(sql, isKept: false)])[0].rows
        var tables: [PostgresTable] = []
        for row in rows {
            let column = Column(name: row.text(2), type: row.text(3), isIdentity: row.bool(4), sequence: row.optionalText(5))
            if let last = tables.last, last.name == row.text(1) {
                tables[tables.count - 1] = PostgresTable(schema: last.schema, name: last.name, columns: last.columns + [column])
            } else {
                tables.append(PostgresTable(schema: row.text(0), name: row.text(1), columns: [column]))
            }
        }
        return tables
    }

    /// Hands on every row, its columns in the order of ``columns``. A transaction must have been begun.
    func forEachRow(_ connection: PostgresConnection, _ body: ([PortableValue]) throws -> Void) throws {
        let list = columns.map(\.selected).joined(separator: ", ")
        func statement(_ sql: String) -> PostgresStatement { PostgresStatement(sql, isKept: false) }
        try connection.exchange([statement("DECLARE backup_rows NO SCROLL CURSOR FOR SELECT \(list) FROM \(quoted)")])
        while true {
            let rows = try connection.exchange([statement("FETCH 2000 FROM backup_rows")])[0].rows
            for row in rows { try body(columns.indices.map { value(row, $0) }) }
            if rows.count < 2000 { break }
        }
        try connection.exchange([statement("CLOSE backup_rows")])
    }

    private func value(_ row: PostgresRow, _ index: Int) -> PortableValue {
        guard let bytes = row.optionalBytes(index) else { return .null }
        switch columns[index].kind {
        case .int: return .int(row.int(index))
        case .bytes: return .bytes(bytes)
        case .real: return .real(Double(row.text(index)) ?? 0)
        case .text: return .text(row.text(index))
        }
    }

    /// A statement that puts rows in as they are, each row's columns in the order of ``columns``.
    func insertion(_ rows: [[PortableValue]]) -> PostgresStatement {
        let names = columns.map { Self.quoted($0.name) }.joined(separator: ", ")
        let always = columns.contains(where: \.isIdentity) ? " OVERRIDING SYSTEM VALUE" : ""
        let values = columns.indices.map { index -> PostgresValue in
            switch columns[index].kind {
            case .int: return .ints(rows.map { if case .int(let value) = $0[index] { value } else { nil } })
            case .bytes: return .blobs(rows.map { if case .bytes(let bytes) = $0[index] { bytes } else { nil } })
            case .real, .text:
                return .texts(
                    rows.map {
                        switch $0[index] {
                        case .text(let text): text
                        case .real(let value): "\(value)"
                        default: nil
                        }
                    }
                )
            }
        }
        let selected = columns.indices.map { "c\($0)::\(columns[$0].type == "boolean" ? "integer::boolean" : columns[$0].type)" }.joined(
            separator: ", "
        )
        let arrays = columns.indices.map { index -> String in
            switch columns[index].kind {
            case .int: "$\(index + 1)::bigint[]"
            case .bytes: "$\(index + 1)::bytea[]"
            case .real, .text: "$\(index + 1)::text[]"
            }
        }
        let given = columns.indices.map { "c\($0)" }.joined(separator: ", ")
        let sql = "INSERT INTO \(quoted) (\(names))\(always) SELECT \(selected) FROM unnest(\(arrays.joined(separator: ", "))) AS given (\(given))"
        return PostgresStatement(sql, values, isKept: false)
    }
}
