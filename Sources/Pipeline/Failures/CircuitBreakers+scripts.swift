import Plugins
import Screening

extension CircuitBreakers {
    /// Errors that cost others time, and would again.
    private static let harmful: Set = ["worker_crashed", "worker_killed", "cpu_limit", "memory_limit"]

    /// Which scripts are kept from running for a while, because again and again they cost their worker: crashed it, had to be killed, or went past a limit.
    static func ofScripts() -> CircuitBreakers { CircuitBreakers(CircuitBreaker.Policy(failures: 5, pause: .seconds(30), longest: .seconds(600))) }

    /// Notes how an attempt on a version of scripts ended. Returns true where it was the one too many.
    func note(_ end: HookEnd, _ scripts: String, at now: Timestamp) -> Bool {
        switch end {
        case .failed(let failure) where Self.harmful.contains(failure.error["code"]?.text ?? ""): return failed(scripts, at: now)
        case .interrupted: abandoned(scripts)
        default: _ = succeeded(scripts)
        }
        return false
    }
}
