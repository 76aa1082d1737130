import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("Forged backups") struct ForgedBackupTests {
    @Test("Keys of one's own that nothing wraps, under the name of the key that is needed, prove nothing", arguments: BackupBed.Kind.allCases)
    func ofOwnKeys(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        _ = try await bed.backup()
        await store.close()
        let own = [UInt8](repeating: 9, count: 32)
        let (rows, keys) = (try BackupContainer(bed.file, isReadOnly: false), try BackupContainer(bed.file + ".keys", isReadOnly: false))
        try await keys.database.write { db in
            // The row that says which key is needed stays as it is: its name is no secret.
            try db.execute(sql: "UPDATE keyring SET wrapped = ? WHERE length(wrapped) > 32", arguments: [Data([0, 0, 0, 0] + own)])
            try db.execute(sql: "DELETE FROM data_keys")
        }
        try await rows.database.write { try $0.execute(sql: "DELETE FROM orders; DELETE FROM events; DELETE FROM queue") }
        for container in [rows, keys] {
            var manifest = try container.manifest()
            (manifest.tables, manifest.structure) = (try container.digests { _, _, _ in }, try container.structure())
            try container.write(manifest, provenBy: BackupSeal(BlindIndexKey(own)))
            container.close()
        }
        let found = try await StoreBackup.verify(bed.file, keys: bed.keys)
        #expect(!found.isProven && found.problems.contains { $0.contains("the keys at hand do not open it") }, "\(found.problems)")
        for keysPath in [nil, bed.file + ".keys"] {
            await #expect(throws: StoreError.self) { try await bed.restore(bed.file, keysPath: keysPath) }
        }
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-2") != nil)
        await again.close()
    }

    @Test("The backup of another store under the same key takes a store's place only where its keys are named", arguments: BackupBed.Kind.allCases)
    func ofAnotherStore(_ kind: BackupBed.Kind) async throws {
        let (bed, other) = (try await BackupBed(kind), try await BackupBed(kind))
        for (bed, numbers) in [(bed, 0..<3), (other, 10..<13)] {
            let store = try await bed.open()
            try await bed.fill(store, numbers)
            await store.close()
        }
        _ = try await other.backup()
        let error = await #expect(throws: StoreError.self) { try await bed.restore(other.file, ledger: .unknown) }
        #expect("\(String(describing: error))".contains("its keys are not those of the store"))
        let untouched = try await bed.open()
        #expect(try await untouched.order(connection: "acme", externalID: "application-2") != nil)
        await untouched.close()
        try await bed.restore(other.file, keysPath: other.file + ".keys", ledger: .unknown)
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-12") != nil)
        await again.close()
    }

    @Test("A trigger under a name that is SQLite's own is found") func ofReservedName() async throws {
        let bed = try await BackupBed(.sqlite)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        _ = try await bed.backup()
        await store.close()
        let trigger = "CREATE TRIGGER sqlite_later AFTER INSERT ON orders BEGIN DELETE FROM queue; END"
        let file = try DatabaseQueue(path: bed.file)
        try await file.write { db in
            try db.execute(sql: "PRAGMA writable_schema = ON")
            try db.execute(
                sql: "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('trigger', 'sqlite_later', 'orders', 0, ?)",
                arguments: [trigger]
            )
        }
        try file.close()
        let found = try await StoreBackup.verify(bed.file, keys: bed.keys)
        #expect(found.problems == ["its tables, indexes or triggers were changed"])
        await #expect(throws: StoreError.self) { try await bed.restore(bed.file) }
    }

    @Test("Keys that are changed after they were proven are not put into a database") func changedSince() async throws {
        let bed = try await BackupBed(.postgres)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        _ = try await bed.backup()
        await store.close()
        guard case .postgres(let url) = try StoreURL.Place(bed.url, relativeTo: "/") else { return }
        let proof = try await StoreBackup.verify(bed.file, keys: bed.keys)
        let keysManifest = try #require(proof.keysManifest)
        let keys = try BackupContainer(bed.file + ".keys", isReadOnly: false)
        try await keys.database.write { try $0.execute(sql: "DELETE FROM data_keys WHERE id = (SELECT min(id) FROM data_keys)") }
        keys.close()
        let restore = PostgresRestore(
            files: BackupFiles(bed.file, keysPath: bed.file + ".keys"),
            ledger: .standing,
            url: url,
            replacing: true,
            isKeysGiven: false,
            manifest: proof.manifest,
            brokenChain: proof.brokenChain,
            keysManifest: keysManifest,
            keys: bed.keys,
            now: SystemClock().now()
        )
        let error = #expect(throws: StoreError.self) { try restore.run { _, _, _ in } }
        #expect("\(String(describing: error))".contains("was changed while it was read"))
    }

    @Test("A backup of the time before proofs is told as that") func ofBefore() async throws {
        let bed = try await BackupBed(.sqlite)
        let store = try await bed.open()
        _ = try await bed.backup()
        await store.close()
        let file = try DatabaseQueue(path: bed.file)
        try await file.write { try $0.execute(sql: "ALTER TABLE backup_manifest DROP COLUMN proof") }
        try file.close()
        for attempt in [{ _ = try await StoreBackup.verify(bed.file, keys: bed.keys) }, { _ = try await bed.restore(bed.file) }] {
            let error = await #expect(throws: StoreError.self) { try await attempt() }
            #expect("\(String(describing: error))".contains("before backups were proven"))
        }
    }

    @Test("An empty store that gets its first key wraps its own keys with it, and is opened by it from then on", arguments: BackupBed.Kind.allCases)
    func firstKey(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let plain = try await StoreURL.open(bed.url, relativeTo: bed.folder.path, keys: [], clock: SystemClock(), random: SystemRandom())
        let identity = plain.identity.id
        await plain.close()
        let sealed = try await bed.open()
        #expect(sealed.identity.id == identity)
        try await bed.fill(sealed, 0..<3)
        await sealed.close()
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-2") != nil)
        #expect(try await again.keyUse().keys.allSatisfy { $0.ownKeys == 0 || $0.name != "00000000" })
        await again.close()
        #expect(try await bed.backup().isProven)
        await #expect(throws: StoreError.self) {
            try await StoreURL.open(bed.url, relativeTo: bed.folder.path, keys: [], clock: SystemClock(), random: SystemRandom())
        }
    }
}
