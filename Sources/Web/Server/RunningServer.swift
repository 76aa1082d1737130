import HTTPTypes
public import Logging
public import Screening
import ServiceLifecycle

/// A server that runs in the background until it is stopped: for simulators, demonstrations and tests.
public struct RunningServer: Sendable {
    public let port: Int
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    /// Starts a server; returns once it listens.
    /// - Throws: ``ListenError`` where the address cannot be had.
    public init(_ server: HTTPServer, logger: Logger) async throws {
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [.init(service: server)], logger: logger))
        self.group = group
        task = Task { try await group.run() }
        do {
            port = try await server.boundPort()
        } catch {
            task.cancel()
            throw error
        }
    }

    /// Lets requests under way finish, closes the address and returns. Calling twice does nothing more.
    public func stop() async {
        await group.triggerGracefulShutdown()
        _ = await task.result
    }
}

/// Puts a handler, such as a simulator, on a socket of its own.
///
/// A handler that throws `Disconnect` closes the connection without an answer.
/// - Parameters:
///   - handler: answers every request.
///   - host: an address of this machine.
///   - port: 0 for any free port.
/// - Throws: ``ListenError`` where the address cannot be had.
public func serve(
    handler: any WireHandler,
    host: String = "127.0.0.1",
    port: Int = 0,
    logger: Logger = Logger(label: "fairlead.simulator")
) async throws -> RunningServer {
    let route = Route(nil, "/*") { request in
        var headers = request.headers
        if let host = HTTPField.Name("host"), let authority = request.authority { headers[host] = authority }
        return try await handler.respond(
            to: WireRequest(
                request.method,
                request.rawQuery.isEmpty ? request.path : request.path + "?" + request.rawQuery,
                headers: headers,
                body: request.bytes
            )
        )
    }
    return try await RunningServer(HTTPServer(host: host, port: port, routes: [route], logger: logger), logger: logger)
}
