import Screening
import Synchronization

/// A stand-in for the WorkerChecks Business API: tokens, invitations, results. It sends no webhooks, as the original sends none.
public final class WorkerChecksSimulator: Sendable {
    struct Token {
        let account: Int
        let expiresAt: Timestamp
    }

    private struct State {
        var invitations: [String: Invitation] = [:]
        var order: [String] = []
        var tokens: [String: Token] = [:]
        var limits: [Int: ReadLimit] = [:]
        var tokensGiven = 0
    }

    let settings: SimulatorSettings.WorkerChecks
    let environment: SimulatorEnvironment
    private let state = Mutex(State())

    init(_ settings: SimulatorSettings.WorkerChecks, _ environment: SimulatorEnvironment) {
        self.settings = settings
        self.environment = environment
    }

    /// Every invitation that was created, oldest first.
    public var invitations: [Invitation] { state.withLock { state in state.order.compactMap { state.invitations[$0] } } }
    /// The invitation of that id; nil where there is none.
    public func invitation(_ id: String) -> Invitation? { state.withLock { $0.invitations[id] } }
    /// How many result reads were answered 429.
    public var refusedReads: Int { state.withLock { $0.limits.values.reduce(0) { $0 + $1.refused } } }
    /// The most result reads that one account tried in any sixty seconds.
    public var peakReads: Int { state.withLock { $0.limits.values.map(\.peak).max() ?? 0 } }
    /// How many tokens were issued.
    public var tokensGiven: Int { state.withLock { $0.tokensGiven } }

    /// Changes an invitation; what is nil stays. Any word may be given. Returns it as it now stands; nil where there is none.
    @discardableResult
    public func set(_ id: String, status: String? = nil, result: String? = nil) -> Invitation? {
        change(id) { $0.apply(status: status, result: result, at: environment.clock.now()) }
    }

    /// Moves an invitation to the next stage of its lifecycle. Returns it; nil where there is none. At the lifecycle's end nothing happens.
    @discardableResult
    public func advance(_ id: String) -> Invitation? {
        change(id) { invitation in
            guard let next = invitation.next else { return }
            invitation.apply(status: next.status, result: next.result, at: environment.clock.now())
        }
    }

    /// Invalidates every token issued so far, as if its 24 hours were over.
    public func expireTokens() { state.withLock { $0.tokens = [:] } }

    func continueLifecycle(_ id: String) {
        guard let invitation = advance(id) else { return }
        scheduleNextStage(invitation)
    }

    func create(_ intake: InvitationIntake, account: Int, idempotencyKey: String?) -> Invitation {
        let id = "inv_" + environment.hexID()
        let invitation = Invitation(
            id: id,
            account: account,
            productID: intake.productID,
            candidate: intake.candidate,
            reference: intake.reference,
            idempotencyKey: idempotencyKey,
            createdAt: environment.clock.now(),
            certificateURL: "\(environment.publicURL)/workerchecks/certificates/\(id)"
        )
        state.withLock { state in
            state.invitations[id] = invitation
            state.order.append(id)
        }
        scheduleNextStage(invitation)
        return invitation
    }

    /// Cancels an invitation whose worker has not submitted yet. Nil where that is too late.
    func cancel(_ id: String) -> Invitation? {
        state.withLock { state in
            guard let present = state.invitations[id], ["Pending", "Cancelled"].contains(present.status) else { return nil }
            state.invitations[id]?.apply(status: "Cancelled", result: nil, at: environment.clock.now())
            return state.invitations[id]
        }
    }

    func makeToken(account: Int) -> String {
        let text = environment.random.token()
        let expiresAt = environment.clock.now() + settings.tokenLife
        state.withLock { state in
            state.tokens[text] = Token(account: account, expiresAt: expiresAt)
            state.tokensGiven += 1
        }
        return text
    }

    /// The account whose token this is; nil where the token is unknown or has expired.
    func account(of token: String) -> Int? {
        let now = environment.clock.now()
        return state.withLock { $0.tokens[token].flatMap { now < $0.expiresAt ? $0.account : nil } }
    }

    func mayRead(account: Int) -> Bool {
        let now = environment.clock.now()
        return state.withLock { $0.limits[account, default: ReadLimit(perMinute: settings.readsPerMinute)].take(at: now) }
    }

    func clear() { state.withLock { $0 = State() } }

    private func change(_ id: String, _ apply: (inout Invitation) -> Void) -> Invitation? {
        state.withLock { state in
            guard var invitation = state.invitations[id] else { return nil }
            apply(&invitation)
            state.invitations[id] = invitation
            return invitation
        }
    }

    private func scheduleNextStage(_ invitation: Invitation) {
        guard let pace = environment.pace, invitation.next != nil else { return }
        environment.timers.schedule(
            .advanceWorkerChecks(invitation.id),
            concurrencyKey: "lifecycle:workerchecks:\(invitation.id)",
            at: environment.clock.now() + pace
        )
    }
}
