import HTTPTypes
import Logging
import Metrics
import Screening

/// Sends a delivery's next attempt, as Standard Webhooks has it, and works out what becomes of the delivery and of its endpoint.
struct DeliveryStage: Sendable {
    let environment: Environment
    let store: any NotificationStore
    let transport: any Transport
    let accounts: AccountService

    /// How long an endpoint may take to answer.
    static let timeout = Duration.seconds(15)
    /// The waits between attempts: 75 hours and 35 minutes in all.
    static let schedule = RetrySchedule(waits: [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map { .seconds($0) })
    /// How much of an answer is kept.
    private static let keptAnswer = 1024
    private static let readAnswer = 256 << 10

    func decide(_ claim: Claim, _ delivery: WebhookDelivery) async throws -> StageResult {
        let gone = StageResult.decided(Decision(.done))
        guard delivery.state == .pending, let endpoint = try await store.endpoint(delivery.endpoint) else { return gone }
        guard let notice = try await store.notice(delivery.notice) else { return gone }
        if notice.kind.tellsOfOrders, try await accounts.hold() != nil {
            return .decided(Decision(.again(at: accounts.nextLookAfterPause(), spent: false)))
        }
        guard endpoint.isEnabled || notice.addressee != nil else {
            var missed = delivery
            missed.state = .missed
            missed.nextAttemptAt = nil
            Self.count(endpoint.id, "missed")
            return .decided(Decision(.done, [.delivery(missed)]))
        }
        let now = environment.clock.now()
        if let until = endpoint.health.throttledUntil, until > now {
            // Not all at once when the time is over.
            let due = until + .milliseconds(Int64(environment.random.fraction() * 5_000))
            var waiting = delivery
            waiting.nextAttemptAt = due
            return .decided(Decision(.again(at: due, spent: false), [.delivery(waiting)]))
        }
        guard let request = request(notice, to: endpoint, at: now) else {
            return try await failed(claim, delivery, endpoint, Outcome(error: "it has no key to sign with", status: nil), begun: now)
        }
        do {
            let response = try await transport.send(request)
            guard (200..<300).contains(response.status) else {
                return try await failed(claim, delivery, endpoint, Outcome(response, of: endpoint, at: environment.clock.now()), begun: now)
            }
            return succeeded(delivery, endpoint, response.status, begun: now)
        } catch let error as TransportError {
            return try await failed(claim, delivery, endpoint, Outcome(error: error.message, status: nil), begun: now)
        }
    }

    private func request(_ notice: Notice, to endpoint: WebhookEndpoint, at now: Timestamp) -> WireRequest? {
        guard let signer = StandardWebhooks(endpoint.keys(at: now).map(\.secret)) else { return nil }
        let body = notice.titled(by: environment.registry).body
        var headers: HTTPFields = [.contentType: "application/json", .userAgent: "Fairlead"]
        for (name, value) in signer.headers(signedByAll: body, id: notice.id, at: now) {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        var request = WireRequest(.post, endpoint.url, headers: headers, body: body, timeout: Self.timeout)
        request.maximumResponse = Self.readAnswer
        return request
    }

    /// What came of an attempt that failed.
    private struct Outcome {
        let error: String
        let status: Int?
        var answer: Personal<String>?
        var retryAfter: Duration?

        init(error: String, status: Int?) { (self.error, self.status) = (error, status) }

        init(_ response: WireResponse, of endpoint: WebhookEndpoint, at now: Timestamp) {
            status = response.status
            let isRedirect = (300..<400).contains(response.status)
            error = "it answered \(response.status)" + (isRedirect ? ", and redirects are not followed" : "")
            retryAfter = RetryAfter.duration(in: response, at: now)
            var text = String(decoding: (response.text ?? []).prefix(DeliveryStage.keptAnswer), as: UTF8.self).printable
            for key in endpoint.keys {
                text = text.replacing(key.secret.value, with: "‹secret›").replacing(key.secret.value.dropFirst(6), with: "‹secret›")
            }
            if !text.isEmpty { answer = Personal(text) }
        }

        /// Whether the endpoint asks to be left alone for a while, not only with this delivery.
        var throttles: Bool { [429, 502, 504].contains(status) || status == 503 && retryAfter != nil }
    }

    private func succeeded(_ delivery: WebhookDelivery, _ endpoint: WebhookEndpoint, _ status: Int, begun: Timestamp) -> StageResult {
        let now = environment.clock.now()
        let attempt = WebhookDelivery.Attempt(at: begun, milliseconds: Int((now - begun).wholeMilliseconds), status: status, error: nil)
        var effects: [Effect] = [.delivery(delivery.after(attempt, .delivered))]
        if endpoint.health != WebhookEndpoint.Health() { effects.append(.endpoint(endpoint.id, .succeeded)) }
        if let warned = endpoint.health.warnedAt {
            environment.logger.notice("a webhook's endpoint answers again", metadata: ["event": "endpoint.recovered", "webhook": "\(endpoint.id)"])
            effects.append(.notify(endpoint.notice(.webhookRecovered, warned.milliseconds, at: now)))
        }
        Self.count(endpoint.id, "delivered")
        return .decided(Decision(.done, effects))
    }

    private func failed(
        _ claim: Claim,
        _ delivery: WebhookDelivery,
        _ endpoint: WebhookEndpoint,
        _ outcome: Outcome,
        begun: Timestamp
    ) async throws -> StageResult {
        let now = environment.clock.now()
        let attempt = WebhookDelivery.Attempt(
            at: begun,
            milliseconds: Int((now - begun).wholeMilliseconds),
            status: outcome.status,
            error: outcome.error,
            answer: outcome.answer
        )
        let health = EndpointJudgement(endpoint, failingAt: now, isGone: outcome.status == 410)
        let throttle = outcome.throttles ? now + (outcome.retryAfter ?? health.pause) : nil
        var effects: [Effect] = [.endpoint(endpoint.id, .failed(at: now, counts: health.counts, throttledUntil: throttle))]
        effects += health.consequences
        health.log(environment.logger, outcome.error)
        if try await isAskedAnew(delivery) {
            let due = max(now + .seconds(1), throttle ?? now)
            Self.count(endpoint.id, "failed")
            return .decided(Decision(.again(at: due, spent: false), effects + [.delivery(delivery.after(attempt, .pending, next: due))]))
        }
        let next = health.isGone ? nil : Self.schedule.next(after: claim.attempt, at: now, asked: outcome.retryAfter, environment.random)
        guard let next else {
            Self.count(endpoint.id, health.isGone ? "gone" : "gave_up")
            environment.logger.error(
                "a webhook was not delivered, and is not tried again by itself",
                metadata: [
                    "event": "endpoint.not_delivered", "webhook": "\(endpoint.id)", "delivery": "\(delivery.id)", "why": "\(outcome.error)",
                ]
            )
            return .decided(Decision(.done, effects + [.delivery(delivery.after(attempt, .failed))]))
        }
        Self.count(endpoint.id, "failed")
        return .decided(Decision(.again(at: next, spent: true), effects + [.delivery(delivery.after(attempt, .pending, next: next))]))
    }

    /// Whether somebody asked for it to be sent again while it was being attempted: that is not over with an attempt that began before.
    private func isAskedAnew(_ delivery: WebhookDelivery) async throws -> Bool {
        guard let present = try await store.delivery(delivery.id) else { return false }
        return present.state == .pending && present.nextAttemptAt != delivery.nextAttemptAt
    }

    /// Counts what became of an attempt, or of a delivery that was not attempted.
    static func count(_ endpoint: String, _ result: String) {
        Counter(label: "fairlead_webhook_deliveries_total", dimensions: [("endpoint", endpoint), ("result", result)]).increment()
    }
}
