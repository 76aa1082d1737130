import Logging
import Screening

/// What one more failure means for an endpoint: nothing at first; then it is failing, others are warned, and in the end it is disabled.
struct EndpointJudgement {
    /// Failures in a row that may be chance.
    private static let patience = 4
    /// How long it may fail before others are told.
    private static let warning = Duration.seconds(86_400)
    /// How long it may fail before it is disabled.
    private static let end = Duration.seconds(5 * 86_400)

    private let endpoint: WebhookEndpoint
    private let now: Timestamp
    /// Whether it said that it is gone for good.
    let isGone: Bool

    init(_ endpoint: WebhookEndpoint, failingAt now: Timestamp, isGone: Bool) {
        self.endpoint = endpoint
        self.now = now
        self.isGone = isGone
    }

    /// Whether it has failed often enough for the clock to run.
    var counts: Bool { endpoint.health.failures + 1 >= Self.patience }

    /// How long it is left alone where it asks for that without saying how long: longer each time, up to five minutes.
    var pause: Duration { .seconds(Int64(min(5 << min(endpoint.health.failures, 6), 300))) }

    private var failing: Duration { endpoint.health.failingSince.map { now - $0 } ?? .zero }
    private var isDisabled: Bool { endpoint.isEnabled && (isGone || failing >= Self.end) }
    private var isWarned: Bool { endpoint.isEnabled && !isDisabled && endpoint.health.warnedAt == nil && failing >= Self.warning }

    /// What is written on it and told to others.
    var consequences: [Effect] {
        if isDisabled {
            let message =
                isGone
                ? "it answered 410: it is gone for good"
                : "it failed for five days; mend it, enable it, and redeliver what it missed"
            let problem = Problem(code: isGone ? "gone" : "failing", message: message, at: now)
            let data: JSON = ["reason": .string(problem.code)]
            return [
                .endpoint(endpoint.id, .disabled(problem, version: endpoint.version)),
                .notify(endpoint.notice(.webhookDisabled, Int64(endpoint.version), at: now, data)),
            ]
        }
        guard isWarned, let since = endpoint.health.failingSince else { return [] }
        let data: JSON = [
            "failing_since": JSON(since), "failures": .int(Int64(endpoint.health.failures + 1)), "disabled_at": JSON(since + Self.end),
        ]
        return [.endpoint(endpoint.id, .warned(at: now)), .notify(endpoint.notice(.webhookFailing, since.milliseconds, at: now, data))]
    }

    /// Says in the log what a person should know of.
    func log(_ logger: Logger, _ why: String) {
        var metadata: Logger.Metadata = ["webhook": "\(endpoint.id)", "why": "\(why)"]
        if isDisabled {
            metadata["event"] = "endpoint.disabled"
            logger.error("a webhook's endpoint is disabled: \(isGone ? "it is gone" : "it failed for five days")", metadata: metadata)
        } else if isWarned {
            metadata["event"] = "endpoint.failing"
            logger.warning("a webhook's endpoint fails for a day; after five it is disabled", metadata: metadata)
        }
    }
}

extension WebhookEndpoint {
    /// Whether it has failed so often in a row that somebody should know.
    var isFailing: Bool { isEnabled && health.failures >= 3 }

    /// A notice about it for all others.
    func notice(_ kind: Notice.Kind, _ mark: Int64, at timestamp: Timestamp, _ more: JSON = [:]) -> Notice {
        var data: JSON = ["webhook": .string(id)]
        for (name, value) in more.members?.pairs ?? [] { data[name] = value }
        return Notice(kind, about: id, mark, at: timestamp, data: data)
    }
}
