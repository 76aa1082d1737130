import Plugins
public import Screening

extension Commands {
    /// What explanations are made with, as it is now.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func explainer() async throws -> Explainer {
        let states = try await mapStoreError { try await store.operatingStates() }
        var pauses: [String: OperatingState.Pause] = [:]
        for state in states { if case .connection(let id) = state.subject { pauses[id] = state.pause } }
        let hold = states.first { $0.subject == .store }?.pause
        let stopped = environment.registry.connections.filter { breakers.scripts.isOpen(ScriptRunner.breaker(of: $0.id, $0.scripts)) }
        return Explainer(
            now: environment.clock.now(),
            registry: environment.registry,
            hold: hold,
            connectionPauses: pauses,
            stoppedScripts: Set(stopped.map(\.id))
        )
    }

    /// Where orders stand and what comes next, in the order given.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func situations(of orders: [Order]) async throws -> [OrderSituation] {
        guard !orders.isEmpty else { return [] }
        let ids = orders.map(\.id)
        let (updates, places) = try await mapStoreError {
            (
                try await store.updates(of: ids),
                try await store.places(of: orders.flatMap { [Work.submit(order: $0.id), .read(order: $0.id)] })
            )
        }
        let explainer = try await explainer()
        var facts: [String: AccountFacts] = [:]
        for account in Set(orders.map(\.account)) { facts[account] = try await mapStoreError { try await accountFacts(account) } }
        return orders.map { order in
            let (told, pending) = updates[order.id] ?? (nil, nil)
            var situation = OrderSituation(order, ats: ATSStatus(told: told, pending: pending), now: explainer.now)
            situation.pendingRun = pending?.summary
            situation.atsTitle = explainer.atsTitle(order.connection)
            situation.isTold = environment.registry.connection(order.connection)?.hooks.hooks.contains("on_update") ?? true
            situation.connectionPause = explainer.pause(of: order.connection)
            let submission = places[.submit(order: order.id)]
            situation.nextAttemptAt = submission?.due
            situation.attempt = submission.map { $0.attempts + ($0.isHeld ? 0 : 1) }
            if let facts = facts[order.account] { facts.describe(&situation, read: places[.read(order: order.id)]) }
            return situation
        }
    }

    /// Where an order stands and what comes next, with its place in the line of its account's reads where it has to wait there.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func situation(of order: Order) async throws -> OrderSituation {
        guard var situation = try await situations(of: [order]).first else { throw CommandError.notFound("order") }
        if let rate = situation.readsPerMinute, situation.nextReadAt != nil {
            let ahead = try await mapStoreError { try await store.ahead(of: .read(order: order.id), limit: 10_000) }
            // Where there is room for all of them until its own is due, it waits for none.
            if let ahead, situation.nextReadAt.map({ $0 < situation.now + .seconds(Int64(ahead) * 60 / Int64(max(rate, 1))) }) ?? false {
                situation.readsAhead = ahead
            }
        }
        return situation
    }

    /// What holds of all orders of an account.
    private struct AccountFacts {
        var account: ProviderAccount?
        var obstacle: Obstacle?
        var history: TurnaroundHistory
        /// When a read that is due at a time is made, as far as is known.
        var nextRead: @Sendable (Timestamp) -> Timestamp?

        func describe(_ situation: inout OrderSituation, read: WorkPlace?) {
            situation.accountObstacle = obstacle
            situation.isAccountConfigured = account != nil
            situation.capabilities = account?.capabilities
            situation.readsPerMinute = account?.readsPerMinute
            if let account { situation.providerTitle = account.provider.manifest.title }
            situation.isRead = read != nil && account != nil
            situation.nextReadAt = read.flatMap { nextRead($0.due) }
            situation.usual = history.histogram(.whole, of: situation.order.package)
            if let span = situation.order.holder.flatMap({ Turnaround.Span(rawValue: $0.rawValue) }) {
                situation.usualForHolder = history.histogram(span, of: situation.order.package)
            }
        }
    }

    private func accountFacts(_ id: String) async throws -> AccountFacts {
        let history = try await accounts.history(of: id)
        guard let account = environment.registry.account(id) else { return AccountFacts(history: history) { _ in nil } }
        let obstacle = try await accounts.obstacle(of: account)
        let (rest, pause, now) = (try await accounts.rest(of: account), try await accounts.pause(of: account), environment.clock.now())
        let unanswered = accounts.unanswered.nextAttempt(id)
        return AccountFacts(account: account, obstacle: obstacle, history: history) { due in
            pause == nil ? [due, now, rest, unanswered].compactMap(\.self).max() : nil
        }
    }
}
