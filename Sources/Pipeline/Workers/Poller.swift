public import ServiceLifecycle
import Screening

/// Reads orders at their providers when they are due, each account under its own budget.
///
/// Returning from `run()` means that a shutdown was asked for and that nothing is held any more.
public struct Poller: Service {
    let environment: Environment
    let store: any Store
    let desk: Desk
    let accounts: AccountService
    let owner: String

    /// Polls until shutdown. Accounts that are added later are taken up within seconds.
    public func run() async throws {
        await withDiscardingTaskGroup { group in
            var started: Set<String> = []
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                for account in environment.directory.accounts where account.capabilities.report && started.insert(account.account.id).inserted {
                    group.addTask { await poll(account.account.id) }
                }
                try? await cancelWhenGracefulShutdown { try await environment.clock.sleep(for: .seconds(2)) }
            }
        }
    }

    /// Polls one account until shutdown, or until it is configured no more.
    private func poll(_ id: String) async {
        let request = ClaimRequest(owner: owner, limit: 4, kinds: [.read], account: id)
        let loop = ClaimLoop(environment: environment, store: store, request: request, work: desk.work) { try await admitted($0, id) }
        try? await loop.run()
    }

    /// As many of the claims as the account's budget grants; the others keep their place.
    private func admitted(_ claims: [Claim], _ id: String) async throws -> ([Claim], notBefore: Timestamp?) {
        guard !claims.isEmpty else { return ([], nil) }
        guard let account = environment.directory.account(id) else { return ([], environment.clock.now() + .seconds(60)) }
        guard try await accounts.pause(of: account) == nil else { return ([], environment.clock.now() + .seconds(5)) }
        if case .refused(let until) = accounts.unanswered.ask(id, at: environment.clock.now()) { return ([], until) }
        let most = accounts.unanswered.isOpen(id) ? 1 : claims.count
        let grant = try await accounts.reads(most, from: account)
        return (Array(claims.prefix(grant.count)), grant.count < claims.count ? grant.next ?? environment.clock.now() + .seconds(2) : nil)
    }
}
