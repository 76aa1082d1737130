import Screening

/// The place of a store in a PostgreSQL database while it is made room for, filled and finished.
struct PostgresSchema {
    let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    func exchange(_ sql: String, _ values: PostgresValue...) throws -> [PostgresRow] {
        KillPoint.pass()
        return try connection.exchange([PostgresStatement(sql, values, isKept: false)])[0].rows
    }

    /// Makes the empty tables of a schema's number. Returns where the tables that stood there are now.
    /// - Throws: ``StoreError/unavailable(_:)`` where a store is there that may not be moved aside, or a replica is alive.
    func makeRoom(replacing: Bool, number: Int, now: Timestamp) throws -> [String] {
        guard number <= SchemaMigration.all.last?.number ?? 0 else {
            throw StoreError.newer("its schema is number \(number), this version knows up to \(SchemaMigration.all.last?.number ?? 0)")
        }
        try connection.exchange([PostgresStatement("BEGIN"), PostgresStatement("SET LOCAL statement_timeout = 0", isKept: false)])
        do {
            let aside = try moveAside(replacing: replacing, now: now)
            try connection.script(
                "CREATE TABLE schema_migrations (number integer PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)"
            )
            for migration in SchemaMigration.all where migration.number <= number {
                try connection.script(migration.postgres)
                let name = migration.number == 1 ? SchemaMigration.filling : migration.name
                _ = try exchange(
                    "INSERT INTO schema_migrations (number, name, applied_at) VALUES ($1::bigint, $2, $3)",
                    .count(migration.number),
                    .text(name),
                    .int(now.milliseconds)
                )
            }
            try connection.exchange([PostgresStatement("COMMIT")])
            KillPoint.pass()
            return aside
        } catch {
            _ = try? connection.exchange([PostgresStatement("ROLLBACK")])
            throw error
        }
    }

    private func moveAside(replacing: Bool, now: Timestamp) throws -> [String] {
        let present = try exchange("SELECT to_regclass('schema_migrations') IS NOT NULL").first?.bool(0) ?? false
        let hasKeys = try exchange("SELECT to_regclass('fairlead_keys.keyring') IS NOT NULL").first?.bool(0) ?? false
        let filling = "SELECT EXISTS (SELECT 1 FROM schema_migrations WHERE name = '\(SchemaMigration.filling)')"
        let isUnfinished = present ? try exchange(filling).first?.bool(0) ?? false : false
        guard present || hasKeys else { return [] }
        let mark = try freeMark(now)
        if present {
            if !isUnfinished {
                let alive = try exchange(
                    "SELECT host, count(*) OVER () FROM replicas WHERE seen_at > (extract(epoch FROM clock_timestamp()) * 1000)::bigint - 300000"
                )
                if let first = alive.first {
                    throw StoreError.unavailable("a host on \(first.text(0)) uses the store, or did within five minutes: stop every replica first")
                }
                guard replacing else {
                    throw StoreError.unavailable("the database holds a store: name an empty one; restore --replace has its tables moved aside")
                }
            }
            let schema = "fairlead_before_\(mark)"
            if !isUnfinished { _ = try exchange("CREATE SCHEMA \(schema)") }
            let tables = try exchange(
                "SELECT c.relname::text FROM pg_class AS c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace "
                    + "AND c.relname = ANY ($1::text[]) OR c.oid IN (SELECT i.inhrelid FROM pg_inherits AS i JOIN pg_class AS p ON p.oid = i.inhparent "
                    + "WHERE p.relnamespace = current_schema()::regnamespace AND p.relname = ANY ($1::text[])) ORDER BY c.relispartition, c.relname",
                .texts(try ownTables())
            ).map { $0.text(0) }
            for table in tables {
                let name = PostgresTable.quoted(table)
                _ = try exchange(isUnfinished ? "DROP TABLE IF EXISTS \(name) CASCADE" : "ALTER TABLE \(name) SET SCHEMA \(schema)")
            }
            for sequence in try exchange(
                "SELECT c.relname::text FROM pg_class AS c WHERE c.relkind = 'S' AND c.relnamespace = current_schema()::regnamespace AND c.relname = 'runs_seq'"
            ).map({ $0.text(0) }) {
                _ = try exchange(isUnfinished ? "DROP SEQUENCE \(sequence) CASCADE" : "ALTER SEQUENCE \(sequence) SET SCHEMA \(schema)")
            }
            for function in try exchange(
                """
                SELECT p.oid::regprocedure::text FROM pg_proc AS p WHERE p.pronamespace = current_schema()::regnamespace
                    AND (p.proname LIKE 'usage\\_%' OR p.proname IN ('count_usage', 'require_store'))
                """
            ).map({ $0.text(0) }) {
                _ = try exchange(isUnfinished ? "DROP FUNCTION \(function) CASCADE" : "ALTER FUNCTION \(function) SET SCHEMA \(schema)")
            }
            if isUnfinished {
                _ = try exchange("DROP SCHEMA IF EXISTS fairlead_keys CASCADE")
                return []
            }
            if hasKeys { _ = try exchange("ALTER SCHEMA fairlead_keys RENAME TO fairlead_keys_before_\(mark)") }
            return [schema] + (hasKeys ? ["fairlead_keys_before_\(mark)"] : [])
        }
        guard replacing else {
            throw StoreError.unavailable(
                "the database holds the keys of a store, in the schema fairlead_keys: restore --replace has them moved aside"
            )
        }
        _ = try exchange("ALTER SCHEMA fairlead_keys RENAME TO fairlead_keys_before_\(mark)")
        return ["fairlead_keys_before_\(mark)"]
    }

