import Foundation
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("What must not come back with a restore") struct RestoreLedgerTests {
    private func restore(_ bed: BackupBed, _ ledger: StoreRestore.Ledger = .standing, into other: BackupBed? = nil) async throws
        -> StoreRestore.Outcome
    {
        let target = other ?? bed
        return try await target.restore(bed.file, keysPath: bed.file + ".keys", ledger: ledger, keys: bed.keys)
    }

    private func token(_ id: String) -> AccessToken {
        AccessToken(id: id, name: "Ana Roe", scopes: [.read], connections: nil, createdAt: SystemClock().now(), expiresAt: nil)
    }

    @Test("A token that was revoked since the backup opens nothing again, and others do", arguments: BackupBed.Kind.allCases)
    func tokens(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        for id in ["tok_1", "tok_2"] { try await store.keep(token(id), secret: Secret("secret-of-\(id)")) }
        _ = try await bed.backup()
        try await store.remove(token: "tok_1")
        await store.close()
        for _ in 0..<2 {
            _ = try await restore(bed)
            let again = try await bed.open()
            #expect(try await again.tokens().map(\.id) == ["tok_2"])
            #expect(try await again.token(by: Secret("secret-of-tok_1")) == nil)
            #expect(try await again.verifyAudit().isWhole)
            await again.close()
        }
    }

    /// A store that erased somebody after its backup was made; and what it wrote down of it.
    private func erased(_ kind: BackupBed.Kind) async throws -> (bed: BackupBed, ledger: String) {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        let id = IdentifierKind.order.make(at: SystemClock().now(), from: SystemRandom())
        _ = try await store.place(
            Order(
                id: id,
                connection: "acme",
                account: "zinc-uk",
                provider: "zinc",
                externalID: "application-other",
                package: "pkg_1",
                candidate: Candidate(firstName: "Bo", lastName: "Roe", email: "bo@example.test"),
                metadata: [:],
                callbackToken: Secret("token of \(id)"),
                createdAt: SystemClock().now(),
                updatedAt: SystemClock().now()
            )
        )
        try await store.keep(token("tok_1"), secret: Secret("secret-of-tok_1"))
        _ = try await bed.backup()
        let order = try #require(try await store.order(connection: "acme", externalID: "application-1"))
        _ = try await store.erase(.order(order.id), as: "ers_1", window: .seconds(86_400), by: .system, note: nil)
        try await store.remove(token: "tok_1")
        await store.close()
        let copy = bed.folder.file("copied-erasures")
        switch try StoreURL.Place(bed.url, relativeTo: bed.folder.path) {
        case .sqlite(let path): try FileManager.default.copyItem(atPath: ErasureFile.path(of: path), toPath: copy)
        case .postgres(let url):
            let records = PostgresStatement("SELECT record FROM fairlead_keys.erasures", isKept: false)
            let rows = try PostgresConnection(try PostgresOptions(url)).exchange([records])[0].rows
            try Data(rows.map { $0.text(0) }.joined(separator: "\n").utf8).write(to: URL(filePath: copy))
        }
        return (bed, copy)
    }

    @Test(
        "In another place nothing is restored unless a copy of the erasures is named, which keeps who was erased so",
        arguments: BackupBed.Kind.allCases
    )
    func elsewhere(_ kind: BackupBed.Kind) async throws {
        let (bed, copy) = try await erased(kind)
        let other = try await BackupBed(kind)
        let refusal = await #expect(throws: StoreError.self) { try await restore(bed, into: other) }
        #expect("\(String(describing: refusal))".contains("--erasures FILE") && "\(String(describing: refusal))".contains("--without-erasures"))
        await #expect(throws: StoreError.self) { try await restore(bed, .copy(bed.folder.file("nowhere")), into: other) }
        _ = try await restore(bed, .copy(copy), into: other)
        for round in 0..<2 {
            let again = try await other.open()
            #expect(try await again.order(connection: "acme", externalID: "application-1") == nil)
            #expect(try await again.order(connection: "acme", externalID: "application-other") != nil)
            #expect(try await again.erasures().map(\.id) == ["ers_1"])
            #expect(try await again.tokens().isEmpty)
            await again.close()
            // From now on it is known there.
            if round == 0 { _ = try await restore(bed, into: other) }
        }
    }

    @Test("A copy of the erasures whose end is cut off is refused, wherever it was cut", arguments: BackupBed.Kind.allCases)
    func cut(_ kind: BackupBed.Kind) async throws {
        let (bed, copy) = try await erased(kind)
        let other = try await BackupBed(kind)
        let text = try String(contentsOfFile: copy, encoding: .utf8)
        for end in [1, 20, 200] {
            try String(text.split(separator: "\n").joined(separator: "\n").dropLast(end)).write(toFile: copy, atomically: true, encoding: .utf8)
            let refusal = await #expect(throws: StoreError.self) { try await restore(bed, .copy(copy), into: other) }
            let said = String(describing: refusal)
            #expect(said.contains("is cut off") || said.contains("says nothing of erasures"), "\(said)")
        }
        // One line end more or less is no cut.
        try (text + "\n\n").write(toFile: copy, atomically: true, encoding: .utf8)
        _ = try await restore(bed, .copy(copy), into: other)
    }

    @Test("A copy of the erasures that is older than what stands there takes no newer entry's place", arguments: BackupBed.Kind.allCases)
    func older(_ kind: BackupBed.Kind) async throws {
        let (bed, copy) = try await erased(kind)
        let lines = try String(contentsOfFile: copy, encoding: .utf8).split(separator: "\n").map(String.init)
        var entry = try #require(lines.lazy.compactMap { LedgerEntry($0) }.last { $0.erasure.id == "ers_1" })
        let done = entry.erasure
        // As it was written down before anything was destroyed, and before the token was revoked.
        entry.erasure = Erasure(id: done.id, subject: done.subject, requestedAt: done.requestedAt)
        try entry.text.write(toFile: copy, atomically: true, encoding: .utf8)
        _ = try await restore(bed, .copy(copy))
        let again = try await bed.open()
        #expect(done.isSigned)
        #expect(try await again.erasure("ers_1") == done)
        #expect(try await again.tokens().isEmpty)
        #expect(try await again.order(connection: "acme", externalID: "application-1") == nil)
        await again.close()
    }

    @Test("Lines of the erasures that cannot be read are passed over and counted", arguments: BackupBed.Kind.allCases)
    func unread(_ kind: BackupBed.Kind) async throws {
        let (bed, copy) = try await erased(kind)
        let other = try await BackupBed(kind)
        var lines = try String(contentsOfFile: copy, encoding: .utf8).split(separator: "\n").map(String.init)
        let entry = try #require(lines.last)
        lines.insert(String(entry.dropLast(9)), at: 1)
        lines.insert("{}", at: 1)
        try lines.joined(separator: "\n").write(toFile: copy, atomically: true, encoding: .utf8)
        #expect(try await restore(bed, .copy(copy), into: other).unreadErasures == 2)
        let again = try await other.open()
        #expect(try await again.order(connection: "acme", externalID: "application-1") == nil)
        await again.close()
    }

    @Test("Restored without what was erased, the store says who was stored at the time of the backup", arguments: BackupBed.Kind.allCases)
    func without(_ kind: BackupBed.Kind) async throws {
        let (bed, _) = try await erased(kind)
        let other = try await BackupBed(kind)
        #expect(try await restore(bed, .unknown, into: other).isWithoutErasures)
        let again = try await other.open()
        #expect(try await again.order(connection: "acme", externalID: "application-1") != nil)
        await again.close()
        // Where it is known, it counts all the same.
        #expect(try await !restore(bed, .unknown).isWithoutErasures)
        let own = try await bed.open()
        #expect(try await own.order(connection: "acme", externalID: "application-1") == nil)
        await own.close()
    }

    @Test("A certificate of the time since the backup does not hold any more, and the restore is said to be why", arguments: BackupBed.Kind.allCases)
    func anchor(_ kind: BackupBed.Kind) async throws {
        let (bed, _) = try await erased(kind)
        let store = try await bed.open()
        let anchor = try #require(try await store.erasure("ers_1")?.chain)
        await store.close()
        _ = try await restore(bed)
        let again = try await bed.open()
        let found = try await again.verifyAudit(anchors: [anchor]).findings
        #expect(!found.isEmpty && found.allSatisfy { $0.explanation.contains("was restored at") }, "\(found)")
        await again.close()
    }

    @Test("What another store erased is not taken for what this one did") func foreign() async throws {
        let (bed, copy) = try await erased(.sqlite)
        let other = try await BackupBed(.sqlite)
        let store = try await other.open()
        try await other.fill(store, 0..<2)
        _ = try await other.backup()
        await store.close()
        await #expect(throws: StoreError.self) { try await restore(other, .copy(copy)) }
        await #expect(throws: StoreError.self) { try await restore(other, into: bed) }
        let outcome = try await restore(other, .unknown, into: bed)
        #expect(outcome.movedAside.contains { $0.contains("-erasures.before-") })
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-1") != nil)
        #expect(try await again.erasures().isEmpty)
        await again.close()
    }

    @Test("The keys of what a restore moved aside are removed once they are old enough", arguments: BackupBed.Kind.allCases)
    func aside(_ kind: BackupBed.Kind) async throws {
        let (bed, _) = try await erased(kind)
        let outcome = try await restore(bed)
        func remove(before time: Timestamp) async throws -> [String] {
            try await StoreRestore.removeKeysMovedAside(before: time, of: bed.url, relativeTo: bed.folder.path)
        }
        #expect(try await remove(before: outcome.restoredAt + .seconds(-60)).isEmpty)
        let removed = try await remove(before: outcome.restoredAt + .seconds(60))
        #expect(!removed.isEmpty && removed.allSatisfy { outcome.movedAside.contains($0) && $0.contains("keys") })
        #expect(try await remove(before: outcome.restoredAt + .seconds(60)).isEmpty)
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-other") != nil)
        await again.close()
    }
}
