public import ServiceLifecycle
import Screening

/// Reads orders at their providers when they are due, each account under its own budget.
///
/// Returning from `run()` means that a shutdown was asked for and that nothing is held any more.
public struct Poller: Service {
    private let context: PipelineContext
    private let owner: String

    /// A poller of every account in the directory.
    public init(_ context: PipelineContext) {
        self.context = context
        owner = context.random.token()
    }

    /// Polls until shutdown. Accounts that are added later are taken up within seconds.
    public func run() async throws {
        await withDiscardingTaskGroup { group in
            var started: Set<String> = []
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                for account in context.directory.accounts where account.capabilities.report && started.insert(account.account.id).inserted {
                    group.addTask { await poll(account.account.id) }
                }
                try? await cancelWhenGracefulShutdown { try await context.clock.sleep(for: .seconds(2)) }
            }
        }
    }

    private func poll(_ id: String) async {
        let request = ClaimRequest(owner: owner, limit: 4, kinds: [.read], account: id)
        let loop = ClaimLoop(context: context, desk: Desk(context: context), request: request) { try await admitted($0, id) }
        try? await loop.run()
    }

    /// As many of the claims as the account's budget grants; the others are due again when it grants more.
    private func admitted(_ claims: [Claim], _ id: String) async throws -> [Claim] {
        guard !claims.isEmpty, let account = context.directory.account(id) else {
            try await context.store.release(claims)
            return []
        }
        if let rest = try await context.store.resting(account.budget) { return try await putOff(claims[...], until: rest) }
        guard let limit = account.account.polling?.readsPerMinute ?? account.provider.manifest.polling.readsPerMinute else { return claims }
        let grant = try await context.store.take(claims.count, from: account.budget, perMinute: limit)
        let later = grant.next ?? context.clock.now() + .seconds(2)
        _ = try await putOff(claims.dropFirst(grant.count), until: later)
        return Array(claims.prefix(grant.count))
    }

    private func putOff(_ claims: ArraySlice<Claim>, until moment: Timestamp) async throws -> [Claim] {
        for claim in claims { try await context.store.commit(claim, Decision(.again(at: moment, spent: false))) }
        return []
    }
}
