import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("A SQLite store's file of keys")
struct KeyTableTests {
    @Test("Nothing is sealed under keys that are not there any more")
    func nothingIsSealedUnderLostKeys() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        try Self.change(folder, "DELETE FROM data_keys WHERE id > 1", "UPDATE sqlite_sequence SET seq = 1")
        try await KeyTableTrial.write(to: store)
        await store.close()
        let reopened = try folder.open()
        try await KeyTableTrial.readAll(from: reopened)
        await reopened.close()
    }

    @Test("An event whose key was destroyed is claimed, and ends as a dead letter")
    func unreadableEventEnds() async throws {
        let folder = try SQLiteFolder()
        var store = try folder.open()
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        await store.close()
        try Self.change(folder, "DELETE FROM data_keys")
        store = try folder.open()
        try await KeyTableTrial.endUnreadable(store)
        await store.close()
    }

    @Test("A file of keys that is older than the rows is refused, and a newer one is not")
    func olderKeysAreRefused() async throws {
        let folder = try SQLiteFolder()
        try await (folder.open()).close()
        let old = folder.file("old-keys.db")
        try FileManager.default.copyItem(atPath: folder.file("fairlead-keys.db"), toPath: old)
        let store = try folder.open()
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        await store.close()
        try FileManager.default.moveItem(atPath: folder.file("fairlead-keys.db"), toPath: folder.file("new-keys.db"))
        try FileManager.default.moveItem(atPath: old, toPath: folder.file("fairlead-keys.db"))
        #expect {
            _ = try folder.open()
        } throws: { error in
            guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
            return why.contains("older than the store") && why.contains("put back")
        }
        try FileManager.default.removeItem(atPath: folder.file("fairlead-keys.db"))
        try FileManager.default.moveItem(atPath: folder.file("new-keys.db"), toPath: folder.file("fairlead-keys.db"))
        let again = try folder.open()
        #expect(try await again.event("evt_1") != nil)
        await again.close()
    }

    @Test("Commits do not wait for whoever writes to the file of keys")
    func commitsDoNotWaitForTheFileOfKeys() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        try await store.tryWriting()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let keys = try DatabaseQueue(path: folder.file("fairlead-keys.db"), configuration: configuration)
        try await keys.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        #expect(try await store.event("evt_1") != nil)
        try await keys.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        try keys.close()
        await store.close()
    }

    @Test("A store whose keys cannot be made accepts nothing, and says so")
    func isNotAbleWithoutKeys() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        try Self.change(folder, "ALTER TABLE data_keys RENAME TO gone")
        await #expect(throws: StoreError.self) { try await store.tryWriting() }
        try Self.change(folder, "ALTER TABLE gone RENAME TO data_keys")
        try await store.tryWriting()
        await store.close()
    }

    @Test("What was refused before its turn came leaves its key to the next")
    func refusalsBurnNoKeys() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        var ids: Set<Int64> = []
        for number in 1...3 {
            await #expect(throws: StoreError.full) {
                try await store.withNewKey(for: "evt_\(number)") { key in
                    ids.insert(key.id)
                    throw StoreError.full
                }
            }
        }
        #expect(ids.count == 1)
        await #expect(throws: StoreError.unknown("")) {
            try await store.withNewKey(for: "evt_4") { key in
                ids.insert(key.id)
                throw StoreError.unknown("")
            }
        }
        try await store.withNewKey(for: "evt_5") { key in #expect(ids.insert(key.id).inserted) }
        await store.close()
    }

    @Test("Orders and events that are refused leave no key behind")
    func refusedRowsLeaveNoKeys() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        try await KeyTableTrial.refuse(by: store)
        await store.close()
        let keys = try DatabaseQueue(path: folder.file("fairlead-keys.db"))
        #expect(try await keys.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM data_keys") } == KeyTableTrial.accepted)
        try keys.close()
        let reopened = try folder.open()
        try await KeyTableTrial.expectAccepted(reopened)
        await reopened.close()
    }

    private static func change(_ folder: SQLiteFolder, _ statements: String...) throws {
        let keys = try DatabaseQueue(path: folder.file("fairlead-keys.db"))
        try keys.write { db in for sql in statements { try db.execute(sql: sql) } }
        try keys.close()
    }
}

