public import Screening

/// What happens next with an order, and what it waits for.
public struct NextActions: Sendable, Equatable {
    /// When the order is sent, or sent again; nil where nothing is to be sent.
    public var nextAttemptAt: Timestamp?
    /// When the provider is asked about it next; nil where it is not polled.
    public var nextReadAt: Timestamp?
    /// Why nothing happens with it although it has no problem of its own: `{code, message, at}` of its account; nil where nothing is in the way.
    public var obstacle: JSON?
}

extension Commands {
    /// What happens next with an order.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func nextActions(for order: Order) async throws -> NextActions {
        var nextActions = NextActions()
        nextActions.nextAttemptAt = try await mapStoreError { try await store.due(.submit(order: order.id)) }
        let read = try await mapStoreError { try await store.due(.read(order: order.id)) }
        nextActions.nextReadAt = read
        if let account = environment.registry.account(order.account), nextActions.nextAttemptAt ?? nextActions.nextReadAt != nil {
            nextActions.obstacle = try await problem(of: account)
            if let read { nextActions.nextReadAt = try await mapStoreError { try await accounts.nextRead(read, of: account) } }
        }
        return nextActions
    }

    /// What the ATS knows of an order.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func atsStatus(of order: Order) async throws -> ATSStatus {
        let updates = try await mapStoreError { try await store.updates(of: [order.id]) }[order.id]
        return ATSStatus(told: updates?.told, pending: updates?.pending)
    }

    /// Somebody looks at an order: it is read soon, unless it was looked at a moment ago, is not polled, or too many others are being looked at.
    ///
    /// Looking is possible while nothing can be written: where the store cannot be had, nothing happens but a line in the log.
    public func recordView(of order: Order) async {
        await environment.reportingFailure(of: "having an order read that is looked at") { try await readSoon(order) }
    }

    private func readSoon(_ order: Order) async throws {
        let now = environment.clock.now()
        guard order.state.isOpen, let account = environment.registry.account(order.account), PollingSchedule.interval(of: order, environment) != nil,
            let next = try await store.due(.read(order: order.id)), next > now + .seconds(60),
            viewRefresh.admits(order.id, of: order.account, perMinute: account.readsPerMinute, at: now)
        else { return }
        // The check above is this replica's alone; the budget in the store limits all replicas together.
        let share = max((account.readsPerMinute ?? 60) / 3, 1)
        guard try await store.take(1, from: "shown:" + order.account, perMinute: share).count == 1 else { return }
        let urgency = PollingSchedule.Urgency.shown.rawValue
        try await store.perform([.queue(QueuedWork(.read(order: order.id), account: order.account, due: now, priority: urgency))])
    }
}
