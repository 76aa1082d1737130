public import Logging

/// Credentials and environment at one provider, as the settings file has them.
public struct Account: Sendable {
    /// How the account's webhooks are signed.
    public enum SignatureMode: String, Sendable, CaseIterable {
        /// Over the bytes received.
        case raw
        /// Over what JavaScript's `JSON.stringify(JSON.parse(body))` gives.
        case stringify
    }

    /// The account's name in the settings file.
    public let id: String
    public let provider: String
    /// `staging` or `production`; nil where the provider has no environments.
    public var environment: String?
    /// Where the provider is called, without a trailing slash.
    public var baseURL: String
    /// Credentials by field name; of several the first is used for signing and calling, all are accepted.
    public var secrets: [String: [Secret]]
    /// What the settings file changes of the provider's wire profile.
    public var wire: JSON
    /// The account's `settings` block, where its provider takes one.
    public var settings: JSON
    public var signature: SignatureMode
    /// How reports are polled; nil for on request alone and without a limit.
    public var polling: ProviderManifest.Polling?

    public init(
        id: String,
        provider: String,
        environment: String? = nil,
        baseURL: String,
        secrets: [String: [Secret]] = [:],
        wire: JSON = [:],
        settings: JSON = [:],
        signature: SignatureMode = .raw,
        polling: ProviderManifest.Polling? = nil
    ) {
        self.id = id
        self.provider = provider
        self.environment = environment
        self.baseURL = baseURL
        self.secrets = secrets
        self.wire = wire
        self.settings = settings
        self.signature = signature
        self.polling = polling
    }
}

/// What a provider needs to speak for one account, handed in with every call.
public struct ProviderSession: Sendable {
    public let account: Account
    public let transport: any Transport
    /// The account's bearer tokens, shared by all calls of this process.
    public let tokens: TokenCache
    /// The account's readings that many wait for, shared by all calls of this process.
    public let readings: SharedReadings
    /// Takes one reading from the account's budget, for a provider that ``ScreeningProvider/takesReads(_:)``; nil where there is nothing to take.
    public let admission: SharedReadings.Admission?
    public let clock: any WallClock
    /// Where to say what matters, without personal data.
    public let logger: Logger

    public init(
        account: Account,
        transport: any Transport,
        tokens: TokenCache,
        readings: SharedReadings = SharedReadings(),
        admission: SharedReadings.Admission? = nil,
        clock: any WallClock,
        logger: Logger
    ) {
        self.account = account
        self.transport = transport
        self.tokens = tokens
        self.readings = readings
        self.admission = admission
        self.clock = clock
        self.logger = logger
    }
}

/// A short-lived bearer token and when to stop using it.
public struct BearerToken: Sendable, Equatable {
    public let secret: Secret
    /// The time from which a new one is fetched.
    public let renewAt: Timestamp

    public init(secret: Secret, renewAt: Timestamp) {
        self.secret = secret
        self.renewAt = renewAt
    }
}

/// An account's bearer token: fetched once for all who ask at the same time, kept until it is due for renewal.
public actor TokenCache {
    private var present: BearerToken?
    private var fetching: Task<BearerToken, any Error>?

    /// An empty cache.
    public init() {}

    /// The present token, or a new one from `fetch` where there is none, it is due, or it equals `rejected` (the one just answered 401).
    ///
    /// Callers that come while a fetch is under way wait for that fetch. Throws what `fetch` throws; nothing is kept of a failed fetch.
    public func token(
        rejected: BearerToken? = nil,
        at timestamp: Timestamp,
        fetch: @escaping @Sendable () async throws -> BearerToken
    ) async throws -> BearerToken {
        if let present, present != rejected, timestamp < present.renewAt { return present }
        if let fetching { return try await fetching.value }
        let task = Task { try await fetch() }
        fetching = task
        defer { fetching = nil }
        let token = try await task.value
        present = token
        return token
    }
}
