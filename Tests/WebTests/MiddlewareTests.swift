import HTTPTypes
import Logging
import Screening
import ScreeningTesting
import Synchronization
import Testing

@testable import Web

@Suite("The chain in front of the routes")
struct MiddlewareTests {
    /// Notes its name before and after what is inside it.
    struct Note: HTTPMiddleware {
        let name: String
        let log: Log

        func handle(
            _ request: IncomingRequest,
            context: RequestContext,
            next: (IncomingRequest, RequestContext) async throws -> WireResponse
        ) async throws -> WireResponse {
            log.add("\(name) in, \(request.bytes.count) bytes")
            defer { log.add("\(name) out") }
            return try await next(request, context)
        }
    }

    /// Answers by itself, or reads the body, or says who asks.
    struct Link: HTTPMiddleware {
        let act: @Sendable (inout IncomingRequest, inout RequestContext) async throws -> WireResponse?

        func handle(
            _ request: IncomingRequest,
            context: RequestContext,
            next: (IncomingRequest, RequestContext) async throws -> WireResponse
        ) async throws -> WireResponse {
            var (request, context) = (request, context)
            if let response = try await act(&request, &context) { return response }
            return try await next(request, context)
        }
    }

    @Test("A route's links run before its body is read, the first outermost")
    func order() async throws {
        let log = Log()
        let route = Route(.post, "/") { request in
            log.add("route, \(request.bytes.count) bytes")
            return WireResponse(204)
        }
        let behind = route.behind(Note(name: "inner", log: log)).behind(Note(name: "outer", log: log))
        try await withServer([behind]) { (server, transport) async throws in
            #expect(try await transport.send(WireRequest(.post, server.url("/"), body: [1, 2, 3])).status == 204)
        }
        #expect(log.lines == ["outer in, 0 bytes", "inner in, 0 bytes", "route, 3 bytes", "inner out", "outer out"])
    }

    @Test("A link answers by itself, and what it throws is problem JSON")
    func answering() async throws {
        let counter = Counter()
        let routes = [
            echo(counter).behind(Link { request, _ in WireResponse(302, headers: [.location: "/login?to=" + request.path]) }),
            Route(.get, "/refused") { _ in WireResponse(200) }.behind(
                Link { _, _ in throw ProblemDocument(403, "forged", "Not permitted", "the form is another site's") }
            ),
        ]
        try await withServer(routes) { (server, transport) async throws in
            #expect(try await transport.send(WireRequest(.post, server.url("/echo"))).headers[.location] == "/login?to=/echo")
            let refused = try await transport.send(WireRequest(.get, server.url("/refused")))
            #expect(refused.status == 403 && refused.json?["code"] == "forged" && refused.headers[.contentType] == "application/problem+json")
            #expect(refused.headers[HTTPField.Name("x-request-id")!]?.hasPrefix("req_") == true)
        }
        #expect(counter.count == 0)
    }

    @Test("What a link found out reaches the links and the route inside it")
    func context() async throws {
        let route = Route(.get, "/things/{id}") { _, context in
            WireResponse(
                200,
                json: ["who": JSON(context.principal?.name), "route": JSON(context.routePattern), "request": .string(context.requestID)]
            )
        }
        let signIn = Link { _, context in
            context.principal = Principal(name: "ops", scopes: [.read])
            return nil
        }
        try await withServer([route.behind(signIn)]) { (server, transport) async throws in
            let response = try await transport.send(WireRequest(.get, server.url("/things/7"), headers: [HTTPField.Name("x-request-id")!: "r-1"]))
            #expect(response.json == ["who": "ops", "route": "/things/{id}", "request": "r-1"])
        }
    }

    @Test("A link that needs the body reads it; the route has it all the same")
    func body() async throws {
        let log = Log()
        let form = Link { request, _ in
            request = try await request.withBody()
            log.add(String(decoding: request.bytes, as: UTF8.self))
            return nil
        }
        try await withServer([echo().behind(form)]) { (server, transport) async throws in
            #expect(try await transport.send(WireRequest(.post, server.url("/echo"), body: Array("token=1".utf8))).body == Array("token=1".utf8))
        }
        #expect(log.lines == ["token=1"])
    }

    @Test("The log names the request, the kind of error, and nothing that was sent")
    func logging() async throws {
        struct Leak: Error { let name = "Ana Roe" }
        let log = LogRecorder()
        let server = try await RunningServer(
            HTTPServer(host: "127.0.0.1", port: 0, routes: [Route(.get, "/") { _ in throw Leak() }], logger: log.logger),
            logger: silent
        )
        let transport = HTTPTransport(allow: { _ in true })
        _ = try await transport.send(WireRequest(.get, server.url("/?name=Ana"), headers: [HTTPField.Name("x-request-id")!: "r-1"]))
        await transport.shutdown()
        await server.stop()
        let line = try #require(log.lines.first { $0.contains("a request failed") })
        #expect(line.contains("request=r-1") && line.contains("Leak") && !line.contains("Ana"))
    }

    @Test("Whoever is not known is refused before their body is read, and the connection ends")
    func unread() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            for authorization in ["", "authorization: Bearer guess\r\n", "authorization: Bearer plain\r\n"] {
                let socket = try await RawSocket.connect(client.server.port)
                await socket.send("POST /api/v1/orders HTTP/1.1\r\nhost: a\r\n\(authorization)content-length: 1000\r\n\r\n")
                let response = try #require(await socket.readToEnd())
                let (status, code) = authorization.contains("plain") ? (403, "insufficient_scope") : (401, "unauthenticated")
                #expect(response.hasPrefix("HTTP/1.1 \(status) ") && response.contains(code))
                #expect(response.lowercased().contains("connection: close"))
                socket.end()
            }
        }
    }
}

/// Lines that a test's parts note, from any task.
final class Log: Sendable {
    private let entries = Mutex<[String]>([])

    var lines: [String] { entries.withLock { $0 } }

    func add(_ line: String) { entries.withLock { $0.append(line) } }
}
