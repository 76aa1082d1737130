import Logging
import Screening

extension CircuitBreakers {
    /// Notes what an account's provider made of a call; nil for a success. A provider that answers is reachable, even when its answer is a refusal.
    func note(_ error: ProviderError?, of account: String, _ environment: Environment) {
        switch error?.code {
        case .unavailable, .noAnswer,
            _ where error?.creation == .uncertain:
            guard failed(account, at: environment.clock.now()) else { return }
            environment.logger.error(
                "an account's provider does not answer; its work waits and is tried now and then",
                metadata: ["event": "account.unreachable", "account": "\(account)", "error": "\(error?.description ?? "")"]
            )
        case .rateLimited: abandoned(account)
        default:
            guard succeeded(account) else { return }
            environment.logger.notice("an account's provider answers again", metadata: ["event": "account.reachable", "account": "\(account)"])
        }
    }
}
