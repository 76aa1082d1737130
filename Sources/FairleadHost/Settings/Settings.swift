import ConfigurationFiles
public import Dashboard
public import Pipeline
public import Plugins
public import Screening

/// What a settings file says, checked and complete: defaults are in place, paths are absolute, `${env:…}` and `${file:…}` are resolved.
public struct Settings: Sendable {
    /// The `server` section: the port that ATSs, providers and people call.
    public struct Server: Sendable, Equatable {
        /// The address to listen on.
        public var host = "127.0.0.1"
        /// The port to listen on; 0 lets the system choose one.
        public var port = 8080
        /// The address under which the outside reaches the host, without a trailing slash; nil where there is none, and then providers get no callback.
        public var publicURL: String?
        /// The largest body taken, in bytes.
        public var maxBody = 1_048_576
        /// How many connections may be open at once.
        public var maxConnections = 1024
        /// How many bytes all bodies under way may have together; at least ``maxBody``.
        public var bodyBudget = 64 << 20
        /// Who says who looks at the dashboard, in place of signing in; nil for nobody.
        public var trustedProxies: TrustedProxies?

        /// Whether only this machine can reach the host.
        public var isLoopback: Bool { Server.isLoopback(host: host) }

        /// Whether a name or an address is this machine's own. `127.example.test` is not.
        static func isLoopback(host: String) -> Bool {
            let name = host.lowercased().hasSuffix(".") ? String(host.lowercased().dropLast()) : host.lowercased()
            if name == "localhost" { return true }
            let bare = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : name
            guard let address = IPAddress(bare) else { return false }
            return ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }.contains { $0.contains(address) }
        }

