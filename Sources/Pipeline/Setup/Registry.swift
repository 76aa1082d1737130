import Plugins
public import Screening
import Synchronization

/// Who is configured at present: connections and accounts. Replaced as a whole when the settings change.
public final class Registry: Sendable {
    private struct Contents {
        var connections: [String: Connection]
        var accounts: [String: ProviderAccount]
        var accountHosts: Set<String>
        var notifiers: [String: Notifier]
    }
    private let contents: Mutex<Contents>
    private let failures = Mutex<[ReloadFailure]>([])
    private let fromSettings = Mutex<Set<String>?>(nil)
    private let reload = Mutex<Timestamp?>(nil)

    /// When a change of settings, plugins or scripts was last taken over; nil where none was since the host began.
    public var reloadedAt: Timestamp? {
        get { reload.withLock { $0 } }
        set { reload.withLock { $0 = newValue } }
    }

    /// Why changed settings, plugins or scripts were not taken over: what stands is what was there before.
    public struct ReloadFailure: Sendable, Equatable {
        /// The connection that it is about; nil where it is not about one alone.
        public let connection: String?
        /// The plugin that it is about; nil where it is not about one alone.
        public let plugin: String?
        /// What is wrong and where.
        public let message: String
        public let at: Timestamp
        /// Whether everything else was taken over: it is about a plugin that nobody uses.
        public var isLeftOut = false

        /// The cause of its issue.
        public var cause: IssueCause {
            IssueCause(.reloadRefused, connection: connection, code: isLeftOut ? "left_out" : nil, plugin: plugin)
        }

        public init(connection: String?, plugin: String?, message: String, at: Timestamp) {
            self.connection = connection
            self.plugin = plugin
            self.message = message
            self.at = at
        }

        /// `{code, message, at}`
        public var json: JSON { Problem(code: "reload_refused", message: message, at: at).json }
    }

    /// The webhooks that the settings have, by name; nil before that is known.
    var webhooks: Set<String>? {
        get { fromSettings.withLock { $0 } }
        set { fromSettings.withLock { $0 = newValue } }
    }

    /// What kept the latest change from being taken over; empty where it was.
    public var reloadFailures: [ReloadFailure] {
        get { failures.withLock { $0 } }
        set { failures.withLock { $0 = newValue } }
    }

    /// What kept the latest change from being taken over, as far as it concerns a connection.
    public func reloadFailure(of connection: Connection) -> ReloadFailure? {
        reloadFailures.first { failure in
            if let id = failure.connection { return id == connection.id }
            return failure.plugin.map { $0 == connection.plugin.name } ?? true
        }
    }

    /// What kept the latest change from being taken over, as far as it concerns a plugin.
    public func reloadFailure(of plugin: String) -> ReloadFailure? {
        reloadFailures.first { $0.connection == nil && ($0.plugin ?? plugin) == plugin }
    }

    public init(connections: [Connection], accounts: [ProviderAccount], notifiers: [Notifier] = []) {
        contents = Mutex(Registry.contents(connections, accounts, notifiers))
    }

    /// Replaces everything at once. Work that is under way continues with what it started with.
    public func replace(connections: [Connection], accounts: [ProviderAccount], notifiers: [Notifier] = []) {
        let next = Registry.contents(connections, accounts, notifiers)
        contents.withLock { $0 = next }
    }

    /// A connection; nil where none of that name is configured.
    public func connection(_ id: String) -> Connection? { contents.withLock { $0.connections[id] } }
    /// Whose scripts a run is of: a connection, or a notifier's own; nil where none of that name is configured.
    public func scripted(_ id: String) -> Connection? { contents.withLock { $0.connections[id] ?? $0.notifiers[id]?.connection } }
    /// All notifiers, by name.
    public var notifiers: [Notifier] { contents.withLock { $0.notifiers.values.sorted { $0.id < $1.id } } }
    /// An account; nil where none of that name is configured.
    public func account(_ id: String) -> ProviderAccount? { contents.withLock { $0.accounts[id] } }
    /// Whether a host is where one of the accounts' providers is spoken to.
    public func isAccountHost(_ host: String) -> Bool { contents.withLock { $0.accountHosts.contains(host) } }
    /// All connections, by name.
    public var connections: [Connection] { contents.withLock { $0.connections.values.sorted { $0.id < $1.id } } }
    /// All accounts, by name.
    public var accounts: [ProviderAccount] { contents.withLock { $0.accounts.values.sorted { $0.account.id < $1.account.id } } }

    private static func contents(_ connections: [Connection], _ accounts: [ProviderAccount], _ notifiers: [Notifier]) -> Contents {
        Contents(
            connections: Dictionary(connections.map { ($0.id, $0) }) { $1 },
            accounts: Dictionary(accounts.map { ($0.account.id, $0) }) { $1 },
            accountHosts: Set(accounts.compactMap { URLParts($0.account.baseURL)?.host }),
            notifiers: Dictionary(notifiers.map { ($0.connection.id, $0) }) { $1 }
        )
    }
}
