import Logging
import Screening

/// Asks the provider for an order's present report.
struct ReadStage: Sendable {
    let context: PipelineContext

    func decide(_ claim: Claim, _ order: Order) async throws -> Verdict {
        guard order.state.isOpen, let reference = order.providerRef, let account = context.directory.account(order.account),
            account.capabilities.report
        else { return .decided(Decision(.done)) }
        do {
            let report = try await account.provider.report(for: reference, context.session(account))
            return .settle(order: order.id) { [self] present in applied(report, to: present) }
        } catch let error as ProviderError {
            return try await failed(claim, order, error, account)
        }
    }

    private func applied(_ report: Report?, to present: Order) -> (decision: Decision, told: [Update]) {
        let now = context.clock.now()
        var next = present
        if let report { next.standing = StateMachine.standing(after: report, from: present.standing, at: now) }
        let wait = OrderChange.readInterval(of: next, context)
        let fate = wait.map { Decision.Fate.again(at: now + $0, spent: false) } ?? .done
        guard next != present else { return (Decision(fate), []) }
        let event = Event(
            id: context.identifier(.event),
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
            context
        )
        return (Decision(fate, change.effects + [.record(event)]), change.update.map { [$0] } ?? [])
    }

    private func failed(_ claim: Claim, _ order: Order, _ error: ProviderError, _ account: ProviderAccount) async throws -> Verdict {
        let now = context.clock.now()
        context.logger.warning("read failed", metadata: ["order": "\(order.id)", "account": "\(order.account)", "error": "\(error)"])
        if error.code == .rateLimited {
            let until = now + (error.retryAfter ?? account.provider.manifest.polling.restAfter429)
            try await context.store.rest(account.budget, until: until)
            return .decided(Decision(.again(at: until, spent: false)))
        }
        let interval = account.account.polling?.interval ?? .seconds(900)
        let backOff = Duration.seconds(min(30 << min(claim.attempt, 6), 1800))
        return .decided(Decision(.again(at: now + min(backOff, max(interval, .seconds(30))), spent: true)))
    }
}
