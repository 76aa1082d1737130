import HTTPTypes
import Logging
import Screening
import Synchronization

@testable import Web

/// A quiet logger.
let silent: Logger = {
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    return logger
}()

/// Runs a server with these routes on a free port while `body` asks it things.
func withServer<Result>(
    _ routes: [Route],
    limits: ServerLimits = .patient,
    _ body: (RunningServer, HTTPTransport) async throws -> Result
) async throws -> Result {
    let server = try await RunningServer(HTTPServer(host: "127.0.0.1", port: 0, limits: limits, routes: routes, logger: silent), logger: silent)
    let transport = HTTPTransport(allow: { $0.description == "127.0.0.1" })
    do {
        let result = try await body(server, transport)
        await transport.shutdown()
        await server.stop()
        return result
    } catch {
        await transport.shutdown()
        await server.stop()
        throw error
    }
}

extension ServerLimits {
    /// For tests of what is not about time: a machine that has much else to do cuts nobody off.
    static let patient: ServerLimits = {
        var limits = ServerLimits()
        (limits.idle, limits.bodyTime, limits.unread, limits.patience) = (.seconds(600), .seconds(600), .seconds(600), .seconds(600))
        return limits
    }()
}

extension RunningServer {
    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }
}

/// Whether a condition comes true, which only those tasks that the test waits for can bring about. Gives up after ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(10)
    while !condition() {
        if ContinuousClock.now > end { return false }
        await Task.yield()
    }
    return true
}

/// Counts calls.
final class Counter: Sendable {
    private let calls = Mutex(0)
    var count: Int { calls.withLock { $0 } }
    func add() { calls.withLock { $0 += 1 } }
}

/// A route that answers with what it was sent.
func echo(_ counter: Counter = Counter()) -> Route {
    Route(.post, "/echo") { request in
        counter.add()
        return WireResponse(200, headers: [.contentType: "text/plain"], body: request.bytes)
    }
}
