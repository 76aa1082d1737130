import Logging
import Plugins
import Screening

/// Asks the provider for an order's present report.
struct ReadStage: Sendable {
    let environment: Environment
    let accounts: AccountService

    func decide(_ claim: Claim, _ order: Order) async throws -> StageResult {
        guard let reference = order.providerRef,
            order.state.isOpen || PollingSchedule.interval(of: order, environment) != nil || claim.attempt == 1
        else {
            return .decided(Decision(.done))
        }
        guard let account = environment.registry.account(order.account), account.capabilities.report else {
            // It may be configured again: the order is not to be forgotten by then.
            return .decided(order.state.isOpen ? Decision(.again(at: environment.clock.now() + .seconds(3600), spent: false)) : Decision(.done))
        }
        do {
            let report = try await account.provider.report(for: reference, accounts.session(account))
            accounts.answered(account)
            return .settle(order: order.id) { [self] present in
                // The answer is older than what has been written meanwhile: it is asked for again.
                guard present.version == order.version else { return (Decision(.again(at: environment.clock.now(), spent: false)), []) }
                return applied(report, to: present)
            }
        } catch let error as ProviderError {
            return try await failed(claim, order, error, account)
        }
    }

    private func applied(_ report: Report?, to present: Order) -> (decision: Decision, updates: [Update]) {
        let now = environment.clock.now()
        var next = present
        if let report, !report.isCoarserForm(of: present.status.providerStatus) {
            next.status = StateMachine.status(after: report, from: present.status, at: now)
        }
        // Done and queued anew, so that a refresh's urgency ends with it.
        var effects: [Effect] = []
        if let wait = PollingSchedule.interval(of: next, environment) {
            effects.append(.queue(QueuedWork(.read(order: present.id), account: present.account, due: now + wait)))
        }
        guard next != present else { return (Decision(.done, effects), []) }
        let event = Event(
            id: environment.identifier(.event),
            kind: .poll,
            connection: present.connection,
            account: present.account,
            order: present.id,
            request: ReceivedRequest(method: "GET", path: "", body: next.json["provider_status"]?.bytes() ?? []),
            receivedAt: now,
            state: .done
        )
        let change = OrderChange(
            from: present,
            to: next,
            cause: .poll,
            kind: "report",
            text: "\(present.provider) reports \(next.state.rawValue)",
            details: ["event": .string(event.id), "provider_status": next.json["provider_status"] ?? .null],
            readsAgain: false,
            environment
        )
        return (Decision(.done, change.effects + [.record(event)] + effects), change.update.map { [$0] } ?? [])
    }

    private func failed(_ claim: Claim, _ order: Order, _ error: ProviderError, _ account: ProviderAccount) async throws -> StageResult {
        let now = environment.clock.now()
        environment.logger.warning("read failed", metadata: ["order": "\(order.id)", "account": "\(order.account)", "error": "\(error.place)"])
        let finding = try await accounts.failed(error, at: account)
        if let until = finding.restsUntil { return .decided(Decision(.again(at: until, spent: false), finding.effects)) }
        if error.code == .unauthorised { return .decided(Decision(.again(at: now + .seconds(30), spent: false), finding.effects)) }
        let interval = account.account.polling?.interval ?? .seconds(900)
        let backOff = Duration.seconds(min(30 << min(claim.attempt, 6), 1800))
        let again = Decision.Disposition.again(at: now + min(backOff, max(interval, .seconds(30))), spent: true)
        guard claim.attempt >= 3, order.status.problem == nil else { return .decided(Decision(again, finding.effects)) }
        return .settle(order: order.id) { [environment] present in
            guard present.status.problem == nil else { return (Decision(again), []) }
            var next = present
            next.status.problem = Problem(
                code: "read_failed",
                message: "\(order.provider) does not say how the order stands: \(error.text)",
                at: now
            )
            let change = OrderChange(
                from: present,
                to: next,
                cause: .poll,
                kind: "problem",
                text: "the order cannot be read (\(error))",
                details: error.script.map { ["script": .string($0.text)] } ?? [:],
                readsAgain: false,
                environment
            )
            return (Decision(again, change.effects), [])
        }.adding(finding.effects)
    }
}
