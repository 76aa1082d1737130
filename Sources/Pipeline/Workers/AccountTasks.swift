import Screening
import ServiceLifecycle
import Synchronization

/// A task for each configured account, from when it is configured until it is configured no more.
final class AccountTasks: Sendable {
    private let environment: Environment
    /// How often the list of configured accounts is checked.
    private let pause: Duration
    private let isWanted: @Sendable (ProviderAccount) -> Bool
    private let running = Mutex<Set<String>>([])

    init(
        environment: Environment,
        pause: Duration,
        where isWanted: @escaping @Sendable (ProviderAccount) -> Bool = { _ in true }
    ) {
        self.environment = environment
        self.pause = pause
        self.isWanted = isWanted
    }

    /// Runs `body` for each account until shutdown; returns once all of them have ended. The body of an account that is gone is cancelled.
    func run(_ body: @escaping @Sendable (String) async -> Void) async {
        await withDiscardingTaskGroup { group in
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                for account in environment.registry.accounts where isWanted(account) {
                    let id = account.account.id
                    guard running.withLock({ $0.insert(id).inserted }) else { continue }
                    group.addTask {
                        await self.whileConfigured(id) { await body(id) }
                        self.running.withLock { _ = $0.remove(id) }
                    }
                }
                try? await cancelWhenGracefulShutdown { try await self.environment.clock.sleep(for: self.pause) }
            }
        }
    }

    private func whileConfigured(_ id: String, _ body: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await body() }
            group.addTask {
                while self.environment.registry.account(id).map(self.isWanted) ?? false {
                    do { try await self.environment.clock.sleep(for: self.pause) } catch { return }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
