import Logging
import Screening
import ScreeningTesting
import ServiceLifecycle
import Synchronization
import Testing

@testable import Pipeline

@Suite("The claim loop", .timeLimit(.minutes(1)))
struct ClaimLoopTests {
    private let harness = StageHarness()
    private let claims = (1...3).map { Claim(id: Int64($0), work: .run("run_\($0)"), owner: "one", attempt: 1) }

    private func loop(
        limit: Int = 4,
        admit: @escaping @Sendable ([Claim]) async throws -> ([Claim], notBefore: Timestamp?) = { ($0, nil) },
        work: @escaping @Sendable (Claim) async -> Void
    ) -> ClaimLoop {
        let request = ClaimRequest(owner: "one", limit: limit, kinds: [.run])
        var loop = ClaimLoop(environment: harness.environment, store: harness.store, request: request, drain: .seconds(8), work: work)
        loop.admit = admit
        return loop
    }

    /// Runs a loop as a service, until `body` has returned and the shutdown is over.
    private func running(_ loop: ClaimLoop, _ body: (ServiceGroup) async throws -> Void) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let group = ServiceGroup(services: [LoopService(loop: loop)], logger: logger)
        let runner = Task { try await group.run() }
        try await body(group)
        await group.triggerGracefulShutdown()
        _ = await runner.result
    }

    @Test("works on what it claims, up to its limit, and asks again when something is over")
    func works() async throws {
        let (store, gate) = (harness.store, Gate())
        store.with { $0.claimable = claims }
        let done = Mutex<[Claim]>([])
        try await running(
            loop(limit: 2) { claim in
                try? await gate.pass()
                done.withLock { $0.append(claim) }
            }
        ) { _ in
            await gate.waiting(2)
            #expect(store.with { $0.claimed.map(\.limit) } == [2])
            gate.open()
            await store.wait { $0.claimable.isEmpty }
        }
        #expect(done.withLock { Set($0) } == Set(claims))
    }

    @Test("gives back what it claimed where nobody can say what of it may be worked on")
    func admitFails() async throws {
        let store = harness.store
        store.with { $0.claimable = claims }
        let calls = Mutex(0)
        let admit: @Sendable ([Claim]) async throws -> ([Claim], notBefore: Timestamp?) = { given in
            let count = calls.withLock { calls in
                calls += 1
                return calls
            }
            if count == 1 { throw StoreError.unavailable("away for a moment") }
            return (given, nil)
        }
        try await running(loop(admit: admit) { _ in }) { _ in
            await store.wait { [claims] in Set($0.released) == Set(claims) }
        }
    }

    @Test("gives back later what the store does not take back at once")
    func releaseFails() async throws {
        let store = harness.store
        store.with { $0.claimable = claims }
        store.fail("release", StoreError.unavailable("away for a moment"))
        try await running(loop(admit: { _ in ([], notBefore: nil) }) { _ in }) { _ in
            await store.wait { !$0.claimed.isEmpty }
            store.wake()
            await store.wait { [claims] in Set($0.released) == Set(claims) }
        }
    }

    @Test("claims nothing before the moment that admission names")
    func notBefore() async throws {
        let (store, clock) = (harness.store, harness.clock)
        let until = clock.now() + .seconds(60)
        store.with { $0.claimable = claims }
        try await running(loop(admit: { _ in ([], notBefore: until) }) { _ in }) { _ in
            await store.wait { $0.released.count == 3 }
            store.wake()
            await Task.yield()
            clock.advance(by: .seconds(61))
            store.wake()
            await store.wait { $0.claimed.count >= 2 }
            #expect(store.with { $0.claimedAt.dropFirst().allSatisfy { $0 >= until } })
        }
    }

    @Test("renews what it holds, and stops work on a claim that was lost")
    func renews() async throws {
        let (store, clock, gate) = (harness.store, harness.clock, Gate())
        store.with { $0.claimable = [claims[0], claims[1]] }
        let cancelled = Mutex<[Claim]>([])
        try await running(
            loop { [claims] claim in
                do { try await gate.pass() } catch { cancelled.withLock { $0.append(claim) } }
                if claim == claims[0] { gate.open() }
            }
        ) { _ in
            await gate.waiting(2)
            store.with { [claims] in $0.lost = [claims[0]] }
            await clock.waitForSleepers()
            clock.advance(by: .seconds(10))
            await store.wait { !$0.renewed.isEmpty }
            try await gate.pass()
        }
        #expect(store.with { Set($0.renewed[0]) } == [claims[0], claims[1]])
        #expect(cancelled.withLock { $0 } == [claims[0]])
    }

    @Test("lets work under way go on after a shutdown was asked for, and cancels it when its time is over")
    func drains() async throws {
        let (store, clock, gate) = (harness.store, harness.clock, Gate())
        store.with { $0.claimable = [claims[0]] }
        let cancelled = Mutex(false)
        try await running(
            loop { _ in
                do { try await gate.pass() } catch { cancelled.withLock { $0 = true } }
            }
        ) { group in
            await gate.waiting(1)
            await clock.waitForSleepers(1)
            await group.triggerGracefulShutdown()
            // The renewal of leases sleeps, and now the drain.
            await clock.waitForSleepers(2)
            #expect(!cancelled.withLock { $0 })
            clock.advance(by: .seconds(9))
        }
        #expect(cancelled.withLock { $0 })
    }
}

private struct LoopService: Service {
    let loop: ClaimLoop

    func run() async throws { await loop.run() }
}
