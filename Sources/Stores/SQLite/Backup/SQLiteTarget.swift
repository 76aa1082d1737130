import GRDB
import Screening

/// An SQLite database whose tables are filled from a backup's file.
struct SQLiteTarget: RowTarget {
    let db: Database
    let kind = "sqlite"

    func tables() throws -> [(name: String, columns: [String], required: Set<String>)] {
        let dependent = Set(
            try String.fetchAll(
                db,
                sql: "SELECT DISTINCT s.name FROM sqlite_schema AS s JOIN pragma_foreign_key_list(s.name) AS f WHERE s.type = 'table'"
            )
        )
        return try SQLiteTable.all(db).map { table in
            let needed = """
                SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 AND "notnull" AND dflt_value IS NULL AND NOT (pk = 1 AND type = 'INTEGER')
                """
            return (table.name, table.columns, Set(try String.fetchAll(db, sql: needed, arguments: [table.name])))
        }.sorted { TableOrder.place($0.name, dependent) < TableOrder.place($1.name, dependent) }
    }

    func fill(_ selection: ContainerSelection, from rows: (([PortableValue]) throws -> Void) throws -> Void) throws {
        let table = SQLiteTable(name: selection.table, columns: selection.columns)
        try db.execute(sql: "DELETE FROM \(table.quoted)")
        let insert = try table.insertion(db)
        try rows { values in try insert.execute(arguments: StatementArguments(values.map(\.database))) }
    }

    func digest(of selection: ContainerSelection) throws -> RowDigest {
        var digest = RowDigest()
        try SQLiteTable(name: selection.table, columns: selection.columns).forEachRow(db) { digest.add($0) }
        return digest
    }
}

/// In which order tables are filled: what others refer to first, and last what triggers on the others write to.
enum TableOrder {
    static func place(_ table: String, _ dependent: Set<String>) -> Int { table == "usage" ? 2 : dependent.contains(table) ? 1 : 0 }
}
