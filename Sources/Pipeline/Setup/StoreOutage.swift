import Logging
import Screening
import Synchronization

/// Says in the log once that the store is away or full, and once that it is back, whoever of the many that use it notices first.
///
/// In between it reminds every five minutes, with how often something failed. What every single one of them would say is left out.
final class StoreOutage: Sendable {
    private struct State {
        let since: Timestamp
        /// Whether it answers and takes nothing: then only a write proves that it is over.
        let refusesWrites: Bool
        let error: StoreError
        var lastFailure: Timestamp
        var lastLine: Timestamp
        var failures = 1
    }

    private static let reminder = Duration.seconds(300)
    /// Some calls succeed while others still fail.
    private static let settling = Duration.seconds(2)

    private let state = Mutex<State?>(nil)

    /// Whether the store is away, or takes nothing, as far as calls have shown; with what it reported last.
    var present: StoreError? { state.withLock { $0?.error } }

    /// Why the store takes nothing at present although it answers; nil where it takes what is written, or none was refused for a minute.
    func refusal(at now: Timestamp) -> StoreError? {
        state.withLock { state in
            guard let state, state.refusesWrites, now < state.lastFailure + Self.fresh else { return nil }
            return state.error
        }
    }

    /// For how long a refusal says how things are.
    private static let fresh = Duration.seconds(60)

    /// Notes that a call of the store's failed.
    /// - Parameter what: what was being done, in a few words.
    /// - Returns: whether the failure belongs to an outage, which is said here. Anything else the caller has to say.
    func failed(_ error: any Error, _ what: String, _ clock: any WallClock, _ logger: Logger) -> Bool {
        guard let error = error as? StoreError, error.isOutage else { return false }
        let now = clock.now()
        let line: (text: String, failures: Int, since: Timestamp)? = state.withLock { state in
            guard var present = state else {
                state = State(since: now, refusesWrites: error.refusesWrites, error: error, lastFailure: now, lastLine: now)
                return ("the store is not available; nothing is lost, and work goes on when it is back", 1, now)
            }
            present.failures += 1
            present.lastFailure = now
            let isDue = now - present.lastLine >= Self.reminder || now < present.lastLine
            if isDue { present.lastLine = now }
            state = present
            return isDue ? ("the store is still not available", present.failures, present.since) : nil
        }
        guard let line else { return true }
        logger.error(
            "\(line.text)",
            metadata: [
                "event": "store.away", "error": "\(error)", "while": "\(what)", "since": "\(line.since)",
                "failures": .stringConvertible(line.failures),
            ]
        )
        return true
    }

    /// Notes that a call of the store's succeeded.
    /// - Parameter wrote: whether it wrote something.
    func succeeded(wrote: Bool, _ clock: any WallClock, _ logger: Logger) {
        let over: State? = state.withLock { state in
            guard let present = state, wrote || !present.refusesWrites else { return nil }
            let quiet = clock.now() - present.lastFailure
            guard quiet >= Self.settling || quiet < .zero else { return nil }
            state = nil
            return present
        }
        guard let over else { return }
        logger.notice(
            "the store is available again",
            metadata: ["event": "store.back", "since": "\(over.since)", "failures": .stringConvertible(over.failures)]
        )
    }
}

extension StoreError {
    /// Whether it says that the store as a whole cannot be used at present.
    fileprivate var isOutage: Bool {
        switch self {
        case .unavailable: self != .closed
        case .unknown: true
        case .conflict, .corrupt, .keyMissing, .newer, .refused, .overQuota: false
        }
    }

    /// Whether it may be read although it takes nothing.
    fileprivate var refusesWrites: Bool {
        guard case .unavailable(let why) = self else { return false }
        return ["disk is full", "read-only"].contains(where: why.contains)
    }
}

extension Environment {
    /// Says in the log that a call of the store's failed: once for an outage, each time for anything else.
    func storeFailed(_ error: any Error, _ what: String, _ level: Logger.Level = .error, _ metadata: Logger.Metadata = [:]) {
        if outage.failed(error, what, clock, logger) { return }
        logger.log(
            level: level,
            "failed: \(what); it is tried again",
            metadata: metadata.merging(["event": "store.call_failed", "error": "\(error)"]) { $1 }
        )
    }

    /// Notes that the store did what it was asked.
    func storeAnswered(wrote: Bool) { outage.succeeded(wrote: wrote, clock, logger) }
}
