import ScreeningTesting
import Testing

@Suite("PostgreSQL keeps every promise of a store")
struct PostgresConformanceTests {
    @Test("A PostgreSQL store passes each conformance check", arguments: StoreConformance.checks)
    func keeps(_ check: StoreConformance.Check) async throws {
        let database = try await PostgresDatabase()
        let suite = StoreConformance { _, clock in try await database.open(clock: clock) }
        if let failure = await suite.run(check) { Issue.record("\(failure)") }
    }

    @Test("A PostgreSQL store with encryption keys passes each conformance check", arguments: StoreConformance.checks)
    func keepsSealed(_ check: StoreConformance.Check) async throws {
        let database = try await PostgresDatabase()
        let suite = StoreConformance { _, clock in try await database.open(keys: [SealTests.key(1)], clock: clock) }
        if let failure = await suite.run(check) { Issue.record("\(failure)") }
    }
}
