import Plugins
import Screening
import Synchronization

/// Which scripts are kept from running for a while, because again and again they cost their worker: crashed it, had to be killed, or went past a limit.
final class ScriptBreakers: Sendable {
    /// Errors that cost others time, and would again.
    private static let harmful: Set = ["worker_crashed", "worker_killed", "cpu_limit", "memory_limit"]

    private let breakers = Mutex<[String: CircuitBreaker]>([:])

    /// Asks for an attempt on a version of scripts.
    func ask(_ scripts: String, at now: Timestamp) -> CircuitBreaker.Permission {
        breakers.withLock { $0[scripts]?.ask(at: now) ?? .granted }
    }

    /// Whether a version of scripts is kept from running.
    func isOpen(_ scripts: String) -> Bool { breakers.withLock { $0[scripts]?.isOpen ?? false } }

    /// Notes how an attempt ended. Returns true where it was the one too many.
    func note(_ end: HookEnd, _ scripts: String, at now: Timestamp) -> Bool {
        breakers.withLock { breakers in
            switch end {
            case .failed(let failure) where Self.harmful.contains(failure.error["code"]?.text ?? ""):
                return breakers[scripts, default: CircuitBreaker()].failed(at: now)
            case .interrupted:
                breakers[scripts]?.abandoned()
            default:
                breakers[scripts] = nil
            }
            return false
        }
    }
}
