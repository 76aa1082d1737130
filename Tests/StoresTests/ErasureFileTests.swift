import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("Erasing somebody from a SQLite store")
struct ErasureFileTests {
    private static let ana = ErasureSubject.email(Personal("ana@example.test"))

    private func received(_ store: any Store) async throws -> Event {
        let body = #"{"application": "application-101", "email": "ana@example.test"}"#
        let event = Event(
            id: IdentifierKind.event.make(at: store.clock.now(), from: SystemRandom()),
            kind: .ats,
            connection: "acme",
            request: ReceivedRequest(method: "POST", path: "/webhook", body: Array(body.utf8)),
            receivedAt: store.clock.now()
        )
        _ = try await store.accept(event, dedupe: "d-1")
        return event
    }

    private func opened(_ folder: SQLiteFolder) async throws -> any Store {
        try await StoreURL.open("sqlite:\(folder.file())", relativeTo: "/", clock: ManualClock(), random: SystemRandom())
    }

    private func erase(_ store: any Store) async throws -> Erasure? {
        try await store.erase(Self.ana, as: "ers_1", window: .seconds(86_400), by: .system, note: nil)
    }

    /// The files of the store that hold some bytes.
    private func files(_ folder: SQLiteFolder, holding bytes: [UInt8]) throws -> [String] {
        let path = (folder.file() as NSString).deletingLastPathComponent
        return try FileManager.default.contentsOfDirectory(atPath: path).filter { name in
            FileManager.default.contents(atPath: path + "/" + name)?.range(of: Data(bytes)) != nil
        }.sorted()
    }

    @Test("Neither the key nor what it sealed is in any file any more, while the store is open and after it was closed")
    func bytes() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        let event = try await received(store)
        let (sealed, key) = try await store.read { rows in
            let row = try rows.fetch("SELECT body, key_id FROM events WHERE id = $1", [.text(event.id)])[0]
            let id = try #require(row.int(at: 1))
            return (row.bytes(at: 0), try #require(try rows.wrappedKeys([id])[id]))
        }
        #expect(try !files(folder, holding: Array(sealed.suffix(40))).isEmpty && !files(folder, holding: key).isEmpty)
        let erasure = try #require(try await erase(store))
        #expect(erasure.isSigned && erasure.counts["events"] == 1)
        for isOpen in [true, false] {
            if !isOpen { await store.close() }
            #expect(try files(folder, holding: Array(sealed.suffix(40))) == [])
            #expect(try files(folder, holding: key) == [])
            #expect(try files(folder, holding: Array("ana@example.test".utf8)) == [])
        }
    }

    @Test("A copy from before that is put back holds nobody once it is opened, and their application is known")
    func restoredCopy() async throws {
        let folder = try SQLiteFolder()
        var store = try await opened(folder)
        let event = try await received(store)
        await store.close()
        let names = ["fairlead.db", "fairlead-keys.db"]
        let copies = names.map { FileManager.default.contents(atPath: folder.file($0)) }
        store = try await opened(folder)
        let erasure = try #require(try await erase(store))
        await store.close()
        for (name, copy) in zip(names, copies) { try #require(copy).write(to: URL(fileURLWithPath: folder.file(name))) }
        for name in ["fairlead.db-wal", "fairlead.db-shm", "fairlead-keys.db-wal", "fairlead-keys.db-shm"] {
            try? FileManager.default.removeItem(atPath: folder.file(name))
        }
        store = try await opened(folder)
        #expect(try await store.event(event.id) == nil)
        #expect(try await store.records(of: Self.ana)?.isEmpty == true)
        #expect(try await store.isErased([.dedupe("d-1")], on: "acme"))
        #expect(try await store.erasures() == [erasure])
        #expect(try await store.replayErasures() == 0)
        #expect(try await store.verifyAudit().isWhole)
        await store.close()
    }

    @Test("An erasure that was cut short is finished at the next start", arguments: ["written down", "rows gone"])
    func cutShort(_ moment: String) async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        let event = try await received(store)
        let plan = try await store.read { rows in try rows.plan(addresses: ["ana@example.test"], orders: []) }
        #expect(plan.events == [event.id] && plan.keys.count == 1)
        try await store.write(ledger: LedgerEntry(Erasure(id: "ers_1", subject: "sub_1", requestedAt: store.clock.now()), plan))
        if moment == "rows gone" { try await store.write(TouchedRows()) { try $0.erase(plan) } }
        await store.close()
        let again = try await opened(folder)
        let done = try #require(try await again.erasure("ers_1"))
        #expect(done.doneAt != nil && done.isSigned)
        #expect(try await again.event(event.id) == nil)
        await again.close()
        let keys = try DatabaseQueue(path: folder.file("fairlead-keys.db"))
        let left = try await keys.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM data_keys WHERE id = ?", arguments: [plan.keys.first]) }
        #expect(left == 0)
    }

    @Test("A mark that was written down before marks named their application is of no application")
    func markOfTwoParts() {
        let plan = ErasurePlan(json: ["marks": ["0a acme", "0b 0c acme"]])
        let expected: Set<ErasurePlan.Mark> = [.init(connection: "acme", key: [10]), .init(connection: "acme", key: [11], place: [12])]
        #expect(plan.marks == expected && ErasurePlan(json: plan.json).marks == expected)
    }

    @Test("A line that was cut off is passed over, and the next one stands by itself")
    func tornLine() async throws {
        let folder = try SQLiteFolder()
        let file = ErasureFile(of: folder.file())
        let entry = LedgerEntry(Erasure(id: "ers_1", subject: "sub_1", requestedAt: Timestamp(milliseconds: 1)), ErasurePlan())
        try file.write(entry)
        let handle = try #require(FileHandle(forWritingAtPath: file.path))
        _ = try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"erasure":{"id":"ers_2","#.utf8))
        try handle.close()
        var later = entry
        later.erasure.doneAt = Timestamp(milliseconds: 2)
        try file.write(later)
        #expect(try file.entries().map(\.erasure.id) == ["ers_1"])
        #expect(try file.entries().first?.erasure.doneAt != nil)
    }
}
