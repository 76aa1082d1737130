public import Logging
import NIOCore

/// What the links of the chain know about a request, beside the request itself.
public struct RequestContext: Sendable {
    /// The request's name in logs and in the answer's `X-Request-ID`.
    public internal(set) var requestID = ""
    /// A logger that says the request's name.
    public internal(set) var logger: Logger
    /// Who asks; nil before a link has found out, and on routes that are open.
    public var principal: Principal?
    /// Where the request's path leads.
    let match: RouteTable.Match
    /// The bytes that the request holds of what the server may have in hand.
    let held: HeldBytes
    private let channel: any Channel

    init(match: RouteTable.Match, held: HeldBytes, channel: any Channel, logger: Logger) {
        self.match = match
        self.held = held
        self.channel = channel
        self.logger = logger
    }

    /// The route's pattern, such as `/orders/{id}`; nil where the request leads nowhere. Unlike the path it holds no token and no identifier.
    public var routePattern: String? {
        if case .route(let route, _) = match { route.pattern } else { nil }
    }

    /// Whether the request is answered even where the server has no room for more.
    var isVital: Bool {
        if case .route(let route, _) = match { route.isVital } else { false }
    }

    /// Closes the connection without waiting for an answer to be sent.
    func disconnect() async { try? await channel.close() }
}
