import Logging
import Screening

extension CircuitBreakers {
    /// Providers that do not answer: their accounts' work waits, its attempts unspent.
    static func ofAccounts() -> CircuitBreakers { CircuitBreakers(.outside) }

    /// Notes what a provider made of a call; nil for a success. Whoever answers, and be it with a refusal, is there.
    func note(_ error: ProviderError?, of account: String, _ environment: Environment) {
        switch error?.code {
        case .unavailable, .noAnswer,
            _ where error?.creation == .uncertain:
            guard failed(account, at: environment.clock.now()) else { return }
            environment.logger.error(
                "an account's provider does not answer; its work waits and is tried now and then",
                metadata: ["account": "\(account)", "error": "\(error?.description ?? "")"]
            )
        case .rateLimited: abandoned(account)
        default:
            guard succeeded(account) else { return }
            environment.logger.notice("an account's provider answers again", metadata: ["account": "\(account)"])
        }
    }
}

extension CircuitBreaker.Policy {
    /// For what is outside: tried again soon, for an attempt costs little, and all that waits goes on as soon as one succeeds.
    static let outside = CircuitBreaker.Policy(failures: 10, pause: .seconds(5), longest: .seconds(60))
}
