import Logging
import Screening

/// Does one piece of claimed work: loads what it is about, lets the stage decide, writes the decision.
struct WorkExecutor: Sendable {
    let environment: Environment
    let store: any Store
    let stages: Stages
    let poisonPillGuard: PoisonPillGuard
    let updates: UpdateFeed
    /// Goes on with commands for many things; nil where nobody gives any.
    var bulk: BulkRunner?
    /// What providers have said and the store has not taken yet.
    let unwritten = UnwrittenOutcomes()

    func work(on claim: Claim) async {
        var loaded: Result<LoadedWork, any Error>?
        // What took hosts down before is looked at only when it is alone.
        if claim.abandonedCount < PoisonPillGuard.isolationThreshold {
            do { loaded = .success(try await store.load(claim.work)) } catch { loaded = .failure(error) }
        }
        let subject = (try? loaded?.get()).flatMap { WorkSubject(claim.work, $0) }
        await WorkTelemetry.record(claim, subject, environment) { [loaded] in await attempt(claim, loaded) }
    }

    private func attempt(_ claim: Claim, _ loaded: Result<LoadedWork, any Error>?) async -> WorkResult {
        guard claim.abandonedCount >= PoisonPillGuard.isolationThreshold else { return await decide(claim, loaded) }
        guard claim.abandonedCount <= PoisonPillGuard.maximumAbandoned else {
            await giveUp(claim)
            return .givenUp
        }
        guard poisonPillGuard.enter() else {
            await again(claim, after: .seconds(1) + .milliseconds(Int64(environment.random.fraction() * 2_000)), spent: false)
            return .postponed
        }
        defer { poisonPillGuard.leave() }
        environment.logger.warning(
            "working by itself on what was under way when hosts stopped",
            metadata: ["event": "work.isolated", "work": "\(claim.work)", "times": .stringConvertible(claim.abandonedCount)]
        )
        return await decide(claim, loaded)
    }

    private func decide(_ claim: Claim, _ loaded: Result<LoadedWork, any Error>?) async -> WorkResult {
        do {
            let loaded = if let loaded { try loaded.get() } else { try await store.load(claim.work) }
            let others = OtherReplicas(environment: environment, store: store)
            if let name = loaded.missing(in: environment.registry), try await others.names().contains(name) {
                try await store.commit(claim, Decision(.again(at: others.nextOffer(), spent: false)))
                return .postponed
            }
            return WorkResult(try await write(try await result(of: claim, loaded), claim, loaded.order))
        } catch StoreError.conflict {
            // Something moved on since it was read: it is decided again on what stands now.
            await again(claim, after: .milliseconds(50), spent: false)
            return .conflict
        } catch is CancellationError {
            // Shutdown is not failure: the work is there again, unspent, for whoever comes next.
            environment.logger.notice("work given back at shutdown", metadata: ["event": "work.given_back", "work": "\(claim.work)"])
            await environment.reportingFailure(of: "giving work back; it returns with its lease") { try await store.release([claim]) }
            return .released
        } catch StoreError.keyMissing(let key) {
            await leaveToOthers(claim, key)
            return .postponed
        } catch StoreError.corrupt(let what) {
            await leaveUnread(claim, what)
            return .unreadable
        } catch {
            environment.storeFailed(error, "work", .error, ["work": "\(claim.work)"])
            await again(claim, after: .seconds(5), spent: false)
            return .failed
        }
    }

    private func result(of claim: Claim, _ loaded: LoadedWork) async throws -> StageResult {
        let gone = StageResult.decided(Decision(.done))
        switch claim.work {
        case .event:
            guard let event = loaded.event else { return gone }
            guard event.kind == .webhook else { return stages.event.decide(event) }
            guard let order = loaded.order else { return gone }
            return try await stages.webhook.decide(claim, event, order)
        case .run:
            guard let run = loaded.run else { return gone }
            return try await stages.run.decide(claim, run, loaded)
        case .submit:
            guard let order = loaded.order else { return gone }
            return try await stages.submit.decide(claim, order)
        case .read:
            guard let order = loaded.order else { return gone }
            return try await stages.read.decide(claim, order)
        case .notice(let id):
            guard let notice = try await store.notice(id) else { return gone }
            return try await stages.notice.decide(notice)
        case .delivery(let id):
            guard let delivery = try await store.delivery(id) else { return gone }
            return try await stages.delivery.decide(claim, delivery)
        case .bulk(let id): return .decided(try await bulk?.goOn(id) ?? Decision(.done))
        }
    }

