import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("What PostgreSQL sessions count of quotas")
struct PostgresUsageTests {
    @Test("Rows of sessions that are gone are put together, and nothing is lost of what they counted")
    func folds() async throws {
        let database = try await PostgresDatabase()
        let clock = ManualClock()
        for round in 0..<4 {
            let store = try await database.open(clock: clock)
            if round == 0 { try await store.perform([.run(sampleRun("run_1", event: nil))]) }
            for key in 0..<3 { try await Self.keep(.string(String(repeating: "x", count: 100 * (round + 1))), "key \(key)", store) }
            await store.close()
        }
        func rows() throws -> Int64 { try database.run("SELECT count(*) FROM usage WHERE kind = 'values'")[0].int(0) }
        #expect(try rows() > 1)
        let store = try await database.open(clock: clock)
        let used = try await store.usage(of: "acme")
        try await store.keep([])
        #expect(try await store.usage(of: "acme") == used)
        #expect(try rows() == 1)
        let real = try database.run("SELECT sum(octet_length(body))::bigint FROM kv")[0].int(0)
        #expect(used.amount(.values, at: clock.now()) == Int(real))
        await store.close()
    }

    @Test("Replicas that keep values while others put the counts together lose none, and wait for nobody in a circle")
    func foldsBesideOthers() async throws {
        let database = try await PostgresDatabase()
        let clock = ManualClock()
        let stores = [try await database.open(clock: clock), try await database.open(clock: clock)]
        try await stores[0].perform([.run(sampleRun("run_1", event: nil))])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for store in stores {
                group.addTask { for _ in 0..<40 { try await store.keep([]) } }
                for key in 0..<6 {
                    group.addTask {
                        for size in 1...20 { try await Self.keep(.string(String(repeating: "x", count: size * 10)), "key \(key)", store) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let used = try await stores[0].usage(of: "acme").amount(.values, at: clock.now())
        #expect(used == Int(try database.run("SELECT sum(octet_length(body))::bigint FROM kv")[0].int(0)))
        for store in stores { await store.close() }
        #expect(try database.run("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").first?.int(0) == 0)
    }

    private static func keep(_ value: JSON, _ key: String, _ store: PostgresStore) async throws {
        let effect = StepEffect.value(connection: "acme", key: key, value, expires: nil)
        _ = try await store.remember([], of: "run_1", doing: .within(Quota(.values, of: "acme", limit: 1 << 20), effect))
    }
}
