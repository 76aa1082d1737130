/// What the host knows about an account or a connection beyond its settings: whether it is paused or rests, and when anything last came from it; and whether
/// the whole store is held.
public struct OperatingState: Sendable, Equatable {
    /// What it is the state of.
    public enum Subject: Sendable, Hashable {
        /// An account, by its name in the settings.
        case account(String)
        /// A connection, by its name in the settings.
        case connection(String)
        /// The store itself, whose pause holds everything that would leave it.
        case store

        /// `account`, `connection` or `store`.
        public var kind: String {
            switch self {
            case .account: "account"
            case .connection: "connection"
            case .store: "store"
            }
        }

        /// Its name in the settings; empty for the store.
        public var id: String {
            switch self {
            case .account(let id), .connection(let id): id
            case .store: ""
            }
        }

        /// A subject from its stored parts; nil for a kind that this version does not know.
        public init?(kind: String, id: String) {
            switch kind {
            case "account": self = .account(id)
            case "connection": self = .connection(id)
            case "store": self = .store
            default: return nil
            }
        }
    }

    /// Why nothing is sent for it.
    public struct Pause: Sendable, Equatable {
        /// Why: a code for programs, a sentence, and since when.
        public let problem: Problem
        public let actor: Actor
        public let note: Personal<String>?
        /// Which credentials were rejected, as a hash; nil where the pause has nothing to do with credentials. It ends when they change.
        public let credentials: String?
        /// The moment of the backup that the store was restored from; nil for every other pause.
        public let backupAt: Timestamp?

        public init(
            problem: Problem,
            actor: Actor,
            note: Personal<String>? = nil,
            credentials: String? = nil,
            backupAt: Timestamp? = nil
        ) {
            self.problem = problem
            self.actor = actor
            self.note = note
            self.credentials = credentials
            self.backupAt = backupAt
        }
    }

    public let subject: Subject
    /// Why nothing is sent for it; nil where it is not paused.
    public var pause: Pause?
    /// Nothing is asked of the provider before this time, which said that it is asked too often; nil where it does not rest.
    public var restsUntil: Timestamp?
    public var restsSince: Timestamp?
    /// When a delivery or webhook of its own was last accepted; nil where none ever was.
    public var lastHeardAt: Timestamp?
    /// When a delivery or webhook that claimed to be its own was last refused; nil where none ever was.
    public var lastRefusedAt: Timestamp?
    /// Why that was, as a word such as `bad_signature`; nil where none ever was.
    public var lastRefusal: String?
    /// How many were refused since one was last accepted.
    public var refusedSinceHeard: Int

    /// A state; by default that of a subject about which only its name is known.
    public init(
        _ subject: Subject,
        pause: Pause? = nil,
        restsUntil: Timestamp? = nil,
        restsSince: Timestamp? = nil,
        lastHeardAt: Timestamp? = nil,
        lastRefusedAt: Timestamp? = nil,
        lastRefusal: String? = nil,
        refusedSinceHeard: Int = 0
    ) {
        self.subject = subject
        self.pause = pause
        self.restsUntil = restsUntil
        self.restsSince = restsSince
        self.lastHeardAt = lastHeardAt
        self.lastRefusedAt = lastRefusedAt
        self.lastRefusal = lastRefusal
        self.refusedSinceHeard = refusedSinceHeard
    }
}

/// One running host on a store.
public struct Replica: Sendable, Equatable {
    /// Made at start; claims name it as their owner.
    public let id: String
    public let host: String
    public let version: String
    public let startedAt: Timestamp
    /// When it last reported that it is alive.
    public var seenAt: Timestamp
    /// The connections, accounts, notifiers and webhooks that its settings have: while settings change, replicas differ.
    public var names: Set<String>

    public init(id: String, host: String, version: String, startedAt: Timestamp, seenAt: Timestamp, names: Set<String> = []) {
        self.id = id
        self.host = host
        self.version = version
        self.startedAt = startedAt
        self.seenAt = seenAt
        self.names = names
    }
}
