import Crypto
import Logging
import Screening
import Synchronization

/// Accounts that the provider no longer lets in: their work waits instead of being refused order by order.
///
/// Kept in the store, so that it holds for all replicas and over a restart. It ends when the account's credentials change, when a check of the account
/// goes well, and is tried from time to time. What somebody paused for another reason, only a person ends.
final class AccountPauses: Sendable {
    /// How often the store is asked.
    private static let freshness = Duration.seconds(2)

    private let store: any OperatingStates
    private let environment: Environment
    private let known = Mutex<[String: (pause: OperatingState.Pause?, readAt: Timestamp)]>([:])

    init(store: any OperatingStates, environment: Environment) {
        self.store = store
        self.environment = environment
    }

    /// Why an account's work waits; nil where it does not.
    func pause(of account: ProviderAccount) async throws -> OperatingState.Pause? {
        let (id, now) = (account.account.id, environment.clock.now())
        if let (pause, readAt) = known.withLock({ $0[id] }), readAt <= now, now < readAt + Self.freshness { return pause }
        let stored = try await store.state(of: .account(id)).pause
        let pause = stored.flatMap { $0.credentials == nil || $0.credentials == Self.fingerprint(of: account) ? $0 : nil }
        known.withLock { $0[id] = (pause, now) }
        return pause
    }

    /// What pauses an account where the provider rejected its credentials; nothing where it is paused already, or the error is another one. Here it waits
    /// from now on.
    func effects(of error: ProviderError, at account: ProviderAccount) async throws -> [Effect] {
        guard error.code == .unauthorised, try await pause(of: account) == nil else { return [] }
        // Read anew rather than from memory: somebody may have paused it a moment ago, and that pause is not to end with the credentials'.
        if let stored = try await store.state(of: .account(account.account.id)).pause, stored.credentials == nil { return [] }
        let (id, now) = (account.account.id, environment.clock.now())
        let message = "\(account.provider.manifest.title) rejects the account's credentials (\(error)); its work waits until they are put right"
        let problem = Problem(code: "account_paused", message: message, at: now)
        let pause = OperatingState.Pause(problem: problem, actor: .system, credentials: Self.fingerprint(of: account))
        known.withLock { $0[id] = (pause, now) }
        environment.logger.error("an account is paused: the provider rejects its credentials", metadata: ["account": "\(id)", "error": "\(error)"])
        return [.pause(.account(id), pause)]
    }

    /// What lets an account's work go on that waits for its credentials; nothing where it does not, or is paused for another reason.
    func lifting(_ account: ProviderAccount) async throws -> [Effect] {
        let id = account.account.id
        // Read anew rather than from memory: another replica may have paused it since.
        guard let pause = try await store.state(of: .account(id)).pause, pause.credentials != nil else { return [] }
        known.withLock { $0[id] = (nil, environment.clock.now()) }
        environment.logger.notice("an account goes on", metadata: ["account": "\(id)"])
        return [.pause(.account(id), nil)]
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
