/// What a provider is called, needs and can do. The host reads it and never calls what it does not list; the docs and the API print it.
public struct ProviderManifest: Sendable {
    /// What can be done with the provider.
    public struct Capabilities: Sendable, Equatable {
        /// Lists packages.
        public var packages: Bool
        /// Reads the present report of a request.
        public var report: Bool
        /// Sends webhooks.
        public var webhooks: Bool
        /// Signs its webhooks.
        public var signedWebhooks: Bool
        /// Its webhooks carry a timestamp that can be trusted.
        public var timestampedWebhooks: Bool
        /// Until when it cancels, in words; nil where it cannot cancel.
        public var cancel: String?
        /// Finds a request that the provider may have received.
        public var find: Bool
        /// Lists its requests, so that a person can look for one among them.
        public var requests: Bool
        /// Takes an idempotency key when creating.
        public var idempotentCreate: Bool

        /// Capabilities; what is not named is not there.
        public init(
            packages: Bool = false,
            report: Bool = false,
            webhooks: Bool = false,
            signedWebhooks: Bool = false,
            timestampedWebhooks: Bool = false,
            cancel: String? = nil,
            find: Bool = false,
            requests: Bool = false,
            idempotentCreate: Bool = false
        ) {
            self.packages = packages
            self.report = report
            self.webhooks = webhooks
            self.signedWebhooks = signedWebhooks
            self.timestampedWebhooks = timestampedWebhooks
            self.cancel = cancel
            self.find = find
            self.requests = requests
            self.idempotentCreate = idempotentCreate
        }
    }

    /// One setting of an account. Validation, forms, docs and redaction all read these.
    public struct Field: Sendable {
        /// Its key in the settings file.
        public let name: String
        /// A line for people.
        public let title: String
        public let required: Bool
        public let secret: Bool
        /// Whether a list of values may stand for one.
        public let list: Bool

        public init(_ name: String, _ title: String, required: Bool = false, secret: Bool = false, list: Bool = false) {
            self.name = name
            self.title = title
            self.required = required
            self.secret = secret
            self.list = list
        }
    }

    /// How often the host asks for reports on its own.
    public struct Polling: Sendable, Equatable {
        /// The time between two reads of an order that changed recently; nil where orders are read on request only.
        public var interval: Duration?
        /// The maximum number of reads per minute and account; nil where no limit is known.
        public var readsPerMinute: Int?
        /// How long the account rests after the provider said 429, unless the provider said otherwise.
        public var restAfter429: Duration

        public init(interval: Duration?, readsPerMinute: Int? = nil, restAfter429: Duration = .seconds(60)) {
            self.interval = interval
            self.readsPerMinute = readsPerMinute
            self.restAfter429 = restAfter429
        }
    }

    /// The provider's name in settings, orders and pages, such as `zinc`.
    public let name: String
    public let title: String
    /// What it can do, unless an account's settings say otherwise.
    public let capabilities: Capabilities
    /// The settings of an account beyond those that every account may have (`provider`, `base_url`, `poll`, …), whose names these do not take.
    public let fields: [Field]
    /// Base URL by environment; empty where an account must give `base_url`.
    public let environments: [String: String]
    public let polling: Polling
    /// The wire profile's defaults: everything that an account's `wire:` block may change.
    public let wire: JSON
    /// Whether an account may have a `settings` block, which ``ScreeningProvider/problems(with:)-(Account)`` checks.
    public let takesSettings: Bool
    /// Header fields of its webhooks, in lower case, that hold a credential: verified and then not kept.
    public let credentialHeaders: Set<String>
    /// The parameter of its webhooks' URL that holds a credential; nil where none does.
    public let credentialQuery: String?
    /// How the bodies of its webhooks are read.
    public let webhookFormat: BodyFormat

    public init(
        name: String,
        title: String,
        capabilities: Capabilities,
        fields: [Field],
        environments: [String: String],
        polling: Polling,
        wire: JSON = [:],
        takesSettings: Bool = false,
        credentialHeaders: Set<String> = [],
        credentialQuery: String? = nil,
        webhookFormat: BodyFormat = .json
    ) {
        self.name = name
        self.title = title
        self.capabilities = capabilities
        self.fields = fields
        self.environments = environments
        self.polling = polling
        self.wire = wire
        self.takesSettings = takesSettings
        self.credentialHeaders = credentialHeaders
        self.credentialQuery = credentialQuery
        self.webhookFormat = webhookFormat
    }

    /// What can be done with this provider through one account: a `wire:` block may add cancelling or finding.
    public func capabilities(for account: Account) -> Capabilities {
        var capabilities = self.capabilities
        if account.wire["cancel"]?.members != nil, capabilities.cancel == nil { capabilities.cancel = "as the account's wire.cancel says" }
        if account.wire["find"]?.members != nil { (capabilities.find, capabilities.requests) = (true, true) }
        return capabilities
    }
}
