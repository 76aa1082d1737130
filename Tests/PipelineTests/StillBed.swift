import Screening
import ScreeningTesting

@testable import Pipeline

/// A pipeline whose work is done when a test says so, on a clock that a test moves.
final class StillBed: Sendable {
    let clock: ManualClock
    let harness: PipelineHarness
    private let external: ExternalSystems

    var store: any Store { harness.context.store }
    var commands: Commands { harness.commands }

    /// - Parameters:
    ///   - poll: how often WorkerChecks is read.
    ///   - other: a host that ended, whose store and surroundings this one takes over.
    init(poll: Duration = .seconds(900), after other: StillBed? = nil) async throws {
        clock = other?.clock ?? ManualClock()
        external = other?.external ?? ExternalSystems(pace: nil, clock: clock)
        harness = try await PipelineHarness(folder: other?.harness.folder, poll: poll, works: false, clock: clock, external: external)
    }

    /// Does what is due, one piece after the other, until nothing is; reads apart.
    func work() async throws {
        while true {
            let claims = try await store.claim(ClaimRequest(owner: "test", limit: 64, kinds: [.event, .run, .submit]))
            guard !claims.isEmpty else { return }
            for claim in claims { await harness.context.executor.work(on: claim) }
        }
    }

    /// Reads orders of an account as long as any are due and its budget grants it.
    func poll(_ account: String) async throws {
        let poller = Poller(harness.context)
        while true {
            let claims = try await store.claim(ClaimRequest(owner: "test", limit: 4, kinds: [.read], account: account))
            let (admitted, _) = try await poller.admitted(claims, account)
            let others = claims.filter { !admitted.contains($0) }
            try await store.release(others)
            for claim in admitted { await harness.context.executor.work(on: claim) }
            guard !claims.isEmpty, others.isEmpty else { return }
        }
    }

    /// Lets time pass, a second at a time, and does what comes due, until something holds; false where it does not within the time given.
    func pass(_ seconds: Int, until isMet: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<seconds {
            if try await isMet() { return true }
            clock.advance(by: .seconds(1))
            try await work()
        }
        return try await isMet()
    }

    /// Ends the host; what is outside goes on.
    func stop() async { await harness.stop() }

    /// Ends the host and what is outside.
    func end() async {
        await harness.stop()
        external.end()
    }
}
