import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("The room that a store takes") struct StoreRoomTests {
    private func number(_ sql: String, in path: String) throws -> Int {
        let database = try DatabaseQueue(path: path)
        defer { try? database.close() }
        return try database.read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }

    /// Takes in large events, and has all but a few go.
    private func filled(_ folder: SQLiteFolder) async throws -> SQLiteStore {
        let store = try folder.open()
        for number in 0..<60 {
            let request = ReceivedRequest(method: "POST", path: "/hmac", body: [UInt8](repeating: 120, count: 200_000))
            let event = Event(id: "evt_\(number)", kind: .ats, connection: "acme", request: request, receivedAt: store.clock.now())
            _ = try await store.accept(event, dedupe: nil)
        }
        try await store.truncateLog()
        return store
    }

    private func size(_ folder: SQLiteFolder) -> Int64 { BackupFiles.size(folder.file()) }

    @Test("What was removed goes back to the disk while the store is written to, and it goes on") func givenBack() async throws {
        let folder = try SQLiteFolder()
        let store = try await filled(folder)
        let before = size(folder)
        #expect(before > 10_000_000)
        try await store.write(TouchedRows()) { try $0.change("DELETE FROM events WHERE id > 'evt_10'", []) }
        let writing = Task { for number in 100..<300 { _ = try await store.accept(sampleEvent("evt_\(number)"), dedupe: nil) } }
        try await store.finishRemoval()
        try await writing.value
        #expect(size(folder) < before / 2)
        for number in 300..<320 { _ = try await store.accept(sampleEvent("evt_\(number)"), dedupe: nil) }
        try await store.tryWriting()
        #expect(try await store.event("evt_10") != nil)
        #expect(try await store.event("evt_319") != nil)
        await store.close()
        #expect(try number("PRAGMA auto_vacuum", in: folder.file()) == 2)
    }

    @Test("A store from before is written anew beside a stopped host, and gives room back from then on") func compacted() async throws {
        let folder = try SQLiteFolder()
        let store = try await filled(folder)
        try await store.write(TouchedRows()) { try $0.change("DELETE FROM events WHERE id > 'evt_10'", []) }
        await #expect(throws: StoreError.self) { _ = try await StoreCompaction.compact("sqlite:\(folder.file())", relativeTo: "/") }
        await store.close()
        // As a version before made it.
        let old = try DatabaseQueue(path: folder.file())
        try await old.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM") }
        try old.close()
        #expect(try number("PRAGMA auto_vacuum", in: folder.file()) == 0)
        let again = try folder.open()
        try await again.write(TouchedRows()) { try $0.change("DELETE FROM events WHERE id <> 'evt_10'", []) }
        try await again.finishRemoval()
        await again.close()
        let sizes = try await StoreCompaction.compact("sqlite:\(folder.file())", relativeTo: "/")
        #expect(sizes.after < sizes.before)
        #expect(try number("PRAGMA auto_vacuum", in: folder.file()) == 2)
        let last = try folder.open()
        #expect(try await last.event("evt_10") != nil)
        await last.close()
    }

    @Test("Deliveries whose events are gone are forgotten once they are old, whatever the clock once said between, and no others are")
    func forgottenDeliveries() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        let numbers = Array(Int64(1)...1200) + (Int64(10)...30).map { $0 * 1024 }
        try await store.write(TouchedRows()) { transaction in
            for seq in numbers {
                let at: Int64 = seq == 3 ? 900_000 : seq
                let values: [SQLValue] = [.int(seq), .text("evt_\(seq)"), .int(at)]
                try transaction.change("INSERT INTO past_events (seq, id, received_at) VALUES ($1, $2, $3)", values)
                let key: [SQLValue] = [.int(seq / 1024), .bytes(Array("\(seq)".utf8)), .int(seq)]
                try transaction.change("INSERT INTO received_keys (bucket, key, event) VALUES ($1, $2, $3)", key)
            }
        }
        try await store.forgetReceived(before: Timestamp(milliseconds: 20 * 1024))
        let past = try await store.read { try $0.fetch("SELECT seq FROM past_events ORDER BY seq", []).compactMap { $0.int(at: 0) } }
        let keys = try await store.read { try $0.fetch("SELECT event FROM received_keys ORDER BY event", []).compactMap { $0.int(at: 0) } }
        let left = [3] + (Int64(20)...30).map { $0 * 1024 }
        #expect(past == left && keys == left)
        await store.close()
    }
}

@Suite("Deliveries that a PostgreSQL store knows") struct PostgresDeliveryTests {
    @Test("One whose event is gone is forgotten once it is older than senders try again, and no other is") func forgotten() async throws {
        let database = try await PostgresDatabase()
        let clock = ManualClock()
        let store = try await database.open(clock: clock)
        for number in 0..<5000 where number % 1000 == 0 || number < 30 {
            _ = try await store.accept(sampleEvent("evt_\(number)"), dedupe: DedupeKey("delivery-\(number)"))
        }
        let all = try database.run("SELECT count(*) FROM received_keys")[0].int(0)
        try database.run("DELETE FROM events WHERE id <> 'evt_3'", "UPDATE received_keys SET received_at = received_at + 1 WHERE event_id = 'evt_5'")
        let cutoff = try database.run("SELECT max(received_at) FROM received_keys")[0].int(0)
        try await store.forgetReceived(before: Timestamp(milliseconds: cutoff))
        let left = try database.run("SELECT event_id FROM received_keys ORDER BY event_id").map { $0.text(0) }
        #expect(left == ["evt_3", "evt_5"] && all > 30)
        #expect(try await store.accept(sampleEvent("evt_again"), dedupe: "delivery-3").duplicate)
        #expect(try await !store.accept(sampleEvent("evt_new"), dedupe: "delivery-7").duplicate)
        await store.close()
    }
}