    /// - Parameter known: the order as it was when it was read or written last.
    @discardableResult
    private func write(_ result: StageResult, _ claim: Claim, _ known: Order? = nil) async throws -> Decision.Disposition {
        switch result {
        case .decided(let decision, let published):
            do { try await store.commit(claim, decision) } catch {
                await keepAnswers(in: decision)
                throw error
            }
            environment.storeAnswered(wrote: true)
            environment.log(decision.effects)
            updates.publish(published)
            return decision.disposition
        case .first(let effects, let inDoubt, let then):
            do { try await store.perform(effects) } catch StoreError.unknown(let why) {
                guard let inDoubt else { throw StoreError.unknown(why) }
                return try await write(inDoubt(), claim)
            }
            environment.log(effects)
            return try await write(try await then(), claim, effects.lazy.compactMap(\.order).last ?? known)
        case .settle(let id, let work):
            return try await settle(id, work, claim, known.flatMap { $0.id == id ? $0 : nil })
        }
    }

    /// Writes what a run was answered where its end could not be written: what it did outside is done, and whoever goes on with it must know. Tried for half a
    /// minute where the store is away; in a task of its own, which the shutdown's cancellation does not reach.
    private func keepAnswers(in decision: Decision) async {
        await Task {
            for case .steps(let steps, let run) in decision.effects {
                for attempt in 0..<9 {
                    do {
                        try await store.remember(steps, of: run, doing: nil)
                        break
                    } catch {
                        // The run is not there any more: it was erased.
                        if error as? StoreError == .conflict { break }
                        guard (error as? StoreError)?.mayPass == true, attempt < 8 else {
                            environment.logger.error(
                                "what a run was answered could not be written: its calls may be made again, with the same keys",
                                metadata: ["event": "run.unwritten", "run": "\(run)", "error": "\(error)"]
                            )
                            break
                        }
                        try? await environment.clock.sleep(for: .milliseconds(100 << attempt))
                    }
                }
            }
        }.value
    }

    /// Writes what follows from something that has happened outside, on the order as it stands now, whoever holds the claim by then. It is not given up by a
    /// store that is away, for no other place records it; at a shutdown, when its time is over, it is tried once more and then given up. That the order was
    /// being sent is on disk: whoever finds it so looks for it at the provider or leaves it `uncertain`, and never sends it again. An order that was sealed
    /// with another key meanwhile is given up after half a minute, so that the claim goes to a host that has it.
    private func settle(
        _ id: String,
        _ work: @escaping @Sendable (Order) -> (decision: Decision, updates: [Update]),
        _ claim: Claim,
        _ known: Order?
    ) async throws -> Decision.Disposition {
        try await unwritten.during(id) {
            var (failures, keyless) = (0, 0)
            while true {
                let known = failures == 0 ? known : nil
                let isLast = Task.isCancelled
                do {
                    // A task of its own, which the shutdown's cancellation does not reach.
                    return try await Task { [self] in try await settleOnce(id, work, claim, known) }.value
                } catch let error as StoreError {
                    failures += 1
                    if error == .conflict {
                        guard failures < 20 else { throw error }
                        continue
                    }
                    // Once for each order, for it is in nobody's hands but ours; the outage itself is told once for all.
                    if failures == 1 {
                        environment.logger.error(
                            "what a provider said cannot be written yet",
                            metadata: ["event": "order.unwritten", "order": "\(id)", "error": "\(error)"]
                        )
                    }
                    environment.storeFailed(error, "writing what a provider said", .debug, ["order": "\(id)"])
                    // A running host does not get the key: whoever has it finds the order being sent, and looks for it.
                    if case .keyMissing = error { keyless += 1 }
                    guard error.mayPass, keyless < Self.keylessAttempts else { throw error }
                    if isLast {
                        leaveOpen(id, claim)
                        throw CancellationError()
                    }
                    // Where it is cancelled the wait ends at once.
                    try? await environment.clock.sleep(for: .milliseconds(100 << min(failures, 6)))
                }
            }
        }
    }

    private func leaveOpen(_ id: String, _ claim: Claim) {
        var metadata: Logger.Metadata = ["event": "order.left_uncertain", "order": "\(id)", "work": "\(claim.work)"]
        guard case .submit = claim.work else {
            metadata["event"] = "order.unwritten_at_stop"
            return environment.logger.error(
                "stopped before what a provider said was written; it is read again after the next start",
                metadata: metadata
            )
        }
        environment.logger.error(
            "an order is left uncertain: stopped before the provider's answer was written; after the next start it is looked for, and not sent again",
            metadata: metadata
        )
    }

    /// How often what a provider said is tried to be written on an order whose key is not here: for half a minute.
    private static let keylessAttempts = 9

