import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("A PostgreSQL store's key table")
struct PostgresKeyTableTests {
    @Test("Nothing is sealed under keys that are not there any more")
    func nothingIsSealedUnderLostKeys() async throws {
        let database = try await PostgresDatabase()
        let store = try await database.open()
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        try database.run(
            "DELETE FROM fairlead_keys.data_keys WHERE id > (SELECT key_id FROM events)",
            "SELECT setval('fairlead_keys.data_keys_id_seq', (SELECT key_id FROM events))"
        )
        try await KeyTableTrial.write(to: store)
        await store.close()
        let reopened = try await database.open()
        try await KeyTableTrial.readAll(from: reopened)
        await reopened.close()
    }

    @Test("Where a number was given again, each replica opens what the other sealed, and removes no key of the other's")
    func numbersThatWereGivenAgainAreTold() async throws {
        let database = try await PostgresDatabase()
        let first = try await database.open()
        _ = try await first.accept(sampleEvent("evt_1"), dedupe: nil)
        _ = try await first.accept(sampleEvent("evt_lost"), dedupe: nil)
        try database.run(
            "DELETE FROM events WHERE id = 'evt_lost'",
            "DELETE FROM fairlead_keys.data_keys WHERE id > (SELECT key_id FROM events)",
            "SELECT setval('fairlead_keys.data_keys_id_seq', (SELECT key_id FROM events))"
        )
        let second = try await database.open()
        for number in 2...4 { _ = try await second.accept(sampleEvent("evt_\(number)"), dedupe: nil) }
        for number in 1...4 { #expect(try await first.event("evt_\(number)") != nil) }
        _ = try await first.accept(sampleEvent("evt_5"), dedupe: nil)
        await first.close()
        for number in 1...5 { #expect(try await second.event("evt_\(number)") != nil) }
        await second.close()
        let third = try await database.open()
        for number in 1...5 { #expect(try await third.event("evt_\(number)") != nil) }
        await third.close()
    }

    @Test("An event whose key was destroyed is claimed, and ends as a dead letter")
    func unreadableEventEnds() async throws {
        let database = try await PostgresDatabase()
        var store = try await database.open()
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        await store.close()
        try database.run("DELETE FROM fairlead_keys.data_keys")
        store = try await database.open()
        try await KeyTableTrial.endUnreadable(store)
        await store.close()
    }

    @Test("Orders and events that are refused leave no key behind")
    func refusedRowsLeaveNoKeys() async throws {
        let database = try await PostgresDatabase()
        let store = try await database.open()
        try await KeyTableTrial.refuse(by: store)
        await store.close()
        #expect(try database.run("SELECT count(*) FROM fairlead_keys.data_keys")[0].count(0) == KeyTableTrial.accepted)
        let reopened = try await database.open()
        try await KeyTableTrial.expectAccepted(reopened)
        await reopened.close()
    }

    @Test("Keys that are older than the rows are refused; a sequence that was not copied is mended")
    func olderKeysAreRefused() async throws {
        let database = try await PostgresDatabase()
        let store = try await database.open()
        for number in 1...3 { _ = try await store.accept(sampleEvent("evt_\(number)"), dedupe: nil) }
        await store.close()
        try database.run("SELECT setval('fairlead_keys.data_keys_id_seq', 1)")
        let mended = try await database.open()
        _ = try await mended.accept(sampleEvent("evt_4"), dedupe: nil)
        await mended.close()
        try database.run("DELETE FROM fairlead_keys.data_keys WHERE id > 1", "SELECT setval('fairlead_keys.data_keys_id_seq', 1)")
        await #expect {
            _ = try await database.open()
        } throws: { error in
            guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
            return why.contains("older than the store")
        }
    }

    @Test("A store whose keys cannot be made accepts nothing, and says so")
    func isNotAbleWithoutKeys() async throws {
        let database = try await PostgresDatabase()
        let store = try await database.open()
        try database.run("ALTER TABLE fairlead_keys.data_keys RENAME TO gone")
        await #expect(throws: StoreError.self) { try await store.tryWriting() }
        try database.run("ALTER TABLE fairlead_keys.gone RENAME TO data_keys")
        try await store.tryWriting()
        await store.close()
    }

    @Test("Of replicas that seal a new store at once one makes the keys, and all use them")
    func oneReplicaMakesTheKeys() async throws {
        let database = try await PostgresDatabase()
        await (try await database.open()).close()
        for round in 0..<10 {
            try database.run("DELETE FROM fairlead_keys.keyring")
            let hashes = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        let connection = try PostgresConnection(PostgresOptions(database.url))
                        return try PostgresStore.seal(connection, [SealTests.key(1)], BufferedRandom(SystemRandom())).index.hash([1])
                    }
                }
                return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(hashes.count == 1, "round \(round)")
        }
    }

    @Test("Replicas that note the same subjects in other orders do not wait for one another in a circle")
    func replicasLockSubjectsInOneOrder() async throws {
        let database = try await PostgresDatabase()
        let stores = [try await database.open(), try await database.open()]
        let time = Timestamp(milliseconds: 1)
        let effects: [Effect] = (0..<8).flatMap { [Effect.heard(.account("a\($0)"), at: time), .rest(.connection("c\($0)"), until: time)] }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (store, effects) in zip(stores, [effects, effects.reversed()]) {
                group.addTask { for _ in 0..<40 { try await store.perform(effects) } }
            }
            try await group.waitForAll()
        }
        for store in stores { await store.close() }
        #expect(try database.run("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").first?.int(0) == 0)
    }
}
