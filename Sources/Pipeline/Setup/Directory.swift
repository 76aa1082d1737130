import Screening
import Synchronization

/// Who is configured at present: connections and accounts. Replaced as a whole when the settings change.
public final class Directory: Sendable {
    private struct Contents {
        var connections: [String: Connection]
        var accounts: [String: ProviderAccount]
    }
    private let contents: Mutex<Contents>

    /// A directory of these connections and accounts.
    public init(connections: [Connection], accounts: [ProviderAccount]) {
        contents = Mutex(Directory.contents(connections, accounts))
    }

    /// Replaces everything at once. Work that is under way goes on with what it started with.
    public func replace(connections: [Connection], accounts: [ProviderAccount]) {
        let next = Directory.contents(connections, accounts)
        contents.withLock { $0 = next }
    }

    /// A connection; nil where none of that name is configured.
    public func connection(_ id: String) -> Connection? { contents.withLock { $0.connections[id] } }
    /// An account; nil where none of that name is configured.
    public func account(_ id: String) -> ProviderAccount? { contents.withLock { $0.accounts[id] } }
    /// All connections, by name.
    public var connections: [Connection] { contents.withLock { $0.connections.values.sorted { $0.id < $1.id } } }
    /// All accounts, by name.
    public var accounts: [ProviderAccount] { contents.withLock { $0.accounts.values.sorted { $0.account.id < $1.account.id } } }

    private static func contents(_ connections: [Connection], _ accounts: [ProviderAccount]) -> Contents {
        Contents(
            connections: Dictionary(connections.map { ($0.id, $0) }) { $1 },
            accounts: Dictionary(accounts.map { ($0.account.id, $0) }) { $1 }
        )
    }
}
