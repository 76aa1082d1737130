import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("Backups of a store whose audit's chain is broken") struct BrokenChainBackupTests {
    private static let change = "UPDATE audit SET action = 'orders.none' WHERE seq = 2"
    private static let mending = "UPDATE audit SET action = 'orders.read' WHERE seq = 2"

    /// A store with rows and entries in its audit, and a backup of it that is proven.
    private func made(_ kind: BackupBed.Kind) async throws -> (BackupBed, any Store) {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<5)
        for _ in 0..<4 { try await store.record(AuditAct(by: .system, "orders.read", note: Personal("why"))) }
        let proven = try await bed.backup()
        #expect(proven.isProven && proven.path == bed.file && proven.manifest.auditBrokenAt == nil)
        return (bed, store)
    }

    private func files(_ bed: BackupBed) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: bed.folder.path).filter { !$0.hasPrefix("fairlead") })
    }

    @Test("It is made, kept, whole and not proven, and says at which entry the chain is broken", arguments: BackupBed.Kind.allCases)
    func kept(_ kind: BackupBed.Kind) async throws {
        let (bed, store) = try await made(kind)
        let second = bed.folder.file("second")
        for (sql, entry) in [(Self.change, Int64(2)), ("DELETE FROM audit WHERE seq = 3", 2), ("DELETE FROM audit_head", 1)] {
            try await bed.run(sql)
            let outcome = try await bed.backup(at: second)
            #expect(outcome.path == second && outcome.isWhole && !outcome.isProven && outcome.sampled >= 10, "\(outcome.reasons)")
            let found = try await StoreBackup.verify(second, keys: bed.keys)
            #expect(found.problems.isEmpty && found.isWhole && !found.isProven && found.manifest == outcome.manifest, "\(found.reasons)")
            #expect(found.brokenChain?.entry == entry && found.manifest.auditBrokenAt == entry, "\(sql): \(found.reasons)")
            #expect(found.brokenChain?.sentence.hasPrefix("the audit's chain is broken at entry \(entry): ") == true)
            #expect(StoreBackup.saysBrokenChain(second) && !StoreBackup.saysBrokenChain(bed.file))
        }
        await store.close()
    }

    @Test("It takes the place of another of its kind, never of a proven one, and goes when one is proven again", arguments: BackupBed.Kind.allCases)
    func place(_ kind: BackupBed.Kind) async throws {
        let (bed, store) = try await made(kind)
        let proven = try await StoreBackup.verify(bed.file, keys: bed.keys).manifest
        let beside = StoreBackup.pathOfBroken(beside: bed.file)
        try await bed.run(Self.change)
        for number in 5..<7 {
            try await bed.fill(store, number..<(number + 1))
            let outcome = try await bed.backup()
            #expect(outcome.path == beside && !outcome.isProven)
            #expect(try await StoreBackup.verify(beside, keys: bed.keys).manifest == outcome.manifest)
            let standing = try await StoreBackup.verify(bed.file, keys: bed.keys)
            #expect(standing.isProven && standing.manifest == proven)
            #expect(try files(bed) == ["backup", "backup.keys", "backup.chain-broken", "backup.chain-broken.keys"])
        }
        try await bed.run(Self.mending)
        #expect(try await bed.backup().isProven)
        #expect(try files(bed) == ["backup", "backup.keys"])
        await store.close()
    }

    @Test("What stands where it would go and is no backup is left as it is") func foreign() async throws {
        let (bed, store) = try await made(.sqlite)
        try await bed.run(Self.change)
        let beside = StoreBackup.pathOfBroken(beside: bed.file)
        try Data("mine".utf8).write(to: URL(filePath: beside))
        let refusal = await #expect(throws: StoreError.self) { try await bed.backup() }
        #expect("\(String(describing: refusal))".contains("backup.chain-broken is there and is no backup"))
        #expect(try Data(contentsOf: URL(filePath: beside)) == Data("mine".utf8))
        #expect(try await StoreBackup.verify(bed.file, keys: bed.keys).isProven)
        await store.close()
    }

    @Test("It counts as made and not as proven, until one is proven again", arguments: BackupBed.Kind.allCases)
    func noted(_ kind: BackupBed.Kind) async throws {
        let (bed, store) = try await made(kind)
        func note(at time: Timestamp) async throws -> BackupState {
            let outcome = try await bed.backup(at: bed.folder.file("noted"))
            try await StoreBackup.note(outcome, at: time, took: .seconds(1), in: bed.url, relativeTo: bed.folder.path)
            return try await store.backupState()
        }
        let first = SystemClock().now()
        let (second, third) = (first + .seconds(60), first + .seconds(120))
        var state = try await note(at: first)
        #expect(state.madeAt == first && state.provenAt == first && !state.hasFailed)
        try await bed.run(Self.change)
        state = try await note(at: second)
        #expect(state.madeAt == second && state.provenAt == first && state.hasFailed && state.failedAt == second)
        #expect(state.failure?.contains("broken at entry 2") == true, "\(state.failure ?? "")")
        try await store.noteBackup(madeAt: second + .seconds(1), bytes: 1, took: .seconds(1), unproven: "as invented")
        state = try await store.backupState()
        #expect(state.madeAt == second + .seconds(1) && state.provenAt == first && state.failure == "as invented")
        try await bed.run(Self.mending)
        state = try await note(at: third)
        #expect(state.madeAt == third && state.provenAt == third && !state.hasFailed)
        await store.close()
    }

    @Test(
        "It is restored, and the audit of the restored store says where its chain was broken",
        arguments: BackupBed.Kind.allCases,
        [BrokenChainBackupTests.change, "UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit WHERE seq = 2)", "DELETE FROM audit_head"]
    )
    func restored(_ kind: BackupBed.Kind, _ sql: String) async throws {
        let (bed, store) = try await made(kind)
        try await bed.run(sql)
        let outcome = try await bed.backup(at: bed.folder.file("second"))
        let entry = try #require(outcome.brokenChain?.entry)
        await store.close()
        let restored = try await bed.restore(bed.folder.file("second"))
        #expect(restored.brokenChain == outcome.brokenChain)
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-4") != nil)
        let record = try #require(try await again.audit(AuditQuery(), PageRequest()).items.first { $0.action == AuditVerifier.restored })
        #expect(record.seq == 5 && record.details["chain_broken_at"] == .int(entry), "\(record.details)")
        let state = try await again.backupState()
        #expect(state.madeAt == outcome.manifest.at && state.provenAt == nil && state.hasFailed)
        try await again.record(AuditAct(by: .system, "orders.read"))
        #expect(try await again.verifyAudit().findings.map(\.seq) == (sql == Self.change ? [2] : []))
        await again.close()
    }

    @Test("Its file is proven as any: what was changed in it after it was made is found, and it is not restored") func forged() async throws {
        let (bed, store) = try await made(.sqlite)
        try await bed.run(Self.change)
        let second = bed.folder.file("second")
        _ = try await bed.backup(at: second)
        await store.close()
        let container = try BackupContainer(second, isReadOnly: false)
        try await container.database.write { try $0.execute(sql: "UPDATE audit SET action = 'orders.none' WHERE seq = 4") }
        container.close()
        let found = try await StoreBackup.verify(second, keys: bed.keys)
        #expect(!found.isWhole && found.problems.contains { $0.contains("rows of the table audit were changed") }, "\(found.reasons)")
        await #expect(throws: StoreError.self) { try await bed.restore(second) }
    }
}
