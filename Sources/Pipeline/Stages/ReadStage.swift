import Logging
import Plugins
import Screening

/// Asks the provider for an order's present report.
struct ReadStage: Sendable {
    let environment: Environment
    let accounts: AccountService

    func decide(_ claim: Claim, _ order: Order) async throws -> StageResult {
        guard let reference = order.providerRef,
            isNeeded(order) || PollingSchedule.interval(of: order, environment) != nil || claim.attempt == 1
        else {
            return .decided(Decision(.done))
        }
        guard let account = environment.registry.account(order.account), account.capabilities.report else {
            // It may be configured again: the order is not to be forgotten by then.
            return .decided(isNeeded(order) ? Decision(.again(at: environment.clock.now() + .seconds(3600), spent: false)) : Decision(.done))
        }
        do {
            let report = try await account.provider.report(for: reference, accounts.session(account))
            accounts.answered(account)
            return .settle(order: order.id) { [self] present in
                // The answer is older than what has been written meanwhile: it is asked for again.
                guard present.version == order.version else { return (Decision(.again(at: environment.clock.now(), spent: false)), []) }
                return applied(report, to: present)
            }
        } catch let refused as ReadsRefused {
            return .decided(Decision(.again(at: refused.until, spent: false)))
        } catch let error as ProviderError {
            return try await failed(claim, order, error, account)
        }
    }

    /// Whether it matters how the order stands at the provider until that is known.
    private func isNeeded(_ order: Order) -> Bool { order.state.isOpen || order.status.problem?.code == Problem.standsAtProvider }

    private func applied(_ report: Report?, to present: Order) -> (decision: Decision, updates: [Update]) {
        let now = environment.clock.now()
        guard let report else { return unknown(present) }
        var next = present
        (next.record.unknownReads, next.record.unknownReadAt) = (0, nil)
        if next.status.problem?.code == Problem.unknownAtProvider { next.status.problem = nil }
        if !report.isCoarserForm(of: present.status.providerStatus) {
            next.status = StateMachine.status(after: report, from: next.status, at: now)
        }
        SecondRequest.show(on: &next, from: present, report, environment)
        // Done and queued anew, so that a refresh's urgency ends with it.
        var effects: [Effect] = []
        if let wait = PollingSchedule.interval(of: next, environment) {
            effects.append(.queue(QueuedWork(.read(order: present.id), account: present.account, due: now + wait)))
        }
        guard next != present else { return (Decision(.done, effects), []) }
        if next.status == present.status {
            next.version += 1
            return (Decision(.done, [.order(next)] + effects), [])
        }
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

    /// Reads in a row to which the provider must not know an order before that is a problem. A list may be behind, so they count only where they are some
    /// time apart.
    private static let unknownReads = 3
    private static let unknownSpacing = Duration.seconds(5)

    /// The provider does not know the order's reference.
    private func unknown(_ present: Order) -> (decision: Decision, updates: [Update]) {
        let now = environment.clock.now()
        var effects: [Effect] = []
        if let wait = PollingSchedule.interval(of: present, environment) {
            effects.append(.queue(QueuedWork(.read(order: present.id), account: present.account, due: now + wait)))
        }
        var next = present
        let isSpaced = present.record.unknownReadAt.map { now < $0 || $0 + Self.unknownSpacing <= now } ?? true
        let isShown = [Problem.unknownAtProvider, Problem.secondReference, Problem.standsAtProvider].contains(present.status.problem?.code)
        guard isSpaced, !isShown else { return (Decision(.done, effects), []) }
        next.record.unknownReads += 1
        next.record.unknownReadAt = now
        guard next.record.unknownReads >= Self.unknownReads else {
            next.version += 1
            return (Decision(.done, [.order(next)] + effects), [])
        }
        environment.logger.error(
            "an order's provider does not know it",
            metadata: ["event": "order.unknown_at_provider", "order": "\(present.id)", "account": "\(present.account)"]
        )
        environment.meters.unknownOrders.increment(present.account)
        let hint = present.record.isAdopted ? "; where the wrong one was adopted, release it" : "; look for the order there"
        next.status.problem = Problem(
            code: Problem.unknownAtProvider,
            message: "\(present.provider) did not know the order's reference \(next.record.unknownReads) reads in a row\(hint)",
            at: now
        )
        let change = OrderChange(
            from: present,
            to: next,
            cause: .poll,
            kind: "problem",
            text: "\(present.provider) does not know the order's reference",
            details: ["reads": .int(Int64(next.record.unknownReads))],
            readsAgain: false,
            environment
        )
        return (Decision(.done, change.effects + effects), [])
    }

    private func failed(_ claim: Claim, _ order: Order, _ error: ProviderError, _ account: ProviderAccount) async throws -> StageResult {
        let now = environment.clock.now()
        environment.logger.warning(
            "read failed",
            metadata: ["event": "read.failed", "order": "\(order.id)", "account": "\(order.account)", "error": "\(error.place)"]
        )
        let finding = try await accounts.failed(error, at: account, about: order.providerRef)
        if let until = finding.restsUntil { return .decided(Decision(.again(at: until, spent: false), finding.effects)) }
        if finding.rejectsCredentials { return .decided(Decision(.again(at: now + .seconds(30), spent: false), finding.effects)) }
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