    private func settleOnce(
        _ id: String,
        _ work: @Sendable (Order) -> (decision: Decision, updates: [Update]),
        _ claim: Claim,
        _ known: Order?
    ) async throws -> Decision.Disposition {
        // Where it writes the order, an order that has moved on since is a conflict, and it is worked out again on what stands by then. What leaves the order
        // alone is checked by nothing, and is decided on what stands now.
        var outcome = known.map(work)
        if outcome?.decision.effects.contains(where: { $0.order?.id == id }) != true {
            guard let order = try await store.order(id) else {
                try await store.commit(claim, Decision(.done))
                return .done
            }
            outcome = work(order)
        }
        guard let (decision, published) = outcome else { return .done }
        do {
            try await store.commit(claim, decision)
        } catch StoreError.conflict {
            // Either the order has moved on, and it is worked out again; or the claim is another's by now, and what happened is written all the same.
            guard try await store.renew([claim], lease: .seconds(30)).isEmpty else { throw StoreError.conflict }
            try await store.perform(decision.effects)
        }
        environment.log(decision.effects)
        updates.publish(published)
        return decision.disposition
    }

    /// Hosts stopped again and again while they worked on this, the last times on nothing else of the kind: whatever the cause, it must not go on.
    private func giveUp(_ claim: Claim) async {
        let message = "the host stopped \(claim.abandonedCount) times while it worked on this; look into its log for the reason, then try it again"
        environment.logger.error(
            "given up, for hosts stopped again and again while they worked on it",
            metadata: ["event": "work.given_up", "work": "\(claim.work)"]
        )
        let problem = Problem(code: "host_stopped", message: message, at: environment.clock.now())
        do {
            switch claim.work {
            case .event(let id):
                try await end(claim, id, problem)
            case .run(let id):
                guard let run = try await store.run(id), !run.state.isEnded else {
                    return try await store.commit(claim, Decision(.done))
                }
                try await write(stages.run.giveUp(run, problem), claim)
            case .submit, .read, .notice, .delivery, .bulk:
                // An order is never given up by itself: it is looked at again, seldom.
                await again(claim, after: .seconds(3600), spent: true)
            }
        } catch StoreError.keyMissing(let key) {
            await leaveToOthers(claim, key)
        } catch StoreError.corrupt(let what) {
            await leaveUnread(claim, what)
        } catch {
            await again(claim, after: .seconds(60), spent: false)
        }
    }

    /// Work that is sealed with a key which this host does not have waits, its attempt unspent, for a host that has it. The issue `key_missing` says so.
    private func leaveToOthers(_ claim: Claim, _ key: String) async {
        environment.logger.debug(
            "work is left to a host that has its key",
            metadata: ["event": "work.key_missing", "work": "\(claim.work)", "key": "\(key)"]
        )
        await again(claim, after: .seconds(10) + .milliseconds(Int64(environment.random.fraction() * 5_000)), spent: false)
    }

    /// What a row says cannot be read, for its key is not given any more or the file is damaged: an event says so, other work is looked at again, seldom.
    private func leaveUnread(_ claim: Claim, _ what: String) async {
        environment.logger.error(
            "stored work cannot be read; give the key that it was sealed with, or restore a backup",
            metadata: ["event": "store.unreadable", "work": "\(claim.work)", "why": "\(what)"]
        )
        let problem = Problem(
            code: "unreadable",
            message: "what was stored cannot be read (\(what)); give the key that it was sealed with, or restore a backup, and replay the event",
            at: environment.clock.now()
        )
        do {
            switch claim.work {
            case .event(let id): return try await end(claim, id, problem)
            case .run(let id):
                // What came in is replayed when it can be read again. An update stays in the queue: it must be told.
                if let event = try await store.event(ofRun: id) { return try await end(claim, event, problem, with: [.unreadable(run: id)]) }
            case .submit, .read, .notice, .delivery, .bulk: break
            }
        } catch {}
        await again(claim, after: .seconds(300), spent: false)
    }

    /// Makes an event a dead letter. Where the key of the event is gone, its problem cannot be sealed either: it is dead without one, for an event that
    /// stayed first in its queue would hold up every later one of the same order.
    private func end(_ claim: Claim, _ id: String, _ problem: Problem, with more: [Effect] = []) async throws {
        do {
            try await store.commit(claim, Decision(.done, [.event(id: id, state: .dead, problem: problem)] + more))
        } catch StoreError.corrupt {
            try await store.commit(claim, Decision(.done, [.event(id: id, state: .dead, problem: nil)] + more))
        }
    }

    private func again(_ claim: Claim, after wait: Duration, spent: Bool) async {
        let due = environment.clock.now() + wait
        await environment.reportingFailure(of: "putting work off; it returns with its lease") {
            try await store.commit(claim, Decision(.again(at: due, spent: spent)))
        }
    }
}

extension Effect {
    /// The order whose new version it writes; nil for any other effect.
    fileprivate var order: Order? { if case .order(let order) = self { order } else { nil } }
}

extension StoreError {
    /// Whether the same may be written by trying again: not where the store was closed, or what it holds cannot be read.
    fileprivate var mayPass: Bool {
        switch self {
        case .conflict, .unknown, .keyMissing: true
        case .unavailable: self != .closed
        case .corrupt, .newer, .refused, .overQuota: false
        }
    }
}
