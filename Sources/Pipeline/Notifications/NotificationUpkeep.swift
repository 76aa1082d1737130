import Logging
import Screening
import ServiceLifecycle

/// Forgets what others were told long ago.
struct NotificationUpkeep: Sendable {
    let environment: Environment
    let store: any NotificationStore & ReplicaRegistry & RemovalClock

    /// How long deliveries can be looked at and sent again.
    static let kept = Duration.seconds(30 * 86_400)
    /// How many of each endpoint are kept.
    static let count = 20_000
    private static let pause = Duration.seconds(10)
    /// How often in a row a thousand are forgotten at most.
    private static let rounds = 100

    /// Says which endpoints the host disabled: each is an issue until it is enabled again.
    private func report() async {
        let endpoints = await environment.reportingFailure(of: "looking at webhooks") { try await store.endpoints() } ?? []
        for endpoint in endpoints {
            let cause = IssueCause(.webhookDisabled, host: endpoint.id)
            if let problem = endpoint.disabled {
                environment.issues.saw(cause, at: environment.clock.now(), details: ["code": .string(problem.code), "since": JSON(problem.at)])
            } else {
                environment.issues.isGone(cause)
            }
        }
    }

    /// Forgets until shutdown.
    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await report()
                do { try await environment.clock.sleep(for: Self.pause) } catch { return }
                await forget()
            }
        }
    }

    /// Forgets what is old, all of it: of what comes faster than it may be forgotten the store would only grow.
    func forget() async {
        do {
            let before = store.removalTime + (.zero - Self.kept)
            for _ in 0..<Self.rounds {
                try await store.forgetDeliveries(before: before, keeping: Self.count)
                guard try await isLeft(before), !Task.isCancelled else { break }
            }
            try await Subscriptions(environment: environment, store: store).forget()
        } catch {
            environment.storeFailed(error, "forgetting old webhook deliveries", .debug)
        }
    }

    private func isLeft(_ before: Timestamp) async throws -> Bool {
        var query = DeliveryQuery()
        (query.states, query.until) = ([.delivered, .failed, .missed], before)
        for endpoint in try await store.endpoints() {
            if try await !store.deliveries(of: endpoint.id, query, PageRequest(limit: 1, ascending: true)).items.isEmpty { return true }
        }
        return false
    }
}
