import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

@Suite("Work for each account", .timeLimit(.minutes(1)))
struct AccountWorkTests {
    private let harness = StageHarness()

    private var poller: Poller {
        Poller(
            environment: harness.environment,
            store: harness.store,
            executor: harness.executor,
            accounts: harness.accounts,
            options: harness.options,
            owner: "poller"
        )
    }

    @Test("An account is polled until it is configured no more, and again when it is back")
    func pollsWhileConfigured() async throws {
        let (store, registry, poller) = (harness.store, harness.registry, poller)
        let (connections, accounts) = (registry.connections, registry.accounts)
        let polling = Task { try await poller.run() }
        await store.wait { $0.listeners == 1 }
        registry.replace(connections: connections, accounts: [])
        await move { $0.listeners == 0 }
        registry.replace(connections: connections, accounts: accounts)
        await move { $0.listeners == 1 }
        polling.cancel()
        _ = await polling.result
        #expect(store.with { $0.listeners } == 0)
    }

    // MARK: Which reads are admitted

    private let reads = (1...4).map { Claim(id: Int64($0), work: .read(order: "ord_\($0)"), owner: "poller", attempt: 1) }

    @Test("As many reads are admitted as the account's budget grants, and none before there are more")
    func budget() async throws {
        let next = harness.now + .seconds(20)
        harness.store.with { $0.grants["account:stub-uk"] = Grant(count: 3, next: next) }
        let (admitted, notBefore) = try await poller.admitted(reads, "stub-uk")
        #expect(admitted == Array(reads.prefix(3)) && notBefore == next)
        harness.store.with { $0.grants["account:stub-uk"] = nil }
        let all = try await poller.admitted(reads, "stub-uk")
        #expect(all.admitted == reads && all.notBefore == nil)
    }

    @Test("None is admitted while the account is paused, rests, or is gone")
    func notAdmitted() async throws {
        let until = harness.now + .seconds(40)
        harness.store.with { $0.states[.account("stub-uk")] = OperatingState(.account("stub-uk"), restsUntil: until) }
        let resting = try await poller.admitted(reads, "stub-uk")
        #expect(resting.admitted.isEmpty && resting.notBefore == until)
        try await harness.store.perform(try await harness.accounts.rejected(ProviderError(.unauthorised, "no"), by: harness.account))
        let paused = try await poller.admitted(reads, "stub-uk")
        #expect(paused.admitted.isEmpty && paused.notBefore == harness.now + .seconds(2))
        harness.registry.replace(connections: [], accounts: [])
        let gone = try await poller.admitted(reads, "stub-uk")
        #expect(gone.admitted.isEmpty && gone.notBefore == harness.now + .seconds(60))
        let nothing = try await poller.admitted([], "stub-uk")
        #expect(nothing.admitted.isEmpty && nothing.notBefore == nil)
    }

    @Test("Of a provider that does not answer one read is let through, once its time has come")
    func unanswered() async throws {
        for _ in 0..<10 { harness.breakers.unanswered.note(ProviderError(.noAnswer, "silence"), of: "stub-uk", harness.environment) }
        let early = try await poller.admitted(reads, "stub-uk")
        #expect(early.admitted.isEmpty && early.notBefore == harness.now + .seconds(5))
        harness.clock.advance(by: .seconds(6))
        let probe = try await poller.admitted(reads, "stub-uk")
        #expect(probe.admitted == [reads[0]] && probe.notBefore != nil)
    }

    // MARK: Probes

    @Test("A paused account is checked every five minutes, and goes on once its credentials are taken")
    func probesPaused() async throws {
        try await harness.store.perform(try await harness.accounts.rejected(ProviderError(.unauthorised, "no"), by: harness.account))
        harness.provider.answer { $0.packages = { throw ProviderError(.unauthorised, "no", status: 401) } }
        let probes = AccountProbes(environment: harness.environment, accounts: harness.accounts)
        try await probes.tryAgain(harness.account)
        try await probes.tryAgain(harness.account)
        #expect(harness.provider.calls == ["packages"])
        harness.provider.answer { $0.packages = { [] } }
        harness.clock.advance(by: .seconds(300))
        try await probes.tryAgain(harness.account)
        #expect(try await harness.accounts.pause(of: harness.account) == nil)
        #expect(harness.store.with { $0.advanced } == [.seconds(20)])
    }

    @Test("A provider that does not answer is asked something harmless when its time has come, and what waited is due once it answers")
    func probesUnanswered() async throws {
        let probes = AccountProbes(environment: harness.environment, accounts: harness.accounts)
        try await probes.tryAgain(harness.account)
        for _ in 0..<10 { harness.breakers.unanswered.note(ProviderError(.noAnswer, "silence"), of: "stub-uk", harness.environment) }
        try await probes.tryAgain(harness.account)
        #expect(harness.provider.calls.isEmpty)
        harness.clock.advance(by: .seconds(6))
        try await probes.tryAgain(harness.account)
        #expect(harness.provider.calls == ["packages"] && !harness.breakers.unanswered.isOpen("stub-uk"))
        #expect(harness.store.with { $0.advanced } == [.seconds(20)])
    }

    @Test("One whose last call failed is asked ten seconds later, again and again until that shows whether it is away")
    func probesDoubted() async throws {
        let probes = AccountProbes(environment: harness.environment, accounts: harness.accounts)
        harness.breakers.creating.note(ProviderError(.unavailable, "silence"), of: "stub-uk", harness.environment)
        try await probes.tryAgain(harness.account)
        #expect(harness.provider.calls.isEmpty)
        harness.provider.answer { $0.packages = { throw ProviderError(.unavailable, "silence") } }
        for _ in 0..<10 {
            harness.clock.advance(by: .seconds(10))
            try await probes.tryAgain(harness.account)
        }
        #expect(harness.provider.calls.count == 10 && harness.breakers.unanswered.isOpen("stub-uk"))
    }

    @Test("One that answers although an order failed is not asked again and again")
    func probesOrders() async throws {
        let probes = AccountProbes(environment: harness.environment, accounts: harness.accounts)
        harness.breakers.creating.note(ProviderError(.unavailable, "silence"), of: "stub-uk", harness.environment)
        for _ in 0..<20 {
            harness.clock.advance(by: .seconds(10))
            try await probes.tryAgain(harness.account)
        }
        #expect(harness.provider.calls == ["packages"])
    }

    /// Moves the clock on until something holds.
    private func move(until isMet: @escaping @Sendable (StubStore.State) -> Bool) async {
        let (store, clock) = (harness.store, harness.clock)
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
