import ScreeningTesting
import Testing

@Suite("PostgreSQL keeps every promise of a store")
struct PostgresConformanceTests {
    @Test("A PostgreSQL store passes each conformance check", arguments: StoreConformance.checks)
    func keeps(_ check: StoreConformance.Check) async throws {
        try await PostgresDatabase.withTables { database in await passes(check) { _, clock in try await database.open(clock: clock) } }
    }

    @Test("A PostgreSQL store with encryption keys passes each conformance check", arguments: StoreConformance.checks)
    func keepsSealed(_ check: StoreConformance.Check) async throws {
        try await PostgresDatabase.withTables { database in
            await passes(check) { _, clock in try await database.open(keys: [SealTests.key(1)], clock: clock) }
        }
    }

    private func passes(_ check: StoreConformance.Check, _ open: @escaping StoreConformance.Opening) async -> Bool {
        guard let failure = await StoreConformance(open: open).run(check) else { return true }
        Issue.record("\(failure)")
        return false
    }
}
