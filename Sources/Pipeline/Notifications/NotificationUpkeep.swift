import Logging
import Screening
import ServiceLifecycle

/// Forgets what others were told long ago.
struct NotificationUpkeep: Sendable {
    let environment: Environment
    let store: any NotificationStore

    /// How long deliveries can be looked at and sent again.
    static let kept = Duration.seconds(30 * 86_400)
    /// How many of each endpoint are kept.
    static let count = 20_000
    /// So often that a thousand at a time are enough.
    private static let pause = Duration.seconds(60)

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
                do { try await store.forgetDeliveries(before: environment.clock.now() + (.zero - Self.kept), keeping: Self.count) } catch {
                    environment.storeFailed(error, "forgetting old webhook deliveries", .debug)
                }
            }
        }
    }
}
