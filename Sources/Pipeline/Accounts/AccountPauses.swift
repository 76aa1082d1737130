import Crypto
import Logging
import Screening
import Synchronization

/// Accounts that the provider does not let in any more: their work waits instead of being refused order by order.
///
/// Kept in the store, so that it holds for all replicas and over a restart. It ends when the account's credentials change, when a check of the account
/// goes well, and is tried from time to time.
final class AccountPauses: Sendable {
    /// How often the store is asked.
    private static let freshness = Duration.seconds(2)
    /// The name of no connection: these are the host's own values.
    private static let owner = ""

    private let store: any Store
    private let environment: Environment
    private let known = Mutex<[String: (pause: JSON?, readAt: Timestamp)]>([:])

    init(store: any Store, environment: Environment) {
        self.store = store
        self.environment = environment
    }

    /// Why an account's work waits: `{code, message, at}`; nil where it does not.
    func problem(of account: ProviderAccount) async throws -> JSON? {
        let (id, now) = (account.account.id, environment.clock.now())
        if let (pause, readAt) = known.withLock({ $0[id] }), readAt <= now, now < readAt + Self.freshness { return pause?["problem"] }
        let stored = try await store.value(connection: Self.owner, key: Self.key(id))
        let pause = stored?["credentials"]?.text == Self.fingerprint(of: account) ? stored : nil
        known.withLock { $0[id] = (pause, now) }
        return pause?["problem"]
    }

    /// Pauses an account where the provider rejected its credentials. Says so once.
    func note(_ error: ProviderError, of account: ProviderAccount) async throws {
        guard error.code == .unauthorised, try await problem(of: account) == nil else { return }
        let (id, now) = (account.account.id, environment.clock.now())
        let message = "\(account.provider.manifest.title) rejects the account's credentials (\(error)); its work waits until they are put right"
        let problem = Problem(code: "account_paused", message: message, at: now).json
        let pause: JSON = ["credentials": .string(Self.fingerprint(of: account)), "problem": problem]
        try await write(pause, id)
        known.withLock { $0[id] = (pause, now) }
        environment.logger.error("an account is paused: the provider rejects its credentials", metadata: ["account": "\(id)", "error": "\(error)"])
    }

    /// Lets an account's work go on. Returns whether it was paused.
    func lift(_ account: ProviderAccount) async throws -> Bool {
        let id = account.account.id
        // Not by what was known a moment ago: another replica may have paused it since.
        guard try await store.value(connection: Self.owner, key: Self.key(id)) != nil else { return false }
        try await write(nil, id)
        known.withLock { $0[id] = (nil, environment.clock.now()) }
        environment.logger.notice("an account goes on: the provider takes its credentials", metadata: ["account": "\(id)"])
        return true
    }

    private func write(_ pause: JSON?, _ id: String) async throws {
        try await store.remember([], of: "", doing: .value(connection: Self.owner, key: Self.key(id), pause, expires: nil))
    }

    private static func key(_ account: String) -> String { "paused:" + account }

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
