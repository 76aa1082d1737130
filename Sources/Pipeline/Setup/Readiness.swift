import Logging
import Plugins
import Screening
import Synchronization

/// Whether a host is able to work.
public enum Readiness: Sendable, Equatable {
    case ready
    /// Not ready, and why: one sentence for each reason, without personal data.
    case failing([String])

    /// Finds out by trying: a worker runs a script, the store answers and takes what is written, and nothing that was accepted has been due for longer than
    /// `patience` without being attempted. Nothing is changed.
    public init(of context: PipelineContext, patience: Duration) async {
        do {
            if let why = try await context.hookRunner.whyNotAble() {
                self = context.environment.ability.noted(.failing([why]), context.logger)
                return
            }
            let load = try await context.store.load()
            try await context.store.tryWriting()
            context.environment.storeAnswered(wrote: true)
            // A disk that is nearly full takes what is small, such as the trial, and refuses a delivery.
            if let refusal = context.environment.outage.refusal(at: context.clock.now()) {
                self = context.environment.ability.noted(.failing([Readiness.reason(refusal)]), context.logger, error: refusal)
                return
            }
            guard let oldest = load.oldestDue, context.clock.now() - oldest > patience else {
                self = context.environment.ability.noted(.ready, context.logger)
                return
            }
            let why = "accepted work has been due since \(oldest) and nobody attempts it"
            self = context.environment.ability.noted(.failing([why]), context.logger)
        } catch {
            // This endpoint is open to everybody, so the store's own words, which say where it is and which user opens it, go to the log only.
            let failing = Readiness.failing([Readiness.reason(error)])
            if context.environment.outage.failed(error, "looking whether the host is able to work", context.clock, context.logger) {
                self = failing
            } else {
                self = context.environment.ability.noted(failing, context.logger, error: error)
            }
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? StoreError {
        case .corrupt: "the store holds something unreadable; see the log, and restore a backup"
        case .keyMissing(let key): "the store is sealed with the key \(key), which this host does not have"
        case .newer: "the store was written by a newer version"
        case .unavailable(let why), .unknown(let why): "the store does not answer, or takes nothing: \(StoreFailureKind(why).text)"
        default: "the store does not answer, or takes nothing"
        }
    }
}

/// Says in the log when a host is not able to work any more, and when it is again; not each time that somebody asks.
final class AbilityLog: Sendable {
    private let isFailing = Mutex(false)

    /// Notes what was found. Returns it.
    func noted(_ found: Readiness, _ logger: Logger, error: (any Error)? = nil) -> Readiness {
        guard case .failing(let reasons) = found else {
            if isFailing.withLock({ exchange(&$0, false) }) { logger.notice("able to work again", metadata: ["event": "host.ready"]) }
            return found
        }
        if !isFailing.withLock({ exchange(&$0, true) }) {
            logger.error(
                "not able to work",
                metadata: ["event": "host.not_ready", "error": "\(error.map { "\($0)" } ?? reasons.joined(separator: "; "))"]
            )
        }
        return found
    }

    private func exchange(_ value: inout Bool, _ next: Bool) -> Bool {
        defer { value = next }
        return value
    }
}
