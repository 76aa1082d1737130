import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import Screening
public import ServiceLifecycle

/// The way in: an HTTP/1.1 server on one address, with limits on what a sender may ask.
///
/// Every answer carries `X-Request-ID`; every error is problem JSON. An unknown address is 404, a known one with another method 405.
public struct HTTPServer: Service, CustomStringConvertible {
    /// Its name in a log. A service group asks for it, and would otherwise write out every route.
    public var description: String { "HTTPServer" }

    private let host: String
    private let port: Int
    private let limits: ServerLimits
    private let routes: [Route]
    private let logger: Logger
    private let problemPages: ProblemPages?
    private let bound = BoundPort()
    /// What the server has in hand.
    let load: ServerLoad

    /// The page that shows an error to a person, given its problem document, the request and the request's id; nil where the document itself is the answer.
    public typealias ProblemPages = @Sendable (_ answer: WireResponse, _ request: IncomingRequest, _ requestID: String) -> WireResponse?

    /// A server that does not listen yet.
    /// - Parameters:
    ///   - host: an address of this machine, or a name for one.
    ///   - port: 0 for any free port; see ``boundPort()``.
    ///   - limits: what a sender may ask.
    ///   - routes: what is answered; of several that match, the first stands.
    ///   - logger: told of failures, by kind and request id, never with content.
    ///   - problemPages: shows errors to people; nil where there are no pages.
    public init(
        host: String,
        port: Int,
        limits: ServerLimits = ServerLimits(),
        routes: [Route],
        logger: Logger,
        problemPages: ProblemPages? = nil
    ) {
        self.host = host
        self.port = port
        self.limits = limits
        self.routes = routes
        self.logger = logger
        self.problemPages = problemPages
        load = ServerLoad(limits, logger: logger)
    }

    /// Listens and answers until told to shut down, then lets requests under way finish for ``ServerLimits/drain`` and returns. May be called once.
    /// - Throws: ``ListenError`` where the address cannot be had.
    public func run() async throws {
        let application = makeApplication()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await application.run() }
                group.addTask { [drain = limits.drain] in
                    try await gracefulShutdown()
                    try await Task.sleep(for: drain)
                }
                try await group.next()
                group.cancelAll()
            }
            bound.fail(CancellationError())
        } catch let error as IOError {
            // The only socket error that comes this far is that of listening.
            let failure = ListenError(host: host, port: port, reason: String(cString: strerror(error.errnoCode)))
            bound.fail(failure)
            throw failure
        } catch {
            bound.fail(error)
            throw error
        }
    }

    /// The port that the server listens on; waits until it does.
    /// - Throws: ``ListenError`` where it could not, `CancellationError` where it ended before.
    public func boundPort() async throws -> Int { try await bound.port }

    /// What every request passes on its way to its route, outermost first. A link for every request is added here, one for some routes by
    /// ``Route/behind(_:)``.
    private var middleware: [any HTTPMiddleware] {
        [
            RequestIDMiddleware(),
            TracingMiddleware(),
            MetricsMiddleware(),
        ] + (problemPages.map { [ProblemPageMiddleware(page: $0)] } ?? []) + [
            ProblemMiddleware(),
            LoadMiddleware(load: load),
            HeadMiddleware(),
        ]
    }

    private func makeApplication() -> Application<RequestHandler> {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        var decoder = HTTP1Channel.Configuration.DecoderConfiguration()
        decoder.maxHeaderFieldSize = limits.headers
        decoder.maxHeaderListSize = limits.headers
        decoder.maxHeaderFieldCount = limits.headerFields
        let table = RouteTable(routes)
        let refusals = RefusalCounter()
        return Application(
            responder: RequestHandler(routes: table, middleware: middleware, limits: limits, load: load, logger: logger),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [ConnectionGuard(limits: limits, load: load, routes: table, refusals: refusals)],
                    idleTimeout: TimeAmount(limits.idle),
                    httpDecoderConfiguration: decoder
                )
            ),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), backlog: 1024),
            onServerRunning: { [bound, port] channel in bound.succeed(channel.localAddress?.port ?? port) },
            logger: quiet
        )
    }
}
