/// What is kept from being tried for a while, because it failed again and again. Of this process alone.
struct Breakers: Sendable {
    /// Versions of scripts that cost their worker: crashed it, had to be killed, or went past a limit.
    let scripts = CircuitBreakers(CircuitBreaker.Policy(failures: 5, pause: .seconds(30), longest: .seconds(600)))
    /// Accounts whose provider does not answer: all their work waits.
    let unanswered = CircuitBreakers(.outside)
    /// Accounts at which orders cannot be created, whatever else can be asked there: new orders wait.
    let creating = CircuitBreakers(.outside)
    /// Hosts that scripts call, by connection: runs that need them wait.
    let hosts = CircuitBreakers(.outside)
}

extension CircuitBreaker.Policy {
    /// For what is outside: tried again soon, for an attempt costs little, and all that waits goes on as soon as one succeeds.
    static let outside = CircuitBreaker.Policy(failures: 10, pause: .seconds(5), longest: .seconds(60))
}
