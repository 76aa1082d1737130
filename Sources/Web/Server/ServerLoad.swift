import Logging
import Screening
import Synchronization

/// What a server has in hand at a moment: connections, requests, and the bytes of bodies and answers. Each is bounded, and nobody waits for room:
/// whoever finds none is refused.
final class ServerLoad: Sendable {
    /// What is in hand.
    struct Figures: Sendable, Equatable {
        /// Connections that are served.
        var connections = 0
        /// Connections that stay only to be told that there is no room.
        var refused = 0
        /// Requests between their head and their answer. One whose sender is gone counts until its responder has ended.
        var requests = 0
        /// Bytes of requests' bodies and of large answers.
        var bytes = 0
    }

    /// What becomes of a new connection.
    enum Admission: Sendable {
        /// Its requests are answered.
        case served
        /// Its request is answered 503.
        case refused
        /// It is closed at once: too many are being refused already.
        case dropped
    }

    /// How many connections beyond the limit are answered 503 rather than just closed.
    static let courtesy = 64

    private let state = Mutex(Figures())
    private let lastWarning = Mutex<ContinuousClock.Instant?>(nil)
    private let maxConnections: Int
    private let bodyBudget: Int
    private let logger: Logger

    init(_ limits: ServerLimits, logger: Logger) {
        maxConnections = limits.maxConnections
        bodyBudget = limits.bodyBudget
        self.logger = logger
    }

    var figures: Figures { state.withLock { $0 } }

    /// Counts a new connection. To be followed by ``closeConnection(_:)`` with what it returned.
    func openConnection() -> Admission {
        let admission = state.withLock { state -> Admission in
            if state.connections < maxConnections {
                state.connections += 1
                return .served
            }
            guard state.refused < ServerLoad.courtesy else { return .dropped }
            state.refused += 1
            return .refused
        }
        if admission != .served { warn("connections") }
        return admission
    }

    func closeConnection(_ admission: Admission) {
        state.withLock { state in
            switch admission {
            case .served: state.connections -= 1
            case .refused: state.refused -= 1
            case .dropped: break
            }
        }
    }

    /// Counts a request; false where there are too many. To be followed by ``endRequest()`` where it returned true.
    ///
    /// A connection has one request at a time, so this refuses only where many senders have gone away without their answer.
    func beginRequest(isVital: Bool) -> Bool {
        let begun = state.withLock { state in
            guard isVital || state.requests < maxConnections else { return false }
            state.requests += 1
            return true
        }
        if !begun { warn("requests") }
        return begun
    }

    func endRequest() { state.withLock { $0.requests -= 1 } }

    /// Whether there is room for this many bytes now.
    func hasRoom(for bytes: Int) -> Bool {
        let fits = state.withLock { bytes <= bodyBudget - $0.bytes }
        if !fits { warn("bytes") }
        return fits
    }

    /// Holds bytes until ``release(_:)``; false where there is no room. `always`: they are there whether they fit or not.
    func hold(_ bytes: Int, always: Bool = false) -> Bool {
        let held = state.withLock { state in
            guard always || bytes <= bodyBudget - state.bytes else { return false }
            state.bytes += bytes
            return true
        }
        if !held { warn("bytes") }
        return held
    }

    func release(_ bytes: Int) { state.withLock { $0.bytes -= bytes } }

    /// One line a minute: under load the log must not become a load of its own.
    private func warn(_ what: String) {
        let now = ContinuousClock.now
        let isDue = lastWarning.withLock { last in
            if let last, now - last < .seconds(60) { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let figures = figures
        logger.warning(
            "requests are refused: the server has as much in hand as it may",
            metadata: [
                "event": "server.overloaded", "limit": .stringConvertible(what), "connections": "\(figures.connections)",
                "requests": "\(figures.requests)", "bytes": "\(figures.bytes)",
            ]
        )
    }
}

/// The bytes that one request holds: of its body, then of its answer. What it holds is free again when nobody refers to it any more, however the request
/// ended.
final class HeldBytes: Sendable {
    private let load: ServerLoad
    private let count = Mutex(0)

    init(_ load: ServerLoad) { self.load = load }

    deinit { load.release(count.withLock { $0 }) }

    /// Whether there is room for this many more bytes now.
    func hasRoom(for bytes: Int) -> Bool { load.hasRoom(for: bytes) }

    /// Holds this many more bytes.
    /// - Throws: ``ProblemDocument`` 503 where there is no room.
    func add(_ bytes: Int, always: Bool = false) throws(ProblemDocument) {
        guard load.hold(bytes, always: always) else { throw ProblemDocument.overloaded }
        count.withLock { $0 += bytes }
    }

    /// Releases everything that it holds.
    func clear() {
        load.release(
            count.withLock { count in
                defer { count = 0 }
                return count
            }
        )
    }
}
