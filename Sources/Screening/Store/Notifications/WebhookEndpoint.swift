/// Where the host sends notices, signed as Standard Webhooks has it.
public struct WebhookEndpoint: Sendable, Equatable {
    /// How deliveries are signed.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// HMAC-SHA256 with a shared secret: `v1`.
        case hmac = "hmac-sha256"
        /// A key pair of which only the host has the secret half: `v1a`.
        case ed25519
    }

    /// A key that deliveries are signed with.
    public struct Key: Sendable, Equatable {
        /// `whsec_…` or `whsk_…`
        public let secret: Secret
        public let createdAt: Timestamp
        /// From when on nothing is signed with it; nil while it is not replaced.
        public var expiresAt: Timestamp?

        public init(_ secret: Secret, createdAt: Timestamp, expiresAt: Timestamp? = nil) {
            self.secret = secret
            self.createdAt = createdAt
            self.expiresAt = expiresAt
        }
    }

    /// How its deliveries have fared. Changed by ``Effect/endpoint(_:_:)``, at once for all replicas.
    public struct Health: Sendable, Equatable {
        /// How many attempts have failed since the last that did not.
        public var failures = 0
        /// Since when it has failed so often that this counts; nil where it does not.
        public var failingSince: Timestamp?
        /// When others were told that it fails; nil where they were not.
        public var warnedAt: Timestamp?
        /// Nothing is sent before this time.
        public var throttledUntil: Timestamp?

        public init() {}
    }

    /// What became of an attempt.
    public enum Change: Sendable, Equatable {
        /// All that was counted is forgotten.
        case succeeded
        /// One more failure. `counts` says whether the time of failing begins now, where it has not.
        case failed(at: Timestamp, counts: Bool, throttledUntil: Timestamp?)
        /// Others are told that it fails.
        case warned(at: Timestamp)
        /// The host disables it. Does nothing where it is disabled already.
        /// Nothing is where it was changed since it had that version: what an old address answered says nothing of a new one.
        case disabled(Problem, version: Int)
    }

    /// Chosen by whoever made it: lower-case letters, digits, `-` and `_`.
    public let id: String
    public var url: String
    /// The kinds of notices that it is told of.
    public var events: Events
    /// The connections whose notices it is told of; nil for all.
    public var connections: Set<String>?
    /// The accounts whose notices it is told of; nil for all.
    public var accounts: Set<String>?
    public var isEnabled: Bool
    /// Why the host disabled it; nil where it did not.
    public var disabled: Problem?
    public var algorithm: Algorithm
    /// The newest first.
    public var keys: [Key]
    /// Whether the settings file has it, and the API may not change it.
    public var isFromSettings: Bool
    public let createdAt: Timestamp
    public var updatedAt: Timestamp
    public var health = Health()
    /// One more with every change that ``NotificationStore/keep(_:over:)`` makes.
    public var version: Int

    public init(
        id: String,
        url: String,
        events: Events,
        connections: Set<String>? = nil,
        accounts: Set<String>? = nil,
        isEnabled: Bool = true,
        algorithm: Algorithm = .hmac,
        keys: [Key],
        isFromSettings: Bool = false,
        createdAt: Timestamp,
        version: Int = 1
    ) {
        self.id = id
        self.url = url
        self.events = events
        self.connections = connections
        self.accounts = accounts
        self.isEnabled = isEnabled
        self.algorithm = algorithm
        self.keys = keys
        self.isFromSettings = isFromSettings
        self.createdAt = createdAt
        self.updatedAt = createdAt
        self.version = version
    }

    /// Some kinds of notices.
    public enum Events: Sendable, Equatable {
        /// Every kind, also those of later versions.
        case all
        case some(Set<Notice.Kind>)

        /// As they are written: `*`, or names in their order.
        public var words: [String] {
            switch self {
            case .all: ["*"]
            case .some(let kinds): Notice.Kind.allCases.filter(kinds.contains).map(\.rawValue)
            }
        }

        /// Events from their words; words that this version does not know are left out.
        public init(words: some Sequence<String>) {
            let words = Set(words)
            self = words.contains("*") ? .all : .some(Set(words.compactMap(Notice.Kind.init)))
        }

        /// Whether a kind is among them.
        public func contains(_ kind: Notice.Kind) -> Bool {
            switch self {
            case .all: true
            case .some(let kinds): kinds.contains(kind)
            }
        }
    }

    /// Whether it is told of a notice. Nobody is told by a failing endpoint that it fails.
    public func isTold(of notice: Notice) -> Bool {
        if let addressee = notice.addressee { return addressee == id }
        guard events.contains(notice.kind), notice.data["webhook"]?.text != id else { return false }
        if let connections, let connection = notice.connection, !connections.contains(connection) { return false }
        if let accounts, let account = notice.account, !accounts.contains(account) { return false }
        // One that is told of some connections or accounts alone is told of nothing that belongs to none of them.
        return (connections == nil || notice.connection != nil) && (accounts == nil || notice.account != nil)
    }

    /// The keys that sign at a time, the newest first.
    public func keys(at timestamp: Timestamp) -> [Key] { keys.filter { $0.expiresAt.map { $0 > timestamp } ?? true } }
}
