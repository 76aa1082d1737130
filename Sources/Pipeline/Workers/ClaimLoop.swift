import Logging
import Screening
import ServiceLifecycle
import Synchronization

/// Claims, works, renews leases, and gives everything back at shutdown.
struct ClaimLoop: Sendable {
    let environment: Environment
    let store: any Store
    let request: ClaimRequest
    /// Does one piece of claimed work, to the end or until it is cancelled.
    let work: @Sendable (Claim) async -> Void
    /// Which of the claims just taken may be worked on now. The others are given back as they were, and nothing is claimed before the moment given.
    var admit: @Sendable ([Claim]) async throws -> (admitted: [Claim], notBefore: Timestamp?) = { ($0, nil) }

    /// How long work under way may go on after shutdown was asked for.
    static let drain = Duration.seconds(8)

    private final class Held: Sendable {
        let claims = Mutex<[Claim: Task<Void, Never>]>([:])
        let pause = Mutex<(since: Timestamp, until: Timestamp)?>(nil)
        var count: Int { claims.withLock { $0.count } }
    }

    /// Works until shutdown.
    func run() async throws {
        let held = Held()
        let (doorbell, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let wakeUps = store.wakeUps()
        let ringing = Task { for await _ in wakeUps { bell.yield() } }
        let renewing = Task { try await renew(held) }
        defer {
            ringing.cancel()
            renewing.cancel()
        }
        bell.yield()
        await withGracefulShutdownHandler {
            for await _ in doorbell {
                if Task.isShuttingDownGracefully || Task.isCancelled { break }
                await fill(held, bell)
            }
        } onGracefulShutdown: {
            bell.finish()
        }
        await finish(held)
    }

    /// Claims as much as there is room for, and starts on it.
    private func fill(_ held: Held, _ bell: AsyncStream<Void>.Continuation) async {
        do {
            while !Task.isShuttingDownGracefully {
                let now = environment.clock.now()
                if let pause = held.pause.withLock({ $0 }), pause.since <= now, now < pause.until { return }
                var ask = request
                ask.limit -= held.count
                guard ask.limit > 0 else { return }
                let claims = try await store.claim(ask)
                let (admitted, notBefore) = try await admit(claims)
                held.pause.withLock { $0 = notBefore.map { (now, $0) } }
                for claim in admitted { start(claim, held, bell) }
                let others = claims.filter { !admitted.contains($0) }
                if !others.isEmpty { try await store.release(others) }
                guard claims.count == ask.limit, others.isEmpty else { return }
            }
        } catch {
            environment.logger.error("claiming failed; it is tried again", metadata: ["error": "\(error)"])
        }
    }

    private func start(_ claim: Claim, _ held: Held, _ bell: AsyncStream<Void>.Continuation) {
        // Entered under the lock that the task's own end takes, so that the entry is there before it is removed.
        held.claims.withLock { claims in
            // A claim of ours whose lease ran out and that we took again is still being worked on: once is enough.
            guard claims[claim] == nil else { return }
            claims[claim] = Task {
                await work(claim)
                held.claims.withLock { $0[claim] = nil }
                bell.yield()
            }
        }
    }

    private func renew(_ held: Held) async throws {
        let third = Duration.milliseconds(request.lease.wholeMilliseconds / 3)
        while true {
            try await environment.clock.sleep(for: third)
            let claims = held.claims.withLock { Array($0.keys) }
            guard !claims.isEmpty else { continue }
            guard let kept = try? await store.renew(claims, lease: request.lease) else { continue }
            for lost in Set(claims).subtracting(kept) { held.claims.withLock { $0[lost] }?.cancel() }
        }
    }

    /// Waits for what is under way, then cancels what is left; the desk gives that back unspent.
    private func finish(_ held: Held) async {
        let underWay = held.claims.withLock { Array($0.values) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for task in underWay { await task.value } }
            // Ends at once where the host itself is cancelled: then nothing is waited for.
            group.addTask { try? await Task.sleep(for: ClaimLoop.drain) }
            await group.next()
            for task in underWay { task.cancel() }
            group.cancelAll()
        }
    }
}
