public import Screening

extension Commands {
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
