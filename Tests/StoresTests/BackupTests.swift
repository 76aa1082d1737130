import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

/// The two kinds of store, each with something in it.
struct BackupBed {
    enum Kind: String, CaseIterable, Sendable { case sqlite, postgres }

    let folder: SQLiteFolder
    let url: String
    let keys = [SealTests.key(1)]

    /// - Parameter way: how a PostgreSQL database is reached.
    init(_ kind: Kind, by way: PostgresDatabase.Way = .direct) async throws {
        folder = try SQLiteFolder()
        url = kind == .sqlite ? "sqlite:fairlead.db" : try await PostgresDatabase(by: way).url
    }

    var file: String { folder.file("backup") }

    func open() async throws -> any Store {
        try await StoreURL.open(url, relativeTo: folder.path, keys: keys, clock: SystemClock(), random: SystemRandom())
    }

    func backup(at path: String? = nil) async throws -> StoreBackup.Outcome {
        try await StoreBackup.make(
            of: url,
            relativeTo: folder.path,
            at: path ?? file,
            keys: keys,
            version: "test",
            now: SystemClock().now()
        )
    }

    /// Restores a backup into this store: its own, where none is named.
    @discardableResult
    func restore(
        _ backup: String? = nil,
        keysPath: String? = nil,
        ledger: StoreRestore.Ledger = .standing,
        keys: [Secret]? = nil,
        replacing: Bool = true,
        now: Timestamp = SystemClock().now()
    ) async throws -> StoreRestore.Outcome {
        try await StoreRestore.restore(
            backup ?? file,
            keysPath: keysPath,
            ledger: ledger,
            into: url,
            relativeTo: folder.path,
            keys: keys ?? self.keys,
            replacing: replacing,
            now: now
        )
    }

    /// Writes to the database past the store, as somebody with access to it does.
    func run(_ sql: String) async throws {
        guard url.hasPrefix("sqlite:") else {
            for statement in sql.split(separator: ";") { try PostgresDatabase(url: url).run(String(statement)) }
            return
        }
        let database = try DatabaseQueue(path: folder.file())
        try await database.writeWithoutTransaction { try $0.execute(sql: sql) }
        try database.close()
    }

    /// Receives events and places orders, as many of each.
    func fill(_ store: any Store, _ numbers: Range<Int>) async throws {
        for number in numbers {
            let event = sampleEvent(IdentifierKind.event.make(at: SystemClock().now(), from: SystemRandom()))
            _ = try await store.accept(event, dedupe: DedupeKey("delivery-\(number)"))
            _ = try await store.place(sampleOrder(IdentifierKind.order.make(at: SystemClock().now(), from: SystemRandom()), "application-\(number)"))
        }
    }
}

