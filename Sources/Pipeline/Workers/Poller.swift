public import ServiceLifecycle
import Screening

/// Reads orders at their providers when they are due, each account under its own budget.
///
/// Returning from `run()` means that a shutdown was asked for and that nothing is held any more.
public struct Poller: Service, CustomStringConvertible {
    /// Its name in a log. A service group asks for it, and would otherwise write out everything that it works with.
    public var description: String { "Poller" }

    let environment: Environment
    let store: any Store
    let executor: WorkExecutor
    let accounts: AccountService
    let options: WorkerOptions
    let owner: String

    /// Polls until shutdown. Accounts that are added later are taken up within seconds, and those that are taken away are left.
    public func run() async throws {
        let tasks = AccountTasks(environment: environment, pause: .seconds(2)) { $0.capabilities.report }
        await tasks.run { await poll($0) }
    }

    /// Polls one account until shutdown, or until it is cancelled.
    private func poll(_ id: String) async {
        let request = ClaimRequest(owner: owner, limit: options.readsPerAccount, kinds: [.read], account: id)
        await ClaimLoop(environment: environment, store: store, request: request, drain: options.drain, work: executor.work) {
            try await admitted($0, id)
        }.run()
    }

    /// As many of the claims as the account's budget grants; the others keep their place.
    func admitted(_ claims: [Claim], _ id: String) async throws -> (admitted: [Claim], notBefore: Timestamp?) {
        let oldest = claims.compactMap(\.due).min()
        environment.meters.pollOverdue.set(oldest.map { max(0, (environment.clock.now() - $0).inSeconds) } ?? 0, id)
        guard !claims.isEmpty else { return ([], nil) }
        guard let account = environment.registry.account(id) else { return ([], environment.clock.now() + .seconds(60)) }
        guard try await accounts.pause(of: account) == nil else { return ([], environment.clock.now() + .seconds(2)) }
        if case .refused(let until) = accounts.unanswered.ask(id, at: environment.clock.now()) { return ([], until) }
        let maximum = accounts.unanswered.isOpen(id) ? 1 : claims.count
        let grant = try await accounts.reads(maximum, from: account)
        return (Array(claims.prefix(grant.count)), grant.count < claims.count ? grant.next ?? environment.clock.now() + .seconds(2) : nil)
    }
}