    /// What the names of schemas moved aside now end with: another one where something was moved aside in this second already.
    private func freeMark(_ now: Timestamp) throws -> String {
        let moment = now.iso8601.prefix(19).replacing(":", with: "").replacing("-", with: "").lowercased()
        for ending in [""] + "bcdefghijklmnopqrstuvwxyz".map({ "_\($0)" }) {
            let mark = moment + ending
            let names = ["fairlead_before_\(mark)", "fairlead_keys_before_\(mark)"]
            if try exchange("SELECT 1 FROM pg_namespace WHERE nspname = ANY ($1::text[])", .texts(names)).isEmpty { return mark }
        }
        throw StoreError.unavailable("too much was moved aside in this second: try again")
    }

    /// Tables that are a store's: those of its schema, made in a place of their own and dropped again, so that no list has to be kept by hand.
    private func ownTables() throws -> [String] {
        let texts = SchemaMigration.all.map(\.postgres).joined(separator: "\n")
        var names = Set(["schema_migrations"])
        var rest = texts[...]
        while let range = rest.firstRange(of: "CREATE TABLE ") {
            rest = rest[range.upperBound...]
            if rest.hasPrefix("IF NOT EXISTS ") { rest = rest.dropFirst("IF NOT EXISTS ".count) }
            let name = rest.prefix { $0 == "_" || $0 == "." || $0.isLetter || $0.isNumber }
            if !name.contains(".") { names.insert(String(name)) }
        }
        return names.sorted()
    }

    /// Makes the partitions of every month between two times, ten years at most.
    func makePartitions(from: Timestamp, to: Timestamp) throws {
        for month in PostgresPartitions.months(from: max(from, to + .seconds(-10 * 366 * 86_400)), count: 124) where month.begins <= to {
            _ = try PostgresPartitions.make(connection, now: month.begins)
        }
        _ = try PostgresPartitions.make(connection, now: to)
    }

    /// Begins the transaction that the rows are put in with.
    func begin() throws {
        try connection.exchange([
            PostgresStatement("BEGIN"), PostgresStatement("SET LOCAL statement_timeout = 0", isKept: false),
            PostgresStatement("SET LOCAL idle_in_transaction_session_timeout = 0", isKept: false),
            PostgresStatement("SET LOCAL enable_seqscan = on", isKept: false), PostgresStatement("SET LOCAL enable_hashjoin = on", isKept: false),
        ])
    }

    /// Lets hosts open it, with all that was put in.
    func finish() throws {
        _ = try exchange("UPDATE schema_migrations SET name = '\(SchemaMigration.firstSchema.name)' WHERE number = 1")
        try connection.commit([PostgresStatement("COMMIT")])
        KillPoint.pass()
        gatherStatistics()
    }

    /// Has the server look at what was put in. It does so by itself within minutes, and statements find their rows without it, too: what fails is left to it. Table
    /// by table, and without the limit that statements of a host have: a large store takes longer than that.
    private func gatherStatistics() {
        let sql = """
            SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname IN (current_schema(), 'fairlead_keys') AND (c.relkind = 'p' OR c.relkind = 'r' AND NOT c.relispartition) ORDER BY 1
            """
        for row in (try? exchange(sql)) ?? [] {
            let texts = ["BEGIN", "SET LOCAL statement_timeout = 0", "SET LOCAL lock_timeout = '1s'", "ANALYZE \(row.text(0))", "COMMIT"]
            do { try connection.exchange(texts.map { PostgresStatement($0, isKept: false) }) } catch {
                _ = try? connection.exchange([PostgresStatement("ROLLBACK")])
            }
        }
    }
}