/// What every store does where its key table is set back behind its back, by a standby that was promoted or a backup of the keys.
enum KeyTableTrial {
    /// Writes everything that is sealed under a key of its own.
    static func write(to store: any Store) async throws {
        #expect(try await store.accept(sampleEvent("evt_2"), dedupe: "two").duplicate == false)
        #expect(try await store.accept(sampleEvent("evt_3"), dedupe: "two").duplicate)
        #expect(try await store.place(sampleOrder("ord_1", "application-1")).isNew)
        try await store.perform([.record(sampleEvent("evt_4")), .run(sampleRun("run_1", event: "evt_1"))])
        let step = Step(number: 1, kind: "orders.place", requestHash: "h", request: [:], at: Timestamp(milliseconds: 0))
        _ = try await store.remember([step], of: "run_1", doing: .place(sampleOrder("ord_2", "application-2")) { _ in [:] })
    }

    /// How many events and orders stay of what ``refuse(by:)`` tries to write.
    static let accepted = 3

    /// Has much refused: orders over the quota and orders that were withdrawn, events that come with something that is not so any more.
    static func refuse(by store: any Store) async throws {
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        try await store.perform([.run(sampleRun("run_1", event: "evt_1"))])
        func place(_ number: Int, asked: Occurrence? = nil) async throws {
            let effect = StepEffect.place(sampleOrder("ord_\(number)", "application-\(number)"), asked: asked) { _ in [:] }
            _ = try await store.remember([], of: "run_1", doing: .within(Quota(.orders, of: "acme", limit: 2), effect))
        }
        try await place(1)
        let withdrawn = Occurrence(occurredAt: nil, receivedAt: SystemClock().now())
        _ = try await store.remember([], of: "run_1", doing: .withdraw(connection: "acme", externalID: "application-2", withdrawn))
        let earlier = Occurrence(occurredAt: nil, receivedAt: withdrawn.receivedAt + .seconds(-3600))
        for _ in 0..<3 { await #expect(throws: StoreError.conflict) { try await place(2, asked: earlier) } }
        let record = Effect.record(sampleEvent("evt_2"))
        for _ in 0..<3 { await #expect(throws: StoreError.conflict) { try await store.perform([record, .expect(.event("evt_1", in: .dead))]) } }
        for _ in 0..<3 { await #expect(throws: StoreError.conflict) { try await store.perform([.record(sampleEvent("evt_1"))]) } }
        try await place(3)
        for number in 4..<8 {
            await #expect(throws: StoreError.overQuota(Quota(.orders, of: "acme", limit: 2))) { try await place(number) }
        }
    }

    static func expectAccepted(_ store: any Store) async throws {
        #expect(try await store.event("evt_1") != nil)
        for number in [1, 3] { #expect(try await store.order("ord_\(number)")?.candidate.firstName.value == "Ana") }
    }

    static func readAll(from store: any Store) async throws {
        for id in ["evt_1", "evt_2", "evt_4"] { #expect(try await store.event(id) != nil, "\(id)") }
        for id in ["ord_1", "ord_2"] { #expect(try await store.order(id)?.candidate.firstName.value == "Ana", "\(id)") }
        #expect(try await store.run("run_1") != nil)
        #expect(try await store.steps(of: "run_1").count == 1)
    }

    /// Claims an event that cannot be read, and ends it as the pipeline does.
    static func endUnreadable(_ store: any Store) async throws {
        let claim = try #require(try await store.claim(ClaimRequest(owner: "a", limit: 9, kinds: [.event])).first)
        #expect(claim.work == .event("evt_1"))
        await #expect {
            _ = try await store.event("evt_1")
        } throws: { error in
            guard case StoreError.corrupt(let what)? = error as? StoreError else { return false }
            return what.contains("destroyed")
        }
        let problem = Problem(code: "unreadable", message: "its key is gone", at: Timestamp(milliseconds: 0))
        await #expect {
            try await store.commit(claim, Decision(.done, [.event(id: "evt_1", state: .dead, problem: problem)]))
        } throws: { error in
            if case StoreError.corrupt? = error as? StoreError { true } else { false }
        }
        try await store.commit(claim, Decision(.done, [.event(id: "evt_1", state: .dead, problem: nil)]))
        #expect(try await store.claim(ClaimRequest(owner: "a", limit: 9, kinds: [.event])).isEmpty)
        #expect(try await store.counts().events.map { ($0.key.state, $0.value) }.first.map { $0 == ("dead", 1) } == true)
    }
}

/// A run as it begins.
func sampleRun(_ id: String, event: String?) -> Run {
    Run(
        id: id,
        connection: "acme",
        plugin: "webhook",
        pluginVersion: "1.0.0",
        script: "hash",
        hook: "on_event",
        event: event,
        order: nil,
        input: .event(parameters: [:]),
        createdAt: Timestamp(milliseconds: 0)
    )
}
