import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL
import Screening
import Synchronization

/// HTTP clients that are each bound to one host at one address that was judged, with the connections they keep.
///
/// At most ``bound`` stay when nobody uses them; the least recently used go first.
final class PinnedClients: Sendable {
    /// What a client is bound to.
    struct Key: Hashable {
        let host: String
        let address: IPAddress
        /// Whether every request gets a connection of its own. A connection that was kept may be closed by the other side in the moment a request leaves
        /// on it, and then nobody knows whether it arrived: too great a risk for a request that creates something.
        let fresh: Bool
    }

    /// A client in use, with the event loop on which all its work happens.
    struct LeasedClient {
        let client: HTTPClient
        let loop: any EventLoop
    }

    private struct Entry {
        let leased: LeasedClient
        var users = 0
        var lastUse: UInt64 = 0
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var uses: UInt64 = 0
        var closed = false
    }

    private let state = Mutex(State())
    private let bound: Int
    private let connectTimeout: Duration

    init(bound: Int = 64, connectTimeout: Duration) {
        self.bound = bound
        self.connectTimeout = connectTimeout
    }

    deinit {
        // A client must be shut down before it is released; a task of its own keeps it until then.
        for entry in state.withLock({ $0.entries.values }) { entry.leased.client.shutdown { _ in } }
    }

    /// How many clients there are.
    var count: Int { state.withLock { $0.entries.count } }

    /// Leases the client for a key, made where there is none. Release it with ``release(_:)``.
    /// - Throws: ``TransportError`` `refused` after ``shutdown()``.
    func lease(_ key: Key) throws(TransportError) -> LeasedClient {
        let leased = state.withLock { state -> LeasedClient? in
            guard !state.closed else { return nil }
            state.uses += 1
            var entry = state.entries[key] ?? Entry(leased: make(key))
            entry.users += 1
            entry.lastUse = state.uses
            state.entries[key] = entry
            return entry.leased
        }
        guard let leased else { throw TransportError(.refused, "the host is shutting down") }
        return leased
    }

    /// Ends a use, and lets go of clients beyond the bound that nobody uses.
    func release(_ key: Key) {
        let dropped = state.withLock { state -> [HTTPClient] in
            state.entries[key]?.users -= 1
            let excess = state.entries.count - bound
            guard excess > 0 else { return [] }
            let idle = state.entries.filter { $0.value.users == 0 }.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(excess)
            return idle.compactMap { state.entries.removeValue(forKey: $0.key)?.leased.client }
        }
        for client in dropped { client.shutdown { _ in } }
    }

    /// Closes all connections; exchanges under way fail. Calling twice does nothing more.
    func shutdown() async {
        let clients = state.withLock { state in
            defer { state.entries = [:] }
            state.closed = true
            return state.entries.values.map(\.leased.client)
        }
        for client in clients { try? await client.shutdown() }
    }

    private func make(_ key: Key) -> LeasedClient {
        let group = MultiThreadedEventLoopGroup.singleton
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = TimeAmount(connectTimeout)
        configuration.connectionPool.idleTimeout = .seconds(4)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        configuration.tlsConfiguration = tls
        configuration.http1_1ConnectionDebugInitializer = TrickleGuard.add
        configuration.dnsOverride = [key.host: key.address.description]
        configuration.maximumUsesPerConnection = key.fresh ? 1 : nil
        // The client's own spans would hold whole URLs, with what they hold of credentials.
        configuration.tracing.tracer = nil
        return LeasedClient(client: HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration), loop: group.next())
    }
}
