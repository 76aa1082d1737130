import Crypto
import Foundation
import HTTPTypes
public import Screening
import Synchronization

/// A stand-in for the Zinc Partner API: packages, checks, results, signed webhooks.
public final class ZincSimulator: Sendable {
    struct State {
        var requests: [String: ZincRequest] = [:]
        var order: [String] = []
    }

    let settings: SimulatorSettings.Zinc
    let environment: SimulatorEnvironment
    private let outbox: Outbox
    private let state = Mutex(State())

    init(_ settings: SimulatorSettings.Zinc, _ environment: SimulatorEnvironment) {
        self.settings = settings
        self.environment = environment
        outbox = Outbox(environment, .zinc)
    }

    /// Every request that was created, oldest first.
    public var requests: [ZincRequest] { state.withLock { state in state.order.compactMap { state.requests[$0] } } }

    /// The request of that id; nil where there is none.
    public func request(_ id: String) -> ZincRequest? { state.withLock { $0.requests[id] } }

    /// Changes a request and, unless the change says otherwise, sends a webhook about it. The request then no longer advances on its own.
    /// An empty change sends the present report once more. Returns the request as it now stands; nil where there is none.
    @discardableResult
    public func set(_ id: String, _ change: ZincChange) -> ZincRequest? {
        state.withLock { state in
            guard var request = state.requests[id] else { return nil }
            request.apply(change)
            request.stages = []
            state.requests[id] = request
            // Under the lock, so that webhooks leave in the order of the changes.
            if change.announce { announce(request) }
            return request
        }
    }

    /// Moves a request to the next stage of its lifecycle and sends a webhook. Returns the request; nil where there is none.
    /// At the lifecycle's end nothing happens.
    @discardableResult
    public func advance(_ id: String) -> ZincRequest? {
        state.withLock { state in
            guard var request = state.requests[id], let stage = request.stages.first else { return state.requests[id] }
            request.stages.removeFirst()
            request.apply(ZincChange(statusV2: stage.statusV2, result: stage.result))
            state.requests[id] = request
            announce(request)
            return request
        }
    }

    /// One stage of the lifecycle, as it was put in the timer queue.
    func continueLifecycle(_ id: String) {
        guard let request = advance(id) else { return }
        scheduleNextStage(request)
    }

    func create(_ intake: ZincIntake, account: Int, idempotencyKey: String?) -> ZincRequest {
        let id = environment.hexID()
        let request = ZincRequest(
            id: id,
            account: account,
            package: intake.package,
            candidate: intake.candidate,
            callback: intake.callback,
            idempotencyKey: idempotencyKey,
            createdAt: environment.clock.now(),
            reportURL: "\(environment.publicURL)/zinc/candidate/\(id)",
            stages: ZincLifecycle.stages(lastName: intake.candidate.lastName.value)
        )
        state.withLock { state in
            state.requests[id] = request
            state.order.append(id)
            if settings.announcesCreation { announce(request) }
        }
        scheduleNextStage(request)
        return request
    }

    func clear() { state.withLock { $0 = State() } }

    private func scheduleNextStage(_ request: ZincRequest) {
        guard let pace = environment.pace, !request.stages.isEmpty else { return }
        environment.timers.schedule(.advanceZinc(request.id), concurrencyKey: "lifecycle:zinc:\(request.id)", at: environment.clock.now() + pace)
    }

    private func announce(_ request: ZincRequest) {
        guard let callback = request.callback else { return }
        var webhook = WireRequest(.post, callback, json: request.report)
        webhook.headers[.zincSignature] = Self.signature(over: webhook.body, token: settings.signingToken)
        outbox.send(webhook, concurrencyKey: Self.concurrencyKey(request.id))
    }

    static func concurrencyKey(_ id: String) -> String { "webhook:zinc:\(id)" }

    /// What `x-zinc-webhook-signature` holds: HMAC-SHA256 over the bytes, in lower-case hexadecimal.
    public static func signature(over body: [UInt8], token: Secret) -> String {
        Array(HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: token.bytes))).hex
    }
}
