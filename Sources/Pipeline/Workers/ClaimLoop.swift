import Logging
import Screening
import ServiceLifecycle
import Synchronization

/// Claims, works, renews leases, and gives everything back at shutdown.
struct ClaimLoop: Sendable {
    let environment: Environment
    let store: any Store
    let request: ClaimRequest
    /// How long work under way may go on after shutdown was asked for.
    let drain: Duration
    /// Does one piece of claimed work, to the end or until it is cancelled.
    let work: @Sendable (Claim) async -> Void
    /// Which of the claims just taken may be worked on now. The others are given back as they were, and nothing is claimed before the time given.
    var admit: @Sendable ([Claim]) async throws -> (admitted: [Claim], notBefore: Timestamp?) = { ($0, nil) }

    private final class ActiveClaims: Sendable {
        let claims = Mutex<[Claim: Task<Void, Never>]>([:])
        /// Claims that are not worked on and that the store has not taken back yet.
        let unwanted = Mutex<[Claim]>([])
        /// When each lane was served last, as the number of claims so far.
        let served = Mutex<(count: Int, lanes: [String: Int])>((0, [:]))
        let pause = Mutex<(since: Timestamp, until: Timestamp)?>(nil)
        /// How much of each lane is held.
        var held: [String: Int] { claims.withLock { $0.keys.reduce(into: [:]) { $0[$1.lane, default: 0] += 1 } } }
    }

    /// Works until shutdown, or until it is cancelled. Nothing is held when it returns.
    func run() async {
        let active = ActiveClaims()
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let wakeUps = store.wakeUps(for: Set(request.kinds))
        signal.yield()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in wakeUps { signal.yield() } }
            group.addTask { await renew(active) }
            await withGracefulShutdownHandler {
                var last: ContinuousClock.Instant?
                for await _ in signals {
                    if Task.isShuttingDownGracefully || Task.isCancelled { break }
                    // What comes free meanwhile is filled with the same claim. By no clock of the environment: it is about load, not about what is due.
                    if let next = last.map({ $0 + store.pauseBetweenClaims }), next > .now { try? await Task.sleep(until: next) }
                    await fill(active, signal)
                    last = .now
                }
            } onGracefulShutdown: {
                signal.finish()
            }
            await finish(active)
            group.cancelAll()
        }
    }

    /// Claims as much as there is room for, and starts on it.
    private func fill(_ active: ActiveClaims, _ signal: AsyncStream<Void>.Continuation) async {
        do {
            try await giveBack([], active)
            while !Task.isShuttingDownGracefully {
                let now = environment.clock.now()
                if let pause = active.pause.withLock({ $0 }), pause.since <= now, now < pause.until { return }
                let held = active.held
                var ask = request
                ask.limit -= held.values.reduce(0, +)
                ask.share?.held = held
                ask.share?.served = active.served.withLock { $0.lanes }
                guard ask.limit > 0 else { return }
                let claims = try await store.claim(ask)
                environment.storeAnswered(wrote: !claims.isEmpty)
                active.served.withLock { served in
                    for claim in claims {
                        served.count += 1
                        served.lanes[claim.lane] = served.count
                    }
                }
                let (admitted, notBefore) = try await admitted(claims, active)
                active.pause.withLock { $0 = notBefore.map { (now, $0) } }
                for claim in admitted { start(claim, active, signal) }
                let others = claims.filter { !admitted.contains($0) }
                if !others.isEmpty { try await giveBack(others, active) }
                // Of many lanes no more than a few of each are given at once.
                guard claims.count == ask.limit || claims.contains(where: { $0.lane != claims[0].lane }), others.isEmpty else { return }
            }
        } catch {
            environment.storeFailed(error, "claiming work")
        }
    }

    /// What may be worked on. Where that cannot be determined, all of it is given back: work that was neither started nor given back would look as if a host
    /// had died over it.
    private func admitted(_ claims: [Claim], _ active: ActiveClaims) async throws -> (admitted: [Claim], notBefore: Timestamp?) {
        do { return try await admit(claims) } catch {
            try await giveBack(claims, active)
            throw error
        }
    }

    /// Gives claims back, together with those that the store failed to take back before. What it fails to take now is given back the next time.
    private func giveBack(_ claims: [Claim], _ active: ActiveClaims) async throws {
        let all = active.unwanted.withLock { unwanted in
            defer { unwanted = [] }
            return unwanted + claims
        }
        guard !all.isEmpty else { return }
        do { try await store.release(all) } catch {
            active.unwanted.withLock { $0 += all }
            throw error
        }
    }

    private func start(_ claim: Claim, _ active: ActiveClaims, _ signal: AsyncStream<Void>.Continuation) {
        // Entered under the lock that the task's own end takes, so that the entry is there before it is removed.
        active.claims.withLock { claims in
            // If a lease of ours ran out and we claimed the work again, the first task is still working on it: do not start a second.
            guard claims[claim] == nil else { return }
            // Not a child of the loop's task group: each is cancelled by itself where its claim is lost. `finish` waits for all of them.
            let isBehind = claim.due.map { $0 + ClaimRequest.Share.behindAfter < environment.clock.now() } ?? false
            claims[claim] = Task(executorPreference: isBehind ? WorkThreads.shared.patient : WorkThreads.shared.prompt) {
                await work(claim)
                active.claims.withLock { $0[claim] = nil }
                signal.yield()
            }
        }
    }

    private func renew(_ active: ActiveClaims) async {
        let third = Duration.milliseconds(request.lease.wholeMilliseconds / 3)
        while !Task.isCancelled {
            do { try await environment.clock.sleep(for: third) } catch { return }
            let claims = active.claims.withLock { Array($0.keys) }
            guard !claims.isEmpty else { continue }
            do {
                let kept = try await store.renew(claims, lease: request.lease)
                environment.storeAnswered(wrote: true)
                for lost in Set(claims).subtracting(kept) { active.claims.withLock { $0[lost] }?.cancel() }
            } catch {
                environment.storeFailed(error, "renewing leases", .warning)
            }
        }
    }

    /// Waits for what is under way, then cancels what is left; whoever works on it gives it back unspent.
    private func finish(_ active: ActiveClaims) async {
        let underWay = active.claims.withLock { Array($0.values) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for task in underWay { await task.value } }
            // The wait ends at once where the host itself is cancelled.
            group.addTask { try? await environment.clock.sleep(for: drain) }
            await group.next()
            for task in underWay { task.cancel() }
            group.cancelAll()
        }
        do { try await giveBack([], active) } catch {
            environment.logger.warning(
                "work that was not begun is not given back; it returns with its lease",
                metadata: ["event": "work.kept", "error": "\(error)"]
            )
        }
    }
}
