import Logging
import Plugins
import Screening

/// Works out what a provider's webhook changes.
///
/// A webhook is a hint, however well signed: it may be late, repeated or replayed. Where the provider can be read, its present status decides; where
/// it cannot, the webhook's own report is taken, and the state machine keeps it from taking anything back.
struct WebhookStage: Sendable {
    let environment: Environment
    let accounts: AccountService

    /// What is taken to be true of an order, after the provider was asked where it can be.
    private struct ConfirmedReport: Sendable {
        let reference: String
        let report: Report?
        /// Whether the provider was read.
        var isRead = false
        /// The provider's own report is behind the webhook's: it is asked again soon.
        var asksAgain = false
        /// What asking found out about the account.
        var effects: [Effect] = []
    }

    func decide(_ claim: Claim, _ event: Event, _ order: Order) async throws -> StageResult {
        guard let account = environment.registry.account(order.account) else {
            return dead(event, ("account_missing", "the account \(order.account) is not configured"))
        }
        let session = accounts.session(account)
        let webhook = Webhook(headers: event.request.value.headers, query: event.request.value.query, body: event.request.value.body)
        let said: [WebhookReport]
        do { said = try await account.provider.interpret(webhook, session) } catch let error as ProviderError {
            if error.code == .unavailable, claim.attempt < 50 {
                return .decided(Decision(.again(at: environment.clock.now() + .seconds(10), spent: true)))
            }
            environment.logger.warning(
                "webhook not understood",
                metadata: ["event": "webhook.not_understood", "account": "\(order.account)", "error": "\(error.place)"]
            )
            return dead(event, ("not_understood", "the webhook could not be understood: \(error.text)"))
        }
        guard !said.isEmpty else { return lookedAt(event, order, account) }
        let stated = try await statement(of: order, in: said)
        let others = try await effects(forOthersNamedIn: said, besides: stated?.reference, event, order, account)
        guard let stated else { return try await other(said.last?.reference, event, order).adding(others) }
        guard let reference = order.providerRef ?? stated.reference else { return done(event).adding(others) }
        if order.providerRef == nil, try await accounts.holder(of: reference, besides: order) != nil {
            return dead(event, WebhookStage.misdirected).adding(others)
        }
        if let report = stated.report, order.providerRef != nil, unchanged(order, by: report), !SecondRequest.isNews(report, of: order) {
            return (report.providerStatus.isEmpty ? lookedAt(event, order, account) : done(event)).adding(others)
        }
        let asks = try await isAnswering(account)
        if asks, let next = try await accounts.reads(1, from: account).refusedUntil {
            return .decided(Decision(.again(at: next, spent: false)))
        }
        let confirmed: ConfirmedReport
        do {
            if asks {
                confirmed = try await confirm(stated.report, reference, account, session)
            } else {
                // What could not be asked because somebody paused the account is asked when it goes on.
                let isPaused = try await accounts.pause(of: account)?.isByHand ?? false
                confirmed = ConfirmedReport(reference: reference, report: stated.report, asksAgain: isPaused && account.capabilities.report)
            }
        } catch let refused as ReadsRefused {
            return .decided(Decision(.again(at: refused.until, spent: false)))
        }
        return .settle(order: order.id) { [self] present in
            // What was asked is older than what has been written meanwhile: it is looked at again.
            guard present.version == order.version else { return (Decision(.again(at: environment.clock.now(), spent: false)), []) }
            var (decision, updates) = applied(event, confirmed, to: present)
            decision.effects += others
            return (decision, updates)
        }.adding(confirmed.effects)
    }

    /// What a webhook says of the order that it came to; nil where it speaks of others alone. Of an order whose request nobody knows it is what no other
    /// order has.
    private func statement(of order: Order, in said: [WebhookReport]) async throws -> WebhookReport? {
        guard order.providerRef == nil else { return said.last { $0.reference == nil || $0.reference == order.providerRef } }
        for report in said.reversed() {
            guard let reference = report.reference, said.count > 1 else { return report }
            if try await accounts.holder(of: reference, besides: order) == nil { return report }
        }
        return said.last
    }

    private func unchanged(_ order: Order, by report: Report) -> Bool {
        StateMachine.status(after: report, from: order.status, at: environment.clock.now()) == order.status
    }

    /// Whether the provider can be asked at present. One that does not answer would hold up the webhooks of all others.
    private func isAnswering(_ account: ProviderAccount) async throws -> Bool {
        guard account.capabilities.report, !accounts.unanswered.isOpen(account.account.id) else { return false }
        return try await accounts.pause(of: account) == nil
    }

    /// The provider's present status where it can be had and says no less than the webhook, else the webhook's.
    private func confirm(
        _ reported: Report?,
        _ reference: String,
        _ account: ProviderAccount,
        _ session: ProviderSession
    ) async throws -> ConfirmedReport {
        do {
            let answer = try await account.provider.report(for: reference, session)
            accounts.answered(account)
            guard let read = answer else { return ConfirmedReport(reference: reference, report: reported) }
            // A webhook that says no more than that something changed.
            guard let reported else { return ConfirmedReport(reference: reference, report: read, isRead: true) }
            if read.isCoarserForm(of: reported.providerStatus) { return ConfirmedReport(reference: reference, report: reported, isRead: true) }
            let differs = read.status != reported.status || read.result != reported.result
            return ConfirmedReport(reference: reference, report: read, isRead: true, asksAgain: differs)
        } catch let error as ProviderError {
            let finding = try await accounts.failed(error, at: account, about: reference)
            environment.logger.info(
                "webhook not confirmed by reading",
                metadata: ["event": "webhook.unconfirmed", "account": "\(account.account.id)", "error": "\(error.place)"]
            )
            return ConfirmedReport(reference: reference, report: reported, effects: finding.effects)
        }
    }

