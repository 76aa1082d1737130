import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("An audit that was put there from elsewhere") struct ForeignAuditTests {
    /// A stopped store with some entries in its audit, under the same key as any other.
    private func made(_ count: Int) async throws -> BackupBed {
        let bed = try await BackupBed(.sqlite)
        let store = try await bed.open()
        for _ in 0..<count { try await store.record(AuditAct(by: .system, "orders.read", note: Personal("why"))) }
        await store.close()
        return bed
    }

    private func verified(_ bed: BackupBed, after sql: String) async throws -> AuditVerification {
        let database = try DatabaseQueue(path: bed.folder.file())
        try await database.writeWithoutTransaction { try $0.execute(sql: sql) }
        try database.close()
        let store = try await bed.open()
        let found = try await store.verifyAudit()
        await store.close()
        return found
    }

    @Test("The whole chain of another store is told from this one's, and so is what was moved between entries") func moved() async throws {
        let (bed, other) = (try await made(6), try await made(8))
        #expect(try await verified(bed, after: "SELECT 1").isWhole)
        let swapped = try await verified(bed, after: "UPDATE audit SET body = (SELECT body FROM audit WHERE seq = 2) WHERE seq = 4")
        #expect(swapped.findings.map(\.seq) == [4] && swapped.findings[0].kind == .changed)
        let put = """
            ATTACH '\(other.folder.file())' AS other;
            DELETE FROM audit; INSERT INTO audit SELECT * FROM other.audit;
            DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM other.audit_head
            """
        let foreign = try await verified(bed, after: put)
        #expect(foreign.findings.map(\.kind) == [.forked] && foreign.findings[0].explanation.contains("Entries 1 to 8"))
    }

    @Test("An entry whose details are made unreadable is found, and keeps nobody from the others", arguments: BackupBed.Kind.allCases)
    func unreadable(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        for _ in 0..<4 { try await store.record(AuditAct(by: .system, "orders.read")) }
        try await bed.run("UPDATE audit SET details = 'not JSON {' WHERE seq = 3")
        let found = try await store.verifyAudit()
        #expect(found.findings.map(\.seq) == [3] && found.findings.first?.kind == .changed && found.count == 4, "\(found.findings)")
        #expect(try await store.audit(AuditQuery(), PageRequest()).items.count == 4)
        await store.close()
    }

    @Test(
        "An end that was cut off together with the record of it is found by the certificates of erasures, without an anchor",
        arguments: BackupBed.Kind.allCases
    )
    func cutOff(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        for _ in 0..<4 { try await store.record(AuditAct(by: .system, "orders.read")) }
        _ = try await store.erase(.email(Personal("ana@example.test")), as: "ers_1", window: .seconds(60), by: .system, note: nil)
        for _ in 0..<4 { try await store.record(AuditAct(by: .system, "orders.read")) }
        #expect(try await store.verifyAudit().isWhole)
        try await bed.run("DELETE FROM audit WHERE seq > 3")
        try await bed.run("UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit WHERE seq = 3)")
        let found = try await store.verifyAudit()
        #expect(
            found.findings.map(\.kind) == [.cutOff] && found.findings.first?.explanation.contains("written down elsewhere") == true,
            "\(found.findings)"
        )
        await store.close()
    }

    @Test("An end that was set back, or taken away, is found; what is recorded after that goes on behind it", arguments: BackupBed.Kind.allCases)
    func setBack(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        for sql in [
            "UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)", "DELETE FROM audit_head",
            "DELETE FROM audit; DELETE FROM audit_head",
        ] {
            for _ in 0..<6 { try await store.record(AuditAct(by: .system, "orders.read")) }
            #expect(try await store.verifyAudit(anchors: []).isWhole)
            try await bed.run(sql)
            let isGone = sql.hasPrefix("DELETE FROM audit;")
            let found = try await store.verifyAudit(anchors: [])
            #expect(isGone ? found.count == 0 : found.findings.contains { $0.explanation.contains("somebody set the end back") }, "\(found.findings)")
            let next = try await store.record(AuditAct(by: .system, "orders.read"))
            _ = try await store.record(AuditAct(by: .system, "orders.read"))
            let mended = try await store.verifyAudit(anchors: [])
            #expect(mended.isWhole && mended.count == Int(next.seq) + 1, "\(sql): \(mended.findings)")
        }
        await store.close()
    }
}
