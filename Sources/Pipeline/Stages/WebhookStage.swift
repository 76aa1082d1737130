import Logging
import Screening

/// Works out what a provider's webhook changes.
///
/// A webhook is a hint, however well signed: it may be late, repeated or replayed. Where the provider can be read, its present word decides; where
/// it cannot, the webhook's own report is taken, and the state machine keeps it from taking anything back.
struct WebhookStage: Sendable {
    let context: PipelineContext

    func decide(_ event: Event, _ order: Order) async throws -> Verdict {
        guard let account = context.directory.account(order.account) else {
            return dead(event, code: "account_missing", message: "the account \(order.account) is not configured")
        }
        let session = context.session(account)
        let webhook = Webhook(headers: event.request.value.headers, body: event.request.value.body)
        let said: [WebhookReport]
        do { said = try account.provider.interpret(webhook, session) } catch let error as ProviderError {
            return dead(event, code: "not_understood", message: "the webhook could not be understood: \(error)")
        }
        guard let word = said.last else { return done(event) }
        if let known = order.providerRef, let named = word.reference, known != named {
            return dead(event, code: "other_reference", message: "the webhook names another request than this order's")
        }
        guard let reference = order.providerRef ?? word.reference else { return done(event) }
        if let report = word.report, order.providerRef != nil, unchanged(order, by: report) { return done(event) }
        let report = try await believed(word.report, reference, account, session)
        return .settle(order: order.id) { [self] present in applied(event, report, reference, to: present) }
    }

    private func unchanged(_ order: Order, by report: Report) -> Bool {
        StateMachine.standing(after: report, from: order.standing, at: context.clock.now()) == order.standing
    }

    /// The provider's present word where it can be had and says more than the webhook, else the webhook's.
    private func believed(
        _ told: Report?,
        _ reference: String,
        _ account: ProviderAccount,
        _ session: ProviderSession
    ) async throws -> Report? {
        guard account.capabilities.report else { return told }
        do {
            guard let read = try await account.provider.report(for: reference, session) else { return told }
            guard let told else { return read }
            return read.isCoarserForm(of: told) ? told : read
        } catch let error as ProviderError {
            context.logger.info("webhook not confirmed by reading", metadata: ["account": "\(account.account.id)", "error": "\(error)"])
            return told
        }
    }

    private func applied(_ event: Event, _ report: Report?, _ reference: String, to present: Order) -> (decision: Decision, told: [Update]) {
        let finished = Effect.event(id: event.id, state: .done, problem: nil)
        var next = present
        next.providerRef = present.providerRef ?? reference
        if let report { next.standing = StateMachine.standing(after: report, from: present.standing, at: context.clock.now()) }
        // The webhook came to this order's own address and names a request: the provider has it, whatever the word for its state.
        if [.accepted, .submitting, .uncertain].contains(next.state) { next.standing.state = .requested }
        if next.standing.problem?.code == "uncertain" { next.standing.problem = nil }
        guard next != present else { return (Decision(.done, [finished]), []) }
        let change = OrderChange(
            from: present,
            to: next,
            cause: .webhook,
            kind: "report",
            text: "\(present.provider) reports \(next.state.rawValue)",
            details: ["event": .string(event.id), "provider_status": next.json["provider_status"] ?? .null],
            context
        )
        return (Decision(.done, change.effects + [finished]), change.update.map { [$0] } ?? [])
    }

    private func done(_ event: Event) -> Verdict { .decided(Decision(.done, [.event(id: event.id, state: .done, problem: nil)])) }

    private func dead(_ event: Event, code: String, message: String) -> Verdict {
        let problem = Problem(code: code, message: message, at: context.clock.now())
        return .decided(Decision(.done, [.event(id: event.id, state: .dead, problem: problem)]))
    }
}

extension Report {
    /// Whether every word of this report stands in the other one too, which has more: an answer that leaves out the finer status does not
    /// contradict a webhook that has it.
    func isCoarserForm(of other: Report) -> Bool {
        guard !providerStatus.isEmpty, providerStatus.count < other.providerStatus.count else { return false }
        return providerStatus.allSatisfy { other.providerStatus[$0.key] == $0.value }
    }
}