    private func applied(_ event: Event, _ confirmed: ConfirmedReport, to present: Order) -> (decision: Decision, updates: [Update]) {
        let now = environment.clock.now()
        var effects: [Effect] = [.event(id: event.id, state: .done, problem: nil)]
        // Of an order that ended here an unconfirmed word may be late: the provider is asked again, and nothing is ordered in its place meanwhile.
        let isHint = present.state == .cancelled && present.providerRef != nil && !confirmed.isRead && isReadable(present)
        if confirmed.asksAgain || isHint {
            effects.append(.queue(QueuedWork(.read(order: present.id), account: present.account, due: now + .seconds(45))))
        }
        var next = present
        next.providerRef = present.providerRef ?? confirmed.reference
        if let report = confirmed.report { next.status = StateMachine.status(after: report, from: present.status, at: now) }
        // The webhook came to this order's own address and names a request: the provider has it, whatever it calls its state.
        if [.accepted, .submitting, .uncertain].contains(next.state) { next.status.state = .requested }
        if next.status.problem?.code == "uncertain" { next.status.problem = nil }
        (next.record.unknownReads, next.record.unknownReadAt) = (0, nil)
        if isHint {
            SecondRequest.suspect(on: &next, from: present, confirmed.report, environment)
        } else {
            SecondRequest.show(on: &next, from: present, confirmed.report, environment)
        }
        guard next != present else { return (Decision(.done, effects), []) }
        if present.providerRef == nil { effects.append(.unqueue(.submit(order: present.id))) }
        let change = OrderChange(
            from: present,
            to: next,
            cause: .webhook,
            kind: "report",
            text: "\(present.provider) reports \(next.state.rawValue)",
            details: ["event": .string(event.id), "provider_status": next.json["provider_status"] ?? .null],
            isAlone: true,
            environment
        )
        return (Decision(.done, change.effects + effects), change.update.map { [$0] } ?? [])
    }

    private func isReadable(_ order: Order) -> Bool { environment.registry.account(order.account)?.capabilities.report == true }

    private func done(_ event: Event) -> StageResult { .decided(Decision(.done, [.event(id: event.id, state: .done, problem: nil)])) }

    /// A webhook that came to the order's own address and says nothing that is understood: something may have changed, so the provider is asked.
    private func lookedAt(_ event: Event, _ order: Order, _ account: ProviderAccount) -> StageResult {
        let problem = Problem(
            code: "says_nothing",
            message: "the webhook says nothing of the order that is understood; the provider is asked where it can be",
            at: environment.clock.now()
        )
        var effects: [Effect] = [.event(id: event.id, state: .done, problem: problem)]
        environment.logger.warning(
            "a webhook says nothing that is understood; the order is read",
            metadata: ["order": "\(order.id)", "event": "\(event.id)"]
        )
        if order.providerRef != nil, account.capabilities.report {
            effects.append(.queue(QueuedWork(.read(order: order.id), account: order.account, due: environment.clock.now(), priority: 1)))
        }
        return .decided(Decision(.done, effects))
    }

    private typealias Reason = (code: String, message: String)

    private static let misdirected: Reason = ("other_reference", "the webhook names another request than this order's")

    private func dead(_ event: Event, _ reason: Reason) -> StageResult { .decided(Decision(.done, [setAside(event, reason)])) }

    private func setAside(_ event: Event, _ reason: Reason) -> Effect {
        .event(id: event.id, state: .dead, problem: Problem(code: reason.code, message: reason.message, at: environment.clock.now()))
    }

    /// The webhook came to this order's own address and names another request than the one that is known. It is another order's, or the provider has
    /// two for this one.
    private func other(_ named: String?, _ event: Event, _ order: Order) async throws -> StageResult {
        guard let named, let known = order.providerRef, try await accounts.holder(of: named, besides: order) == nil else {
            return dead(event, WebhookStage.misdirected)
        }
        return .settle(order: order.id) { [self] present in
            if present.record.settledRequests.contains(named) {
                let message = "the webhook names a second request for this order, of which a person said that it is seen to"
                let problem = Problem(code: Problem.secondReference, message: message, at: environment.clock.now())
                return (Decision(.done, [.event(id: event.id, state: .done, problem: problem)]), [])
            }
            let shown = present.providerRef == known ? SecondRequest.effects(named, known, present, .webhook, environment) : []
            let reason: Reason = (Problem.secondReference, "the webhook names a second request for this order; ask the provider which one stands")
            return (Decision(.done, [setAside(event, reason)] + shown), [])
        }
    }
}

extension Report {
    /// Whether every text of this report stands among the others, which are more: an answer that leaves out the finer status does not contradict what
    /// has it.
    func isCoarserForm(of statusTexts: [String: String]) -> Bool {
        guard !providerStatus.isEmpty, providerStatus.count < statusTexts.count else { return false }
        return providerStatus.allSatisfy { statusTexts[$0.key] == $0.value }
    }
}

extension Grant {
    /// When to ask again, where nothing was granted.
    var refusedUntil: Timestamp? { count == 0 ? next : nil }
}
