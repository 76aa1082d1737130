import Screening
import Synchronization

/// The circuit breakers of one kind of thing (script versions, accounts, hosts that scripts call), by name. Of this process alone: each replica finds
/// out for itself.
final class CircuitBreakers: Sendable {
    /// Work that calls such a thing waits while its breaker is open; a name without recent failures is not kept.
    private static let maximum = 1_000

    private let policy: CircuitBreaker.Policy
    private let breakers = Mutex<[String: CircuitBreaker]>([:])

    init(_ policy: CircuitBreaker.Policy) { self.policy = policy }

    /// Asks to try something. Once an open breaker's pause is over, it lets one caller through to find out whether the thing works again.
    func ask(_ name: String, at now: Timestamp) -> CircuitBreaker.Permission {
        breakers.withLock { $0[name]?.ask(at: now) ?? .granted }
    }

    /// Whether it is open: only an occasional attempt is let through.
    func isOpen(_ name: String) -> Bool { breakers.withLock { $0[name]?.isOpen ?? false } }

    /// When the next attempt is let through; nil where it is closed.
    func nextAttempt(_ name: String) -> Timestamp? { breakers.withLock { $0[name]?.until } }

    /// What has failed since the last success, whether that opened it or not; nil where nothing has.
    func doubt(_ name: String) -> CircuitBreaker.Doubt? { breakers.withLock { $0[name]?.doubt } }

    /// Since when something has failed, where that is no chance: it is open, or has failed some times in a row of late.
    func failingSince(_ name: String, at now: Timestamp) -> Timestamp? {
        breakers.withLock { $0[name].flatMap { Self.failingSince($0, now) } }
    }

    /// What fails at present, by name, and since when.
    func failing(at now: Timestamp) -> [String: Timestamp] {
        breakers.withLock { breakers in
            breakers = breakers.filter { !$0.value.isForgotten(at: now) }
            return breakers.compactMapValues { Self.failingSince($0, now) }
        }
    }

    /// Failures in a row that are no chance any more.
    private static let suspicious = 3

    private static func failingSince(_ breaker: CircuitBreaker, _ now: Timestamp) -> Timestamp? {
        guard let doubt = breaker.doubt, breaker.isOpen || doubt.failures >= suspicious && now < doubt.last + .seconds(3600) else { return nil }
        return doubt.since
    }

    /// How it stands, as metrics say it: 0 closed, 1 where an attempt may be made although it is open, 2 open.
    func level(_ name: String, at now: Timestamp) -> Int { breakers.withLock { $0[name]?.level(at: now) ?? 0 } }

    /// What is open at present, by name; what nobody has asked for in an hour is forgotten.
    func open(at now: Timestamp) -> [String] {
        breakers.withLock { breakers in
            breakers = breakers.filter { !$0.value.isForgotten(at: now) }
            return breakers.filter(\.value.isOpen).keys.sorted()
        }
    }

    /// Something went well. Returns true where that closed it.
    /// - Parameter begun: see ``CircuitBreaker/succeeded(begun:)``.
    func succeeded(_ name: String, begun: Timestamp? = nil) -> Bool {
        breakers.withLock { breakers in
            guard var breaker = breakers[name] else { return false }
            let hasClosed = breaker.succeeded(begun: begun)
            breakers[name] = breaker.isOpen ? breaker : nil
            return hasClosed
        }
    }

    /// Something failed. Returns true where that opened it.
    func failed(_ name: String, at now: Timestamp) -> Bool {
        breakers.withLock { breakers in
            if breakers[name] == nil, breakers.count >= Self.maximum {
                breakers = breakers.filter { $0.value.isOpen && !$0.value.isForgotten(at: now) }
            }
            // Beyond this number, new names are not tracked.
            guard breakers[name] != nil || breakers.count < Self.maximum else { return false }
            return breakers[name, default: CircuitBreaker(policy)].failed(at: now)
        }
    }

    /// An attempt ended without showing whether the thing works.
    func abandoned(_ name: String) { breakers.withLock { $0[name]?.abandoned() } }
}
