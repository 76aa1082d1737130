import Logging
import Screening
import ServiceLifecycle
import Synchronization

/// Tries accounts whose work waits, with calls that change nothing: those that do not answer as soon as their breaker lets it, those whose credentials
/// were rejected every five minutes, for credentials are sometimes put right at the provider. One whose last call failed is tried soon after: where little is
/// asked of a provider, its own work would take an hour to show that it is away.
final class AccountProbes: Sendable {
    private static let pause = Duration.seconds(3)
    private static let rejected = Duration.seconds(300)
    /// After which a pause ends by itself where nothing can be asked of the provider but to take an order: the next one shows whether it does.
    private static let untested = Duration.seconds(900)

    /// How long after a failed call it is asked whether the provider is away.
    private static let doubted = Duration.seconds(10)
    /// The same where nothing can be asked of it.
    private static let mute = Duration.seconds(300)

    private let environment: Environment
    private let accounts: AccountService
    private let asked = Mutex<[String: Timestamp]>([:])
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
        guard accounts.unanswered.isOpen(id) else { return try await clearUp(account, now) }
        guard case .granted = accounts.unanswered.ask(id, at: now) else { return }
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

    /// Asks an account whose last call failed, and whose work goes on as yet.
    private func clearUp(_ account: ProviderAccount, _ now: Timestamp) async throws {
        let id = account.account.id
        let doubts = [accounts.unanswered.doubt(id), accounts.creating.doubt(id)].compactMap(\.self)
        guard let last = doubts.map(\.last).max(), now < last || now - last >= Self.doubted else { return }
        let isDue = asked.withLock { asked in
            if let next = asked[id], now < next, next - now <= Self.mute { return false }
            asked[id] = now + Self.doubted
            return true
        }
        guard isDue else { return }
        do {
            try await accounts.probe(account)
            accounts.answered(account)
            // Where orders alone fail, the next one shows whether they still do.
            asked.withLock { $0[id] = now + Self.mute }
        } catch let error as ProviderError {
            accounts.unanswered.note(error, of: id, environment)
            try await accounts.store.perform(try await accounts.rejected(error, by: account))
        } catch is CommandError {
            // There is nothing to ask about, or no read left.
            asked.withLock { $0[id] = now + Self.mute }
        }
    }
}
