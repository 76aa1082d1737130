import Logging
import Plugins
import Screening

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
                self = .failing([why])
                return
            }
            let load = try await context.store.load()
            try await context.store.tryWriting()
            if let oldest = load.oldestDue, context.clock.now() - oldest > patience {
                self = .failing(["accepted work has been due since \(oldest) and nobody attempts it"])
            } else {
                self = .ready
            }
        } catch {
            // This endpoint is open to everybody, so where the store is and which user opens it goes to the log only.
            context.logger.error("not able to work", metadata: ["error": "\(error)"])
            self = .failing([Readiness.reason(error)])
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? StoreError {
        case .corrupt: "the store holds something unreadable; see the log, and restore a backup"
        case .newer: "the store was written by a newer version"
        default: "the store does not answer, or takes nothing"
        }
    }
}
