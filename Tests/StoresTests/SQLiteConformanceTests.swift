import ScreeningTesting
import Testing

@Suite("SQLite keeps every promise of a store")
struct SQLiteConformanceTests {
    @Test("A SQLite store passes each conformance check", arguments: StoreConformance.checks)
    func keeps(_ check: StoreConformance.Check) async throws {
        let folder = try SQLiteFolder()
        let suite = StoreConformance { name, clock in try folder.open(name, clock: clock) }
        if let failure = await suite.run(check) { Issue.record("\(failure)") }
    }

    @Test("A SQLite store with encryption keys passes each conformance check", arguments: StoreConformance.checks)
    func keepsSealed(_ check: StoreConformance.Check) async throws {
        let folder = try SQLiteFolder()
        let suite = StoreConformance { name, clock in try folder.open(name, keys: [SealTests.key(1)], clock: clock) }
        if let failure = await suite.run(check) { Issue.record("\(failure)") }
    }

    @Test("Every conformance check has a unique name")
    func checksHaveNamesOfTheirOwn() {
        #expect(Set(StoreConformance.checks.map(\.name)).count == StoreConformance.checks.count)
    }
}
