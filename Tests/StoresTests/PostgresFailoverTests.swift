import CrashTesting
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("A URL with several PostgreSQL servers")
struct PostgresFailoverTests {
    @Test("Where the primary is killed under load, everything goes on with its synchronous standby: nothing is lost, nothing is there twice")
    func goesOnWithTheStandby() async throws {
        let pair = try PostgresPair()
        let store = try await PostgresDatabase(url: pair.url).open(keys: [SealTests.key(1)])
        try await store.perform((0..<20).map { .queue(QueuedWork(.run("w\($0)"), due: Timestamp(milliseconds: 0))) })
        let held = try await store.claim(ClaimRequest(owner: "one", limit: 5, kinds: [.run]))
        var trial = AcceptanceTrial()
        trial.failures = 1
        try await trial.run(on: store) { _ in
            try pair.kill()
            try pair.promote()
        }
        // What was claimed before is still held, and what is left is claimed once.
        let rest = try await store.claim(ClaimRequest(owner: "one", limit: 100, kinds: [.run]))
        #expect(Set((held + rest).map(\.work)).count == 20 && held.count + rest.count == 20)
        for claim in held + rest { try await store.commit(claim, Decision(.done)) }
        await store.close()
    }
}
