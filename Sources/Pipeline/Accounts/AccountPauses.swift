import Crypto
import Logging
import Screening

/// Accounts that the provider no longer lets in: their work waits instead of being refused order by order.
///
/// Kept in the store, so that it holds for all replicas and over a restart. It ends when the account's credentials change, when a check of the account
/// goes well, and is tried from time to time. What somebody paused for another reason, only a person ends.
final class AccountPauses: Sendable {
    private let brakes: Pauses
    private let environment: Environment

    init(brakes: Pauses, environment: Environment) {
        self.brakes = brakes
        self.environment = environment
    }

    /// Why an account's work waits; nil where it does not.
    func pause(of account: ProviderAccount) async throws -> OperatingState.Pause? {
        guard let pause = try await brakes.pause(of: .account(account.account.id)) else { return nil }
        return pause.isByHand || pause.credentials == Self.fingerprint(of: account) ? pause : nil
    }

    /// The pause of an account as the store has it, also one for credentials that are not this process's: another replica's may be refused while these are
    /// taken.
    func stored(of account: ProviderAccount) async throws -> OperatingState.Pause? { try await brakes.pause(of: .account(account.account.id)) }

    /// What pauses an account where the provider rejected its credentials; nothing where it is paused already, or the error is another one. Here it waits
    /// from now on.
    func effects(of error: ProviderError, at account: ProviderAccount) async throws -> [Effect] {
        guard error.code == .unauthorised, try await pause(of: account) == nil else { return [] }
        // Read anew rather than from memory: somebody may have paused it a moment ago, and that pause is not to end with the credentials'.
        if let stored = try await brakes.present(of: .account(account.account.id)), stored.isByHand { return [] }
        let (id, now) = (account.account.id, environment.clock.now())
        let message = "\(account.provider.manifest.title) rejects the account's credentials (\(error)); its work waits until they are put right"
        let problem = Problem(code: "account_paused", message: message, at: now)
        let pause = OperatingState.Pause(problem: problem, actor: .system, credentials: Self.fingerprint(of: account))
        brakes.note(pause, of: .account(id))
        environment.logger.error(
            "an account is paused: the provider rejects its credentials",
            metadata: ["event": "account.paused", "account": "\(id)", "error": "\(error)"]
        )
        return [.pause(.account(id), pause)]
    }

    /// What lets an account's work go on that waits for its credentials; nothing where it does not, or is paused for another reason.
    func lifting(_ account: ProviderAccount) async throws -> [Effect] {
        let id = account.account.id
        // Read anew rather than from memory: another replica may have paused it since.
        guard let pause = try await brakes.present(of: .account(id)), !pause.isByHand else { return [] }
        brakes.note(nil, of: .account(id))
        environment.logger.notice("an account goes on", metadata: ["event": "account.resumed", "account": "\(id)"])
        return [.lift(.account(id))]
    }

    /// Which credentials were rejected, without showing them.
    private static func fingerprint(of account: ProviderAccount) -> String {
        var hash = SHA256()
        for (name, secrets) in account.account.secrets.sorted(by: { $0.key < $1.key }) {
            hash.update(data: Array("\(name):".utf8))
            for secret in secrets { hash.update(data: secret.bytes + [0]) }
        }
        hash.update(data: Array(account.account.baseURL.utf8))
        return Array(hash.finalize()).hex
    }
}
