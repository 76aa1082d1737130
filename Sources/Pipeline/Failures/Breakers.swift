/// What is not tried for a while because it failed again and again. Each process has its own.
struct Breakers: Sendable {
    /// Versions of scripts, by connection, that ended their worker: they crashed it, had to be killed, or exceeded a limit. Connections share a version
    /// where they share plugin and settings; what one connection is sent must not pause another.
    let scripts = CircuitBreakers(CircuitBreaker.Policy(failures: 5, pause: .seconds(30), longest: .seconds(600)))
    /// Connections that have had as much stored today as they may.
    let storage = StorageQuota()
    /// Accounts whose provider does not answer: all their work waits.
    let unanswered = CircuitBreakers(.outside)
    /// Accounts at which orders cannot be created, whatever else can be asked there: new orders wait.
    let creating = CircuitBreakers(.outside)
    /// Hosts that scripts call, by connection: runs that need them wait.
    let hosts = CircuitBreakers(.outside)
}

extension CircuitBreaker.Policy {
    /// The breaker for outside services: it tries again soon, for an attempt costs little, and all waiting work continues as soon as one succeeds.
    static let outside = CircuitBreaker.Policy(failures: 10, pause: .seconds(5), longest: .seconds(60))
}
