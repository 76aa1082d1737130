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
        /// Whether every request gets a connection of its own.
        let fresh: Bool
    }

    /// A client in use, with the one event loop on which all its work happens.
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

    /// Connections to one host at a time; more requests wait for one, within their own time.
    private static let connections = 128

    private let state = Mutex(State())
    private let bound: Int
    private let connectTimeout: Duration
    private let idleTimeout: Duration

    /// - Parameter idleTimeout: how long a connection is kept that nobody uses. Shorter than most servers keep theirs, so that it is not they who close it.
    init(bound: Int = 64, connectTimeout: Duration, idleTimeout: Duration = .seconds(4)) {
        self.bound = bound
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
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
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = TimeAmount(connectTimeout)
        configuration.connectionPool.idleTimeout = TimeAmount(idleTimeout)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connections
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        configuration.tlsConfiguration = tls
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.setOption(.recvAllocator, value: Self.buffers()).flatMap { TrickleGuard.add(to: channel) }
        }
        configuration.dnsOverride = [key.host: key.address.description]
        configuration.maximumUsesPerConnection = key.fresh ? 1 : nil
        // The client's own spans would hold whole URLs, with what they hold of credentials.
        configuration.tracing.tracer = nil
        return LeasedClient(client: HTTPClient(eventLoopGroupProvider: .shared(loop), configuration: configuration), loop: loop)
    }

    /// Room for what is received: long answers are read in large pieces, for each costs a call of the system; short ones take little.
    private static func buffers() -> AdaptiveRecvByteBufferAllocator {
        AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 16_384, maximum: 262_144)
    }
}
