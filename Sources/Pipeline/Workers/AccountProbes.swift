import Logging
import Screening
import ServiceLifecycle
import Synchronization

/// Tries accounts whose work waits, with calls that change nothing: those that do not answer as soon as their breaker lets it, those whose credentials
/// were rejected every five minutes, for credentials are sometimes put right at the provider.
final class AccountProbes: Sendable {
    private static let pause = Duration.seconds(3)
    private static let rejected = Duration.seconds(300)
    /// After which a pause ends by itself where nothing can be asked of the provider but to take an order: the next one shows whether it does.
    private static let untested = Duration.seconds(900)

    private let environment: Environment
    private let accounts: AccountService
    private let tried = Mutex<[String: Timestamp]>([:])

    init(environment: Environment, accounts: AccountService) {
        self.environment = environment
        self.accounts = accounts
    }

    /// Tries until shutdown. One account that takes its time keeps no other from being tried.
    func run() async {
        await cancelWhenGracefulShutdown { [self] in
            await AccountTasks(environment: environment, pause: Self.pause).run { await self.watch($0) }
        }
    }

    private func watch(_ id: String) async {
        while !Task.isCancelled, let account = environment.registry.account(id) {
            do { try await tryAgain(account) } catch {
                environment.storeFailed(error, "trying an account", .debug, ["account": "\(id)"])
            }
            do { try await environment.clock.sleep(for: Self.pause) } catch { return }
        }
    }

    /// - Throws: what kept it from being tried, such as a store that is away.
    func tryAgain(_ account: ProviderAccount) async throws {
        let (id, now) = (account.account.id, environment.clock.now())
        if let pause = try await accounts.pause(of: account) {
            guard pause.credentials != nil else { return }
            let isDue = tried.withLock { tried in
                if let last = tried[id], last <= now, now < last + Self.rejected { return false }
                tried[id] = now
                return true
            }
            guard isDue else { return }
            do { _ = try await accounts.check(account: id) } catch let error as CommandError where error.code == "unsupported" {
                guard pause.problem.at + Self.untested <= now else { return }
                try await accounts.store.perform(try await accounts.pauses.lifting(account))
                await accounts.resumeWork()
            }
            return
        }
        guard accounts.unanswered.isOpen(id), case .granted = accounts.unanswered.ask(id, at: now) else { return }
        do {
            try await accounts.probe(account)
            accounts.answered(account)
            await accounts.resumeWork()
        } catch let error as ProviderError {
            accounts.unanswered.note(error, of: id, environment)
            try await accounts.store.perform(try await accounts.rejected(error, by: account))
        } catch {
            accounts.unanswered.abandoned(id)
            throw error
        }
    }
}