        /// Whether a URL leads to this machine only.
        static func isLoopback(url: String) -> Bool { URLParts(url).map { isLoopback(host: $0.host) } ?? false }
    }

    /// Where the store is.
    public enum StoreLocation: Sendable, Equatable {
        /// A SQLite file, by its absolute path.
        case sqlite(path: String)
        /// A PostgreSQL database, by its URL, which may hold a password.
        case postgres(url: Secret)
    }

    /// The `workers` section: the processes that run scripts.
    public struct Workers: Sendable, Equatable {
        /// What happens where the operating system cannot confine a worker fully.
        public enum Confinement: String, Sendable, CaseIterable {
            /// The host does not start.
            case required
            /// It starts, and says so.
            case bestEffort = "best_effort"
        }

        /// Where scripts run.
        public enum Isolation: String, Sendable, CaseIterable {
            /// In worker processes.
            case process
            /// In the host itself: for those who trust their scripts.
            case inProcess = "in_process"
        }

        /// How many; nil lets the host choose.
        public var count: Int?
        /// The worker's binary; nil for the one beside the host's.
        public var path: String?
        /// What happens without full confinement.
        public var confinement = Confinement.required
        /// Where scripts run.
        public var isolation = Isolation.process
        /// The most that a plugin may use or ask for; where one is missing, the default is the cap.
        public var limits: [ScriptLimits.Name: Int] = [:]
    }

    /// The `telemetry` section: where traces and metrics are sent, beside `/metrics`.
    public struct Telemetry: Sendable, Equatable {
        /// The collector's address; nil where nothing is sent and nothing is traced.
        public var otlp: String?
        /// The value of the `Authorization` header; nil for none.
        public var authorization: Secret?
        /// Of a hundred traces, how many are recorded.
        public var samplePercent = 100
    }

    /// Whether those who look at personal data have to say why.
    public enum AccessReasons: String, Sendable, CaseIterable {
        /// A reason that is given is recorded.
        case optional
        /// Without one nothing is shown.
        case required
    }

    /// The `backup` section: the backups that the host makes by itself.
    public struct Backup: Sendable, Equatable {
        /// The folder that they go to, absolute; nil where the host makes none.
        public var path: String?
        /// The time between two.
        public var every = Duration.seconds(86_400)
        /// How many are kept.
        public var keep = 7
    }

    /// When a changed file is read again, beyond SIGHUP.
    public enum Reload: String, Sendable, CaseIterable {
        /// Never by itself.
        case off
        /// When it is saved.
        case watch
    }

    /// One customer's use of an ATS plugin.
    public struct ConnectionSettings: Sendable {
        /// Its name in the settings file and in URLs.
        public var id: String
        /// The plugin's name.
        public var plugin: String
        /// The accounts it may order from; the first is the default.
        public var accounts: [String]
        /// Its secrets by name; of several all are accepted and the first signs.
        public var secrets: [String: [Secret]]
        /// Its settings, not yet checked against the plugin's schema and without the schema's defaults.
        public var settings: JSON
        /// The overlay on the plugin's hooks, by its absolute path.
        public var script: String?
        /// What the overlay may call beyond the plugin.
        public var permissions: [OriginPattern] = []
        /// What addresses that orders and deliveries name may be; nil where the file does not say, empty for none.
        public var callbackHosts: [HostPattern]?
        /// Its own quotas, in place of those of `workers.limits`.
        public var limits: [ScriptLimits.Name: Int] = [:]
        /// How long what is kept of it, where it says so itself; nil for ever.
        public var retention: [RetentionKind: Duration?] = [:]

        public init(
            id: String,
            plugin: String,
            accounts: [String],
            secrets: [String: [Secret]] = [:],
            settings: JSON = [:],
            script: String? = nil
        ) {
            self.id = id
            self.plugin = plugin
            self.accounts = accounts
            self.secrets = secrets
            self.settings = settings
            self.script = script
        }
    }

    public var server = Server()
    public var store: StoreLocation
    /// Keys of 32 bytes in base64: the first encrypts, all decrypt. Empty where none are given.
    public var encryptionKeys: [Secret] = []
    /// Whether the host may serve an address that others reach although nothing seals the store.
    public var servesUnsealed = false
    /// The operator's first token; nil where none is given.
    public var adminToken: Secret?
    /// The folders that hold plugins, absolute.
    public var pluginPaths: [String]
    /// Addresses outside the public internet that may be called.
    public var allowedNetworks: [AddressRange] = []
    public var workers = Workers()
    /// How often what failed is tried again.
    public var retries = RetryPolicy()
    /// How long accepted work may be due without anybody attempting it before the host calls itself not ready.
    public var patience = Duration.seconds(120)
    /// When a changed file is read again.
    public var reload = Reload.off
    public var telemetry = Telemetry()
    /// How long copies of the data keys may be kept: until then an older copy may open what was erased.
    public var erasureWindow = Erasures.window
    /// Whether those who look at personal data have to say why.
    public var accessReasons = AccessReasons.optional
    public var backup = Backup()
    /// The accounts, in the order of the file.
    public var accounts: [Account] = []
    /// How long what is kept.
    public var retention = RetentionPeriods()
    /// The connections, in the order of the file.
    public var connections: [ConnectionSettings] = []
    /// Who else is told of what happens, in the order of the file.
    public var notifiers: [NotifierSettings] = []
    /// The webhooks that the file has, in its order.
    public var webhooks: [SettingsWebhook] = []
    /// What they were read from; nil for an embedder's own.
    var source: Source?

    /// A settings file as it was read.
    struct Source: Sendable, Equatable {
        let file: String
        /// Its text, which may hold secrets.
        let text: Secret
        /// The environment variables that stood before it, by the paths of the keys.
        var variables: [[String]: String] = [:]
        /// Secrets whose files others can read.
        var exposed: [ConfigurationProblem] = []
    }

    /// Settings for an embedder: everything else as if the file did not say it.
    public init(store: StoreLocation, pluginPaths: [String]) {
        self.store = store
        self.pluginPaths = pluginPaths
    }

    /// The account of that name; nil where there is none.
    public func account(_ id: String) -> Account? { accounts.first { $0.id == id } }

    /// The connection of that name; nil where there is none.
    public func connection(_ id: String) -> ConnectionSettings? { connections.first { $0.id == id } }

    /// How long what is kept, in general and on each connection.
    public var retentionSettings: RetentionSettings {
        var settings = RetentionSettings(general: retention)
        for connection in connections where !connection.retention.isEmpty {
            var periods = retention
            if let own = connection.retention[.events] { periods.events = own }
            if let own = connection.retention[.reports] { periods.reports = own }
            if let own = connection.retention[.candidates] { periods.candidates = own }
            settings.connections[connection.id] = periods
        }
        return settings
    }

    /// Whether `network.allow` permits calling an address that is not on the public internet.
    public func allows(_ address: IPAddress) -> Bool { allowedNetworks.contains { $0.contains(address) } }
}
