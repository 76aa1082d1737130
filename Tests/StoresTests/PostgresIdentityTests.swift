import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("A PostgreSQL store's identity")
struct PostgresIdentityTests {
    @Test("A store is new once, and keeps its identifier")
    func isKept() async throws {
        let database = try await PostgresDatabase()
        let store = try await database.open()
        #expect(store.identity.isNew && store.identity.id.hasPrefix("sto_") && store.identity.place.hasPrefix("postgres://"))
        let second = try await database.open()
        #expect(second.identity == StoreIdentity(id: store.identity.id, isNew: false, place: store.identity.place))
        await store.close()
        await second.close()
    }

    @Test("No empty store is begun where the tables are gone, unless that is asked for")
    func isNotBegunAnew() async throws {
        let database = try await PostgresDatabase()
        await (try await database.open()).close()
        try database.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        await #expect {
            _ = try await database.open()
        } throws: { error in
            guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
            return why.contains("--new-store") && why.contains("fairlead_keys")
        }
        let new = try await PostgresStore.open(url: database.url, newStore: true, clock: ManualClock(), random: SystemRandom())
        #expect(new.identity.isNew)
        await new.close()
        await (try await database.open()).close()
    }

    @Test(
        "While another store, or none, is behind the URL, nothing is accepted and nothing is claimed",
        arguments: ["dropped", "another"],
        PostgresDatabase.Way.allCases
    )
    func acceptsNothingFromAnotherStore(_ how: String, _ way: PostgresDatabase.Way) async throws {
        let database = try await PostgresDatabase(by: way)
        let store = try await database.open()
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        try database.run("ALTER SCHEMA public RENAME TO aside", "ALTER SCHEMA fairlead_keys RENAME TO aside_keys", "CREATE SCHEMA public")
        if how == "another" { await (try await database.open()).close() }
        await #expect(throws: StoreError.self) { try await store.tryWriting() }
        await #expect(throws: StoreError.self) { _ = try await store.accept(sampleEvent("evt_2"), dedupe: nil) }
        await #expect(throws: StoreError.self) { _ = try await store.place(sampleOrder("ord_1", "application-1")) }
        await #expect(throws: StoreError.self) { _ = try await store.claim(ClaimRequest(owner: "a", limit: 1, kinds: [.event])) }
        try database.run(
            "DROP SCHEMA public CASCADE",
            "DROP SCHEMA IF EXISTS fairlead_keys CASCADE",
            "ALTER SCHEMA aside RENAME TO public",
            "ALTER SCHEMA aside_keys RENAME TO fairlead_keys"
        )
        try await Self.eventually { try await store.tryWriting() }
        try await Self.eventually { _ = try await store.accept(sampleEvent("evt_2"), dedupe: "again") }
        #expect(try await store.event("evt_1") != nil)
        await store.close()
    }

    /// Tries until it succeeds: a session waits a little before it connects again.
    private static func eventually(_ body: () async throws -> Void) async throws {
        for _ in 0..<200 {
            if (try? await body()) != nil { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        try await body()
    }
}
