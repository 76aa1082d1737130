import HTTPTypes
import Logging
import Pipeline
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("The limits of what a server has in hand")
struct LoadTests {
    /// Runs a server with small limits; what it has in hand at the end must be nothing.
    private func run(
        _ routes: [Route],
        _ change: (inout ServerLimits) -> Void,
        _ body: (RunningServer, HTTPTransport, ServerLoad) async throws -> Void
    ) async throws {
        var limits = ServerLimits()
        change(&limits)
        let server = HTTPServer(host: "127.0.0.1", port: 0, limits: limits, routes: routes, logger: silent)
        let running = try await RunningServer(server, logger: silent)
        let transport = HTTPTransport(allow: { _ in true })
        do { try await body(running, transport, server.load) } catch {
            await transport.shutdown()
            await running.stop()
            throw error
        }
        await transport.shutdown()
        await running.stop()
        #expect(server.load.figures == ServerLoad.Figures())
    }

    private func opened(_ server: RunningServer, _ text: String) async throws -> RawSocket {
        let socket = try await RawSocket.connect(server.port)
        await socket.send(text)
        return socket
    }

    private static let hello = "GET /hello HTTP/1.1\r\nhost: a\r\n\r\n"

    @Test("A connection too many is answered 503 and closed, health is answered, and the others go on")
    func connections() async throws {
        let routes = HealthRoutes.routes { .ready } + [Route(.get, "/hello") { _ in WireResponse(200, json: "hello") }, echo()]
        try await run(routes, { $0.maxConnections = 2 }) { server, _, load in
            let first = try await opened(server, Self.hello)
            #expect(await first.read(until: "\"hello\"").hasPrefix("HTTP/1.1 200"))
            let second = try await opened(server, Self.hello)
            #expect(await second.read(until: "\"hello\"").hasPrefix("HTTP/1.1 200"))

            for request in [Self.hello, "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc"] {
                let third = try await opened(server, request)
                let refused = try #require(await third.readToEnd()).lowercased()
                #expect(refused.hasPrefix("http/1.1 503 ") && refused.contains("\"code\":\"overloaded\""))
                #expect(refused.contains("retry-after: 1") && refused.contains("connection: close") && refused.contains("application/problem+json"))
                third.end()
            }
            let health = try await opened(server, "GET /healthz?x=1 HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(try #require(await health.readToEnd()).hasPrefix("HTTP/1.1 200 "))
            health.end()

            for socket in [first, second] {
                await socket.send(Self.hello)
                #expect(await socket.read(until: "\"hello\"").hasPrefix("HTTP/1.1 200"))
            }
            first.end()
            #expect(await eventually { load.figures.connections == 1 })
            let fourth = try await opened(server, Self.hello)
            #expect(await fourth.read(until: "\"hello\"").hasPrefix("HTTP/1.1 200"))
            for socket in [second, fourth] { socket.end() }
            #expect(await eventually { load.figures == ServerLoad.Figures() })
        }
    }

    @Test("Of the connections too many, only some are told; further ones are closed at once")
    func courtesy() {
        var limits = ServerLimits()
        limits.maxConnections = 1
        let load = ServerLoad(limits, logger: silent)
        #expect(load.openConnection() == .served)
        for _ in 0..<ServerLoad.courtesy { #expect(load.openConnection() == .refused) }
        #expect(load.openConnection() == .dropped)
        load.closeConnection(.dropped)
        load.closeConnection(.refused)
        #expect(load.openConnection() == .refused)
        load.closeConnection(.served)
        #expect(load.openConnection() == .served)
    }

    private static let half = "POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: 900000000\r\n\r\nhalf"

    @Test("Whoever was refused counts while it stays")
    func refusedCounts() async throws {
        try await run([echo()], { $0.patience = .seconds(600) }) { server, _, load in
            let socket = try await opened(server, Self.half)
            #expect(await socket.readToEnd()?.hasPrefix("HTTP/1.1 404 ") == true)
            #expect(load.figures.connections == 1 && load.figures.requests == 0)
            socket.end()
            #expect(await eventually { load.figures.connections == 0 })
        }
    }

    @Test("Whoever was refused and goes on sending is cut off, after a moment to read the answer", arguments: [half, "NONSENSE\r\n\r\n"])
    func refusedStays(_ request: String) async throws {
        let piece = String(repeating: "y", count: 40_000)
        try await run([echo()], { $0.patience = .milliseconds(300) }) { server, _, load in
            let start = ContinuousClock.now
            let socket = try await opened(server, request)
            // What is sent is read and thrown away: nothing else is there to stop it.
            while await socket.send(piece) {}
            #expect(ContinuousClock.now - start >= .milliseconds(300))
            #expect(await eventually { load.figures.connections == 0 })
            socket.end()
        }
    }

    @Test("A body beyond the budget is 503; others are answered meanwhile, and it is taken once there is room")
    func bodies() async throws {
        try await run([echo(), Route(.get, "/hello") { _ in WireResponse(200, json: "hello") }], { $0.bodyBudget = 100_000 }) {
            server,
            transport,
            load in
            let slow = try await opened(
                server,
                "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 80000\r\n\r\n" + String(repeating: "a", count: 60_000)
            )
            #expect(await eventually { load.figures.bytes == 60_000 })
            let body = [UInt8](repeating: 98, count: 50_000)
            let refused = try await transport.send(WireRequest(.post, server.url("/echo"), body: body))
            #expect(refused.status == 503 && refused.json?["code"] == "overloaded" && refused.headers[.retryAfter] == "1")
            #expect(try await transport.send(WireRequest(.post, server.url("/echo"), body: [1])).body == [1])
            #expect(try await transport.send(WireRequest(.get, server.url("/hello"))).status == 200)
            await slow.send(String(repeating: "a", count: 19_999) + "z")
            #expect(await slow.read(until: "z").hasPrefix("HTTP/1.1 200"))
            #expect(await eventually { load.figures.bytes == 0 })
            #expect(try await transport.send(WireRequest(.post, server.url("/echo"), body: body)).body == body)
            slow.end()
        }
    }

    @Test("A body that does not say how long it is is refused where it goes beyond the budget")
    func chunked() async throws {
        try await run([echo()], { $0.bodyBudget = 25_000 }) { server, _, load in
            let socket = try await opened(server, "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
            for _ in 0..<3 { await socket.send("2710\r\n" + String(repeating: "A", count: 10_000) + "\r\n") }
            let response = try #require(await socket.readToEnd())
            #expect(response.hasPrefix("HTTP/1.1 503 ") && response.contains("overloaded"))
            socket.end()
            #expect(await eventually { load.figures == ServerLoad.Figures() })
        }
    }

    @Test("However a request ends, what it held is free again", arguments: ["disconnect", "time-out", "refused", "error", "gone"])
    func free(_ end: String) async throws {
        let (started, start) = AsyncStream<Void>.makeStream()
        let (going, go) = AsyncStream<Void>.makeStream()
        let broken = Route(.post, "/broken") { request in
            if request.rawQuery == "wait" {
                start.yield()
                for await _ in going { break }
            }
            throw StoreError.unavailable("away")
        }
        try await run([echo(), broken], { $0.bodyTime = end == "time-out" ? .milliseconds(200) : .seconds(20) }) { server, _, load in
            let path = ["error": "/broken", "gone": "/broken?wait"][end] ?? "/echo"
            let socket = try await opened(
                server,
                "POST \(path) HTTP/1.1\r\nhost: a\r\ncontent-length: 2000\r\n\r\n" + String(repeating: "a", count: 1000)
            )
            #expect(await eventually { load.figures.bytes == 1000 || end == "time-out" })
            switch end {
            case "disconnect": socket.end()
            case "time-out": #expect(await socket.readToEnd()?.hasPrefix("HTTP/1.1 408 ") == true)
            case "refused": socket.finishSending()
            case "error":
                await socket.send(String(repeating: "a", count: 1000))
                #expect(await socket.read(until: "}").hasPrefix("HTTP/1.1 503 "))
            default:
                await socket.send(String(repeating: "a", count: 1000))
                for await _ in started { break }
                socket.reset()
                // The sender is gone, its body is still in hand.
                #expect(await eventually { load.figures.connections == 0 })
                #expect(load.figures.requests == 1 && load.figures.bytes == 2000)
                go.yield()
            }
            #expect(await eventually { load.figures.bytes == 0 && load.figures.requests == 0 })
            if !["disconnect", "gone"].contains(end) { socket.end() }
        }
    }

    @Test("Requests whose senders are gone are bounded, too")
    func abandoned() {
        var limits = ServerLimits()
        limits.maxConnections = 2
        let load = ServerLoad(limits, logger: silent)
        #expect(load.beginRequest(isVital: false) && load.beginRequest(isVital: false))
        #expect(!load.beginRequest(isVital: false) && load.beginRequest(isVital: true))
        for _ in 0..<3 { load.endRequest() }
        #expect(load.beginRequest(isVital: false))
    }

    @Test("Stopping gives everything back, also where a responder is cancelled in the middle of a body")
    func stopping() async throws {
        let hanging = Route(.post, "/hang") { _ in
            try await Task.sleep(for: .seconds(60))
            return WireResponse(200)
        }
        try await run([echo(), hanging], { $0.drain = .milliseconds(200) }) { server, _, load in
            let half = try await opened(
                server,
                "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 2000\r\n\r\n" + String(repeating: "a", count: 1000)
            )
            let whole = try await opened(server, "POST /hang HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc")
            #expect(await eventually { load.figures.bytes == 1003 })
            await server.stop()
            #expect(load.figures == ServerLoad.Figures())
            for socket in [half, whole] { socket.end() }
        }
    }

    @Test("A large answer that nobody reads counts until it has left: reading more is 503, what was done is told")
    func answers() async throws {
        let large = [UInt8](repeating: 120, count: 24 << 20)
        let routes = [
            Route(.get, "/large") { _ in WireResponse(200, body: large) }, Route(.post, "/large") { _ in WireResponse(201, body: large) },
            Route(.get, "/hello") { _ in WireResponse(200, json: "hello") },
        ]
        try await run(routes, { $0.bodyBudget = 40 << 20 }) { server, _, load in
            let own = HTTPTransport(maximumResponse: 64 << 20, allow: { _ in true })
            let idle = try await opened(server, "GET /large HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(await eventually { load.figures.bytes == large.count })
            let refused = try await own.send(WireRequest(.get, server.url("/large")))
            #expect(refused.status == 503 && refused.json?["code"] == "overloaded" && refused.headers[.retryAfter] == "1")
            #expect(try await own.send(WireRequest(.post, server.url("/large"))).body.count == large.count)
            #expect(try await own.send(WireRequest(.get, server.url("/hello"))).status == 200)
            #expect(try await own.send(WireRequest(.head, server.url("/hello"))).status == 200)
            idle.end()
            #expect(await eventually { load.figures.bytes == 0 })
            #expect(try await own.send(WireRequest(.get, server.url("/large"))).body == large)
            await own.shutdown()
        }
    }

    @Test("Whoever reads none of many answers is cut off, also where each is too small to fill the connection")
    func unread() async throws {
        let body = [UInt8](repeating: 120, count: 40 << 10)
        let change: (inout ServerLimits) -> Void = { ($0.idle, $0.unread) = (.seconds(600), .milliseconds(300)) }
        try await run([Route(.get, "/medium") { _ in WireResponse(200, body: body) }], change) { server, _, load in
            let socket = try await RawSocket.connect(server.port, window: 4096)
            // More than the system holds by itself.
            await socket.send(String(repeating: "GET /medium HTTP/1.1\r\nhost: a\r\n\r\n", count: 800))
            #expect(await eventually { load.figures.connections == 1 })
            #expect(await eventually { load.figures == ServerLoad.Figures() })
            socket.end()
        }
    }

    @Test("Being at the limit is one line in the log, not one for each refusal")
    func warning() {
        var limits = ServerLimits()
        limits.bodyBudget = 10
        let log = LogRecorder()
        let load = ServerLoad(limits, logger: log.logger)
        #expect(load.hold(10) && !load.hold(1) && !load.hold(1) && load.hold(1, always: true))
        load.release(11)
        #expect(load.figures == ServerLoad.Figures())
        #expect(log.lines.count == 1 && log.lines[0].contains("limit=bytes"))
    }
}
