package import Screening

extension PipelineContext {
    /// Whether the store is away or takes nothing, as far as calls have shown.
    package var storeTakesNothing: Bool { environment.outage.present != nil }

    /// How the circuit breakers stand, by kind and the name of the account or connection: 0 closed, 1 tried now and then, 2 open. Every configured one is
    /// there. The hosts that a connection's scripts call stand under the connection.
    package var breakerLevels: [(kind: String, name: String, level: Int)] {
        let now = clock.now()
        let accounts = registry.accounts.map(\.account.id).map { id in
            (kind: "account", name: id, level: max(breakers.unanswered.level(id, at: now), breakers.creating.level(id, at: now)))
        }
        let hosts = breakers.hosts.open(at: now)
        let connections = registry.connections.flatMap { connection in
            let script = breakers.scripts.level(ScriptRunner.breaker(of: connection.id, connection.scripts), at: now)
            let called = hosts.filter { $0.hasPrefix(connection.id + " ") }.map { breakers.hosts.level($0, at: now) }
            return [(kind: "script", name: connection.id, level: script), (kind: "host", name: connection.id, level: called.max() ?? 0)]
        }
        return accounts + connections
    }

    /// Shows what the store knows of when something last came, and what changes with time alone; drops the series of what is not configured any more. To be
    /// called now and then.
    package func refreshMeters(_ states: [OperatingState]) {
        let (connections, accounts) = (Set(registry.connections.map(\.id)), Set(registry.accounts.map(\.account.id)))
        // Runs of notifiers are counted under their own names.
        environment.meters.retain(connections: connections.union(registry.notifiers.map(\.connection.id)), accounts: accounts)
        environment.meters.prepare(connections: connections, accounts: accounts)
        self.accounts.budgets.retain(accounts)
        self.accounts.budgets.show(at: clock.now())
        for state in states where (state.subject.kind == "account" ? accounts : connections).contains(state.subject.id) {
            if let time = state.lastHeardAt { environment.meters.noteReceived(state.subject, at: time) }
        }
    }
}