@Suite("Backups") struct BackupTests {
    @Test("A backup is made while the store is written to, opens, and says what is in it", arguments: BackupBed.Kind.allCases)
    func made(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<20)
        let writing = Task { for number in 20..<2000 where !Task.isCancelled { try await bed.fill(store, number..<(number + 1)) } }
        let made = try await bed.backup()
        writing.cancel()
        _ = await writing.result
        #expect(made.isProven && made.manifest.kind == kind.rawValue && made.manifest.store == store.identity.id)
        #expect(made.manifest.rows(of: "orders") >= 20 && made.manifest.rows(of: "events") >= 20 && made.sampled >= 40)
        #expect(made.manifest.keys.count == 1 && made.manifest.auditHead == .null)
        let verified = try await StoreBackup.verify(bed.file, keys: bed.keys)
        #expect(verified.isProven && verified.manifest == made.manifest && verified.sampled == made.sampled)
        let keyless = try await StoreBackup.verify(bed.file, keys: nil)
        #expect(keyless.problems.isEmpty && !keyless.isProven && keyless.unproven?.hasPrefix("no key is here") == true)
        let attributes = try FileManager.default.attributesOfItem(atPath: bed.file + ".keys")
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
        await store.close()
    }

    @Test("A backup takes the place of a backup and of nothing else, the store's own files least of all", arguments: BackupBed.Kind.allCases)
    func place(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        let own = ["fairlead.db", "fairlead-keys.db", "fairlead-erasures", "fairlead.db.lock"]
        let names = (kind == .sqlite ? own : []) + ["settings.yaml"]
        try "server: {}".write(toFile: bed.folder.file("settings.yaml"), atomically: true, encoding: .utf8)
        for name in names {
            let file = bed.folder.path + "/" + name
            let before = FileManager.default.contents(atPath: file)
            #expect(before != nil, "\(name)")
            do {
                _ = try await bed.backup(at: file)
                Issue.record("a backup took the place of \(name)")
            } catch { #expect("\(error)".contains("is there and is no backup")) }
            #expect(FileManager.default.contents(atPath: file) == before)
        }
        try await bed.fill(store, 3..<5)
        #expect(try await store.order(connection: "acme", externalID: "application-4") != nil)
        await store.close()
        // Closed, a store has no log beside it.
        for name in names { await #expect(throws: StoreError.self) { try await bed.backup(at: bed.folder.path + "/" + name) } }
        try Data().write(to: URL(filePath: bed.file))
        for _ in 0..<2 { #expect(try await bed.backup().isProven) }
        // One that was damaged makes room for a whole one.
        let handle = try FileHandle(forWritingTo: URL(filePath: bed.file))
        try handle.truncate(atOffset: 8192)
        try handle.close()
        #expect(try await bed.backup().isProven)
    }

    @Test("Every table of the catalogue is in a backup", arguments: BackupBed.Kind.allCases) func tables(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        let made = try await bed.backup()
        let schema = SchemaMigration.all.map { kind == .sqlite ? $0.sqlite : $0.postgres }.joined(separator: "\n")
        let named = schema.components(separatedBy: "CREATE TABLE ").dropFirst().compactMap { text -> String? in
            let name = text.replacing("IF NOT EXISTS ", with: "").prefix { $0 == "_" || $0 == "." || $0.isLetter || $0.isNumber }
            return name.contains(".") || text.prefix(80).contains("PARTITION OF") ? nil : String(name)
        }
        #expect(Set(made.manifest.tables.map(\.name)) == Set(named + ["schema_migrations"]))
        await store.close()
    }

    @Test("What is changed, cut off or missing in a backup is found, and other keys do not open it", arguments: BackupBed.Kind.allCases)
    func damaged(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<30)
        _ = try await bed.backup()
        let whole = try Data(contentsOf: URL(filePath: bed.file))

        let other = try await StoreBackup.verify(bed.file, keys: [SealTests.key(2)])
        #expect(!other.isProven && other.problems.contains { $0.contains("do not open it") })

        let database = try DatabaseQueue(path: bed.file)
        try await database.write { try $0.execute(sql: "UPDATE orders SET state = 'completed' WHERE rowid = (SELECT max(rowid) FROM orders)") }
        try database.close()
        #expect(try await StoreBackup.verify(bed.file, keys: nil).problems == ["rows of the table orders were changed"])

        try whole.write(to: URL(filePath: bed.file))
        let again = try DatabaseQueue(path: bed.file)
        try await again.write { try $0.execute(sql: "DELETE FROM events; DROP TABLE kv") }
        try again.close()
        let problems = try await StoreBackup.verify(bed.file, keys: nil).problems
        #expect(problems.contains("the table kv is missing") && problems.contains { $0.hasPrefix("the table events has 0 rows in place of 30") })

        try whole.prefix(whole.count / 2).write(to: URL(filePath: bed.file))
        do {
            #expect(try await !StoreBackup.verify(bed.file, keys: nil).isProven)
        } catch let error as StoreError { #expect(error != .closed) }
        try Data("not a database".utf8).write(to: URL(filePath: bed.file))
        await #expect(throws: StoreError.self) { try await StoreBackup.verify(bed.file, keys: nil) }
        await store.close()
    }

    @Test("A byte that is changed anywhere in a backup is found, with keys and without", arguments: BackupBed.Kind.allCases)
    func anyByte(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<30)
        _ = try await bed.backup()
        await store.close()
        let random = SeededRandom(11)
        var quiet = 0
        for file in [bed.file, bed.file + ".keys"] {
            let whole = try Data(contentsOf: URL(filePath: file))
            for _ in 0..<60 {
                var bytes = whole
                let place = Int(random.fraction() * Double(bytes.count))
                bytes[place] ^= 0x20
                try bytes.write(to: URL(filePath: file))
                for keys in [bed.keys, nil] where keys != nil || file == bed.file {
                    let found = try? await StoreBackup.verify(bed.file, keys: keys)
                    #expect(found?.problems.isEmpty != true, "byte \(place) of \(bytes.count)")
                    if found?.problems.contains(where: { $0.contains("no row uses") }) == true { quiet += 1 }
                }
            }
            try whole.write(to: URL(filePath: file))
        }
        #expect(quiet > 0)
        #expect(try await StoreBackup.verify(bed.file, keys: bed.keys).isProven)
    }

    @Test("Bytes that no row uses keep no backup from being restored; a digest that is gone is found", arguments: BackupBed.Kind.allCases)
    func unusedBytes(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        _ = try await bed.backup()
        await store.close()
        let container = try BackupContainer(bed.file, isReadOnly: false)
        try await container.database.write { try $0.execute(sql: "UPDATE backup_manifest SET file = zeroblob(64)") }
        container.close()
        let found = try await StoreBackup.verify(bed.file, keys: bed.keys)
        #expect(found.problems.count == 1 && found.problems[0].contains("no row uses"), "\(found.problems)")
        try await bed.restore()
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-2") != nil)
        await again.close()
    }

    @Test("Whoever can write to a backup cannot change a row and its digests, nor leave the proof out", arguments: BackupBed.Kind.allCases)
    func forged(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<10)
        _ = try await bed.backup()
        await store.close()
        let files = [bed.file, bed.file + ".keys"]
        let whole = try files.map { try Data(contentsOf: URL(filePath: $0)) }
        let forgeries = [
            (0, "UPDATE orders SET state = 'completed'"), (0, "UPDATE queue SET due_at = due_at + 1"), (0, "DELETE FROM queue"),
            (0, "INSERT INTO restores (restored_at, backup_at, closed_at) VALUES (1, 1, 1)"),
            (0, "CREATE TRIGGER later AFTER INSERT ON orders BEGIN DELETE FROM queue; END"), (0, "CREATE TABLE more (number INTEGER)"),
            (0, "UPDATE backup_manifest SET json = replace(json, 'test', 'tess')"), (0, "UPDATE backup_manifest SET proof = NULL"),
            (0, "UPDATE backup_manifest SET proof = zeroblob(32)"), (1, "DELETE FROM data_keys WHERE id = (SELECT min(id) FROM data_keys)"),
        ]
        for (number, sql) in forgeries {
            for (file, bytes) in zip(files, whole) { try bytes.write(to: URL(filePath: file)) }
            let container = try BackupContainer(files[number], isReadOnly: false)
            try await container.database.write { try $0.execute(sql: sql) }
            // The forger knows how digests are made, and has no key.
            var manifest = try container.manifest()
            (manifest.tables, manifest.structure) = (try container.digests { _, _, _ in }, try container.structure())
            let forged = manifest.json.string()
            if !sql.contains("backup_manifest") {
                try await container.database.write { db in
                    try db.execute(sql: "UPDATE backup_manifest SET json = ?", arguments: [forged])
                }
            }
            container.close()
            let found = try await StoreBackup.verify(bed.file, keys: bed.keys)
            #expect(!found.isProven && found.problems.contains { $0.contains("is not proven by the store's keys") }, "\(sql): \(found.problems)")
            await #expect(throws: StoreError.self, "\(sql)") {
                try await bed.restore(keysPath: number == 1 ? files[1] : nil)
            }
        }
        let again = try await bed.open()
        #expect(try await again.state(of: .store).pause == nil)
        await again.close()
    }

    @Test("A backup without the file of its keys is whole, and not proven") func keyless() async throws {
        let bed = try await BackupBed(.sqlite)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        _ = try await bed.backup()
        await store.close()
        try FileManager.default.removeItem(atPath: bed.file + ".keys")
        let found = try await StoreBackup.verify(bed.file, keys: bed.keys)
        #expect(found.problems.isEmpty && !found.isProven && found.unproven?.contains("is not here") == true)
        // The keys that stand at the store prove it as well.
        let restored = try await bed.restore(replacing: false)
        #expect(restored.manifest == found.manifest)
    }

    @Test("Through a pooler that gives each transaction another session, a store is backed up under load, tried and restored") func pooled()
        async throws
    {
        let bed = try await BackupBed(.postgres, by: .pooled)
        let store = try await bed.open()
        try await bed.fill(store, 0..<20)
        let writing = Task { for number in 20..<2000 where !Task.isCancelled { try await bed.fill(store, number..<(number + 1)) } }
        let made = try await bed.backup()
        writing.cancel()
        _ = await writing.result
        let count = made.manifest.rows(of: "orders")
        #expect(made.isProven && count >= 20)
        try await store.noteBackup(madeAt: made.manifest.at, bytes: made.bytes, took: .seconds(1))
        let change = "ALTER TABLE orders ADD COLUMN tried bigint"
        let later = SchemaMigration(number: SchemaMigration.known + 1, name: "a column", sqlite: change, postgres: change)
        let plan = try await StoreMigration.rehearse(
            bed.url,
            relativeTo: bed.folder.path,
            SchemaMigration.all + [later],
            version: "test",
            now: SystemClock().now(),
            { _, _, _ in }
        )
        #expect(plan.steps.count == 1)
        await store.close()
        try await bed.restore()
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-19") != nil)
        #expect(try await again.order(connection: "acme", externalID: "application-\(count)") == nil)
        try await bed.fill(again, 3000..<3005)
        await again.close()
    }

    @Test("A backup that does not prove right leaves the one before as it was") func kept() async throws {
        let bed = try await BackupBed(.sqlite)
        let store = try await bed.open()
        try await bed.fill(store, 0..<5)
        let first = try await bed.backup()
        let bytes = try Data(contentsOf: URL(filePath: bed.file))
        await #expect(throws: StoreError.self) {
            _ = try await StoreBackup.make(
                of: bed.url,
                relativeTo: bed.folder.path,
                at: bed.file,
                keys: [SealTests.key(2)],
                version: "test",
                now: SystemClock().now()
            )
        }
        #expect(try Data(contentsOf: URL(filePath: bed.file)) == bytes)
        #expect(try await StoreBackup.verify(bed.file, keys: bed.keys).manifest == first.manifest)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bed.folder.path).allSatisfy { !$0.contains("partial") })
        await store.close()
    }
}
