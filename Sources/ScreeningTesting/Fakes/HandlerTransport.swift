public import Screening
import Synchronization

/// A network in memory: hands each request to the handler of its host, as a server on that host would get it.
///
/// A handler sees path and query only, as on a socket. A handler that throws ``Disconnect`` breaks the connection after the request has arrived;
/// a host without a handler cannot be connected to.
public final class HandlerTransport: Transport {
    private struct State {
        var handlers: [String: any WireHandler]
        var requests: [WireRequest] = []
    }

    private let state: Mutex<State>

    /// A network of these hosts.
    /// - Parameter handlers: by host, or by host and port as the URL has them (`provider.example.test:8443`); `*` answers for all others.
    public init(_ handlers: [String: any WireHandler] = [:]) { state = Mutex(State(handlers: handlers)) }

    /// Puts a handler on a host, or takes the host off the network where it is nil.
    public func set(_ handler: (any WireHandler)?, for host: String) { state.withLock { $0.handlers[host.lowercased()] = handler } }

    /// Asks the host's handler.
    /// - Throws: ``TransportError`` `cannotConnect` for an unknown host, `refused` for text that is no http URL, `broken` where the handler disconnects;
    ///   and what else the handler throws.
    public func send(_ request: WireRequest) async throws -> WireResponse {
        guard let scheme = request.url.firstRange(of: "://"), ["http", "https"].contains(request.url[..<scheme.lowerBound]) else {
            throw TransportError(.refused, "not an http URL")
        }
        let rest = request.url[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
        let host = String(authority.prefix { $0 != ":" })
        let handler = state.withLock { state in
            state.requests.append(request)
            return state.handlers[authority] ?? state.handlers[host] ?? state.handlers["*"]
        }
        guard let handler else { throw TransportError(.cannotConnect, "\(authority) does not answer") }
        var inbound = request
        let target = rest.dropFirst(authority.count).prefix { $0 != "#" }
        inbound.url = target.hasPrefix("/") ? String(target) : "/" + target
        do {
            return try await handler.respond(to: inbound)
        } catch is Disconnect {
            throw TransportError(.broken, "\(authority) closed the connection")
        }
    }

    /// The requests sent so far, with their whole URLs, in the order they were sent.
    public var requests: [WireRequest] { state.withLock { $0.requests } }
}

/// A ``WireHandler`` from a closure.
public struct ClosureHandler: WireHandler {
    private let body: @Sendable (WireRequest) async throws -> WireResponse

    public init(_ body: @escaping @Sendable (WireRequest) async throws -> WireResponse) { self.body = body }

    /// Calls the closure.
    public func respond(to request: WireRequest) async throws -> WireResponse { try await body(request) }
}
