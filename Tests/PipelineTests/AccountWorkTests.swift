import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

@Suite("Work for each account", .timeLimit(.minutes(1)))
struct AccountWorkTests {
    private let bench = StageBench()

    private var poller: Poller {
        Poller(
            environment: bench.environment,
            store: bench.store,
            desk: bench.desk,
            accounts: bench.accounts,
            options: bench.options,
            owner: "poller"
        )
    }

    @Test("An account is polled until it is configured no more, and again when it is back")
    func pollsWhileConfigured() async throws {
        let (store, directory, poller) = (bench.store, bench.directory, poller)
        let (connections, accounts) = (directory.connections, directory.accounts)
        let polling = Task { try await poller.run() }
        await store.wait { $0.listeners == 1 }
        directory.replace(connections: connections, accounts: [])
        await move { $0.listeners == 0 }
        directory.replace(connections: connections, accounts: accounts)
        await move { $0.listeners == 1 }
        polling.cancel()
        _ = await polling.result
        #expect(store.with { $0.listeners } == 0)
    }

    /// Moves the clock on until something holds.
    private func move(until isMet: @escaping @Sendable (StubStore.State) -> Bool) async {
        let (store, clock) = (bench.store, bench.clock)
        let moving = Task {
            while !Task.isCancelled {
                await clock.waitForSleepers()
                clock.advance(by: .seconds(2))
                await Task.yield()
            }
        }
        await store.wait(until: isMet)
        moving.cancel()
    }
}
