import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

/// Every schema that was released is kept as a file, and leads to the present one.
@Suite("Schemas that were released") struct SchemaFileTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Schemas")

    private var known: Int { SchemaMigration.known }

    private func kept(_ kind: BackupBed.Kind) throws -> String {
        let file = Self.folder.appending(path: "1-\(kind.rawValue).sql")
        let present = kind == .sqlite ? SchemaMigration.sqliteFirstSchema : SchemaMigration.postgresFirstSchema
        if ProcessInfo.processInfo.environment["FAIRLEAD_KEEP_SCHEMA"] != nil {
            try Data((present + "\n").utf8).write(to: file)
        }
        return try String(contentsOf: file, encoding: .utf8)
    }

    @Test("A store of the first schema is brought up to date and works", arguments: BackupBed.Kind.allCases)
    func first(_ kind: BackupBed.Kind) async throws {
        let (bed, fresh) = (try await BackupBed(kind), try await BackupBed(kind))
        let schema = try kept(kind)
        switch try StoreURL.Place(bed.url, relativeTo: bed.folder.path) {
        case .sqlite(let path):
            let database = try DatabaseQueue(path: path)
            try await database.write { db in
                try db.execute(
                    sql: "CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"
                )
                try db.execute(sql: schema + "; INSERT INTO schema_migrations VALUES (1, 'first release', 0)")
            }
            try database.close()
            let keys = try KeyFile(of: path, isNew: true, health: StoreHealth())
            keys.close()
        case .postgres(let url):
            let connection = try PostgresConnection(try PostgresOptions(url))
            try connection.script("CREATE TABLE schema_migrations (number integer PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)")
            try connection.script(schema + "; INSERT INTO schema_migrations VALUES (1, 'first release', 0)")
        }
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        #expect(try await store.order(connection: "acme", externalID: "application-2") != nil)
        let new = try await fresh.open()
        #expect(try await bed.backup().manifest.tables.map(\.name) == fresh.backup().manifest.tables.map(\.name))
        await store.close()
        await new.close()
    }

    @Test("What is missing is tried on a copy, with time and size, and leaves the store as it is", arguments: BackupBed.Kind.allCases)
    func rehearsed(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<20)
        let change = "ALTER TABLE orders ADD COLUMN tried INTEGER"
        let later = SchemaMigration(number: known + 1, name: "a column", sqlite: change, postgres: change)
        func rehearse(_ migrations: [SchemaMigration]) async throws -> StoreMigration.Plan {
            try await StoreMigration.rehearse(
                bed.url,
                relativeTo: bed.folder.path,
                migrations,
                version: "test",
                now: SystemClock().now(),
                { _, _, _ in }
            )
        }
        let none = try await rehearse(SchemaMigration.all)
        #expect(none.present == known && none.known == known && none.steps.isEmpty && none.rows == 40)
        let plan = try await rehearse(SchemaMigration.all + [later])
        #expect(plan.present == known && plan.known == known + 1 && plan.steps.map(\.name) == ["a column"] && plan.bytes > 0 && plan.bytesAfter > 0)
        #expect(try await rehearse(SchemaMigration.all).present == known)
        let broken = SchemaMigration(
            number: known + 1,
            name: "broken",
            sqlite: "ALTER TABLE nowhere ADD x",
            postgres: "ALTER TABLE nowhere ADD x int"
        )
        await #expect(throws: StoreError.self) { _ = try await rehearse(SchemaMigration.all + [broken]) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: bed.folder.path).allSatisfy { !$0.contains("rehearsal") })
        try await bed.fill(store, 20..<22)
        await store.close()
    }

    @Test("A program of the neighbouring version runs beside a newer schema that lets it, and beside no other", arguments: BackupBed.Kind.allCases)
    func window(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        await (try await bed.open()).close()
        func run(_ sql: String) async throws {
            switch try StoreURL.Place(bed.url, relativeTo: bed.folder.path) {
            case .sqlite(let path):
                let database = try DatabaseQueue(path: path)
                try await database.write { try $0.execute(sql: sql) }
                try database.close()
            case .postgres(let url): try PostgresConnection(try PostgresOptions(url)).script(sql)
            }
        }
        try await run("INSERT INTO schema_migrations VALUES (\(known + 1), 'a column more', 0)")
        let beside = try await bed.open()
        try await bed.fill(beside, 0..<2)
        await beside.close()
        try await run("UPDATE schema_window SET oldest = \(known + 1)")
        await #expect(throws: StoreError.self) { _ = try await bed.open() }
        try await run("UPDATE schema_window SET oldest = 1; INSERT INTO schema_migrations VALUES (\(known + 2), 'another', 0)")
        await #expect(throws: StoreError.self) { _ = try await bed.open() }
    }

    @Test("A store of an older schema is backed up before a host opens it, and nothing is done for any other", arguments: BackupBed.Kind.allCases)
    func backedUp(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        func backUp(known: Int, in folder: String?) async throws -> String? {
            try await StoreMigration.backUpIfOlder(
                bed.url,
                relativeTo: bed.folder.path,
                in: folder,
                keys: bed.keys,
                known: known,
                version: "test",
                now: SystemClock().now()
            )
        }
        #expect(try await backUp(known: self.known + 1, in: nil) == nil, "there is no store")
        let store = try await bed.open()
        #expect(try await backUp(known: self.known + 1, in: nil) == nil, "it holds nothing")
        try await bed.fill(store, 0..<3)
        await store.close()
        #expect(try await backUp(known: self.known, in: nil) == nil, "it is not older")
        if kind == .postgres {
            let refusal = await #expect(throws: StoreError.self) { _ = try await backUp(known: self.known + 1, in: nil) }
            #expect("\(String(describing: refusal))".contains("fairlead migrate"))
        }
        let folder = kind == .sqlite ? nil : bed.folder.file("backups")
        let path = try #require(try await backUp(known: self.known + 1, in: folder))
        #expect(try await StoreBackup.verify(path, keys: bed.keys).isProven)
    }

    @Test("Replicas of two neighbouring versions work side by side where a change adds; one that takes away waits for the older") func sideBySide()
        async throws
    {
        let bed = try await BackupBed(.postgres)
        let older = try await bed.open()
        let now = older.clock.now()
        try await older.announce(Replica(id: "rep_1", host: "first", version: "1.0", startedAt: now, seenAt: now))
        let adds = SchemaMigration(number: known + 1, name: "a column", sqlite: "", postgres: "ALTER TABLE orders ADD COLUMN added text")
        let takes = SchemaMigration(
            number: known + 2,
            name: "one less",
            sqlite: "",
            postgres: "ALTER TABLE orders DROP COLUMN added",
            oldest: known + 1
        )
        let connection = try PostgresConnection(try PostgresOptions(bed.url))
        let working = Task { for number in 0..<40 { try await bed.fill(older, number..<(number + 1)) } }
        try SchemaMigration.run(connection, SchemaMigration.all + [adds], newStore: false, time: .clock(SystemClock()))
        try await working.value
        let beside = try await bed.open()
        try await bed.fill(beside, 40..<45)
        #expect(try await older.order(connection: "acme", externalID: "application-44") != nil)
        await beside.close()
        let other = try PostgresConnection(try PostgresOptions(bed.url))
        let refusal = #expect(throws: StoreError.self) {
            try SchemaMigration.run(other, SchemaMigration.all + [adds, takes], newStore: false, time: .clock(SystemClock()))
        }
        #expect("\(String(describing: refusal))".contains("a host on first"))
        try await bed.fill(older, 45..<46)
        try await older.withdraw(replica: "rep_1")
        await older.close()
        let last = try PostgresConnection(try PostgresOptions(bed.url))
        try SchemaMigration.run(last, SchemaMigration.all + [adds, takes], newStore: false, time: .clock(SystemClock()))
        await #expect(throws: StoreError.self) { _ = try await bed.open() }
    }
}
