import Foundation
import GRDB
public import Screening

/// Brings the schema of a store up to date by itself, or says what that would do.
public enum StoreMigration {
    /// What is done, or would be.
    public struct Plan: Sendable {
        /// The number of the schema that the store has; 0 where there is no store yet.
        public let present: Int
        /// The number that this version brings it to.
        public let known: Int
        /// What is missing, the oldest first, each with how long it took on the copy.
        public let steps: [Step]
        /// How large the rows are, and how large they were on the copy afterwards.
        public let bytes: Int64
        public let bytesAfter: Int64
        /// How many orders and events there are.
        public let rows: Int
    }

    /// One change of the schema.
    public struct Step: Sendable {
        public let number: Int
        public let name: String
        public let took: Duration
    }

    /// Tries what is missing on a copy of the store, whoever has it open, and throws the copy away.
    /// - Throws: ``StoreError`` where there is no room for a copy, or a change fails on it.
    public static func rehearse(
        _ url: String,
        relativeTo folder: String,
        version: String,
        now: Timestamp,
        progress: @escaping BackupProgress = { _, _, _ in }
    ) async throws -> Plan {
        try await rehearse(url, relativeTo: folder, SchemaMigration.all, version: version, now: now, progress)
    }

    static func rehearse(
        _ url: String,
        relativeTo folder: String,
        _ migrations: [SchemaMigration],
        version: String,
        now: Timestamp,
        _ progress: @escaping BackupProgress
    ) async throws -> Plan {
        let place = try StoreURL.Place(url, relativeTo: folder)
        return try await StoreBackup.onThread {
            do {
                let known = migrations.last?.number ?? 0
                if case .sqlite(let path) = place, SQLiteStore.isEmpty(path) {
                    return Plan(present: 0, known: known, steps: [], bytes: 0, bytesAfter: 0, rows: 0)
                }
                let scratch = place.file == nil ? try Scratch() : nil
                let path = place.file.map { $0 + ".rehearsal" } ?? scratch?.files.path ?? ""
                let copy = BackupFiles(path, keysPath: StoreBackup.keys(of: path))
                try copy.remove()
                defer {
                    try? copy.remove()
                    scratch?.remove()
                }
                try StoreURL.snapshot(of: url, relativeTo: folder, version: version, now: now, into: copy, progress)
                // Nothing is opened: the keys need not lie there for as long as that takes.
                try BackupFiles(StoreBackup.keys(of: path), keysPath: nil).remove()
                let container = try BackupContainer(copy.path, isReadOnly: false)
                defer { container.close() }
                let manifest = try container.manifest()
                guard manifest.schema <= known else {
                    throw StoreError.newer("its schema is number \(manifest.schema), this version knows up to \(known)")
                }
                let missing = migrations.filter { $0.number > manifest.schema }
                let bytes = BackupFiles.size(copy.path)
                let (steps, after) =
                    switch place {
                    case .sqlite: try rehearse(missing, in: container, progress)
                    case .postgres(let url): try rehearse(missing, of: migrations, postgres: url, container, manifest, progress)
                    }
                return Plan(
                    present: manifest.schema,
                    known: known,
                    steps: steps,
                    bytes: bytes,
                    bytesAfter: after ?? BackupFiles.size(copy.path),
                    rows: manifest.rows(of: "orders") + manifest.rows(of: "events")
                )
            } catch {
                let folder = place.file.map(FileSync.folder) ?? Scratch.folder
                throw ((error as? StoreError) ?? StoreError(anywhere: error)).naming(disk: folder)
            }
        }
    }

    private static func rehearse(
        _ missing: [SchemaMigration],
        in container: BackupContainer,
        _ progress: BackupProgress
    ) throws -> ([Step], Int64?) {
        let steps = try missing.map { migration in
            progress("trying \(migration.name)", 0, 0)
            let begun = ContinuousClock.now
            try container.database.write { try $0.execute(sql: migration.sqlite) }
            return Step(number: migration.number, name: migration.name, took: ContinuousClock.now - begun)
        }
        return (steps, nil)
    }

    /// In a schema of its own that is dropped again.
    private static func rehearse(
        _ missing: [SchemaMigration],
        of migrations: [SchemaMigration],
        postgres url: String,
        _ container: BackupContainer,
        _ manifest: BackupManifest,
        _ progress: BackupProgress
    ) throws -> ([Step], Int64?) {
        guard !missing.isEmpty else { return ([], nil) }
        let connection = try PostgresConnection(try PostgresOptions(url))
        func exchange(_ sql: String...) throws -> [PostgresRow] {
            try connection.exchange(sql.map { PostgresStatement($0, isKept: false) }).last?.rows ?? []
        }
        // All in one transaction that is taken back: nothing of it is ever seen by anybody.
        try PostgresSchema(connection).begin()
        defer { _ = try? exchange("ROLLBACK") }
        _ = try exchange("CREATE SCHEMA fairlead_rehearsal", "SET LOCAL search_path TO fairlead_rehearsal")
        try connection.script("CREATE TABLE schema_migrations (number integer PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)")
        for migration in migrations where migration.number <= manifest.schema { try connection.script(migration.postgres) }
        let total = manifest.tables.reduce(Int64(0)) { $0 + Int64($1.rows) }
        _ = try ContainerLoading.load(container, kind: manifest.kind, into: PostgresTarget(connection: connection), total: total, progress)
        let steps = try missing.map { migration in
            progress("trying \(migration.name)", 0, 0)
            let begun = ContinuousClock.now
            try connection.script(migration.postgres)
            return Step(number: migration.number, name: migration.name, took: ContinuousClock.now - begun)
        }
        let after = try exchange(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class AS c "
                + "WHERE c.relkind = 'r' AND c.relnamespace = 'fairlead_rehearsal'::regnamespace"
        ).first?.int(0)
        return (steps, after)
    }
}
