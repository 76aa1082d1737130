import HTTPTypes
import Logging
import Pipeline
import Screening
import Testing

@testable import Web

@Suite("The server")
struct ServerTests {
    @Test("An unknown address is 404, a known one with another method 405, both as problem JSON")
    func unknown() async throws {
        try await withServer([echo(), Route(.get, "/things/{id}") { WireResponse(200, json: JSON($0.parameters["id"])) }]) {
            (server, transport) async throws in
            let missing = try await transport.send(WireRequest(.get, server.url("/nothing?secret=1")))
            #expect(missing.status == 404 && missing.headers[.contentType] == "application/problem+json")
            #expect(missing.json?["code"] == "not_found" && missing.json?["status"] == 404 && missing.json?["title"]?.text != nil)
            let wrong = try await transport.send(WireRequest(.get, server.url("/echo")))
            #expect(wrong.status == 405 && wrong.headers[.allow] == "POST" && wrong.json?["code"] == "method_not_allowed")
            #expect(try await transport.send(WireRequest(.get, server.url("/things/a%20b"))).json == "a b")
            #expect(try await transport.send(WireRequest(.get, server.url("/things/"))).status == 404)
            #expect(try await transport.send(WireRequest(.get, server.url("/things/a/b"))).status == 404)
        }
    }

    @Test("Every answer carries a request id: the sender's where it is a plain word")
    func requestIDs() async throws {
        let name = try #require(HTTPField.Name("X-Request-ID"))
        try await withServer([echo()]) { (server, transport) async throws in
            let own = try await transport.send(WireRequest(.get, server.url("/"), headers: [name: "abc-1.2_Z"]))
            #expect(own.headers[name] == "abc-1.2_Z")
            let other = try await transport.send(WireRequest(.get, server.url("/"), headers: [name: "a b\"c"]))
            #expect(other.headers[name]?.hasPrefix("req_") == true)
        }
    }

    @Test("A body up to the limit is taken whole, more is 413, announced or not")
    func bodyLimit() async throws {
        var limits = ServerLimits.patient
        limits.body = 100_000
        let counter = Counter()
        try await withServer([echo(counter)], limits: limits) { (server, transport) async throws in
            let whole = [UInt8](repeating: 65, count: 100_000)
            #expect(try await transport.send(WireRequest(.post, server.url("/echo"), body: whole)).body == whole)
            let more = try await transport.send(WireRequest(.post, server.url("/echo"), body: whole + [65]))
            #expect(more.status == 413 && more.json?["code"] == "body_too_large")
            let socket = try await RawSocket.connect(server.port)
            await socket.send("POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
            for _ in 0..<11 { await socket.send("2710\r\n" + String(repeating: "A", count: 10_000) + "\r\n") }
            let response = await socket.read(until: "}")
            #expect(response.hasPrefix("HTTP/1.1 413") && response.contains("body_too_large"))
            socket.end()
            #expect(counter.count == 1)
        }
    }

    @Test("A slow header is cut off, and holds nobody up")
    func slowHeader() async throws {
        var limits = ServerLimits()
        limits.idle = .seconds(1)
        try await withServer([echo()], limits: limits) { (server, transport) async throws in
            var slow: [RawSocket] = []
            for _ in 0..<40 {
                let socket = try await RawSocket.connect(server.port)
                await socket.send("POST /echo HTTP/1.1\r\nhost: a\r\nx-slow:")
                slow.append(socket)
            }
            #expect(try await transport.send(WireRequest(.post, server.url("/echo"), body: [1])).body == [1])
            for socket in slow {
                #expect(await socket.readToEnd() == "")
                socket.end()
            }
        }
    }

    @Test("A slow body is answered 408 and cut off, however steadily it drips")
    func slowBody() async throws {
        var limits = ServerLimits()
        limits.bodyTime = .milliseconds(400)
        let counter = Counter()
        try await withServer([echo(counter)], limits: limits) { (server, transport) async throws in
            let socket = try await RawSocket.connect(server.port)
            await socket.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n")
            let drip = Task {
                while !Task.isCancelled, await socket.send("x") { try await Task.sleep(for: .milliseconds(50)) }
            }
            #expect(try await transport.send(WireRequest(.post, server.url("/echo"), body: [1])).body == [1])
            let response = await socket.readToEnd()
            drip.cancel()
            _ = await drip.result
            socket.end()
            #expect(response?.hasPrefix("HTTP/1.1 408") == true && response?.contains("too_slow") == true)
            #expect(counter.count == 1)
        }
    }

    @Test("What is not HTTP is 400, too large a header 431, both as problem JSON")
    func malformed() async throws {
        try await withServer([echo()]) { (server, _) async throws in
            for (text, status, code) in [
                ("NONSENSE\r\n\r\n", 400, "malformed_request"),
                ("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: many\r\n\r\n", 400, "malformed_request"),
                ("GET / HTTP/1.1\r\nhost: a\r\nx: " + String(repeating: "y", count: 40_000) + "\r\n\r\n", 431, "headers_too_large"),
            ] {
                let socket = try await RawSocket.connect(server.port)
                await socket.send(text)
                let response = try #require(await socket.readToEnd())
                #expect(response.hasPrefix("HTTP/1.1 \(status) ") && response.contains("application/problem+json"), "\(response)")
                #expect(response.contains(code), "\(response)")
                socket.end()
            }
        }
    }

    @Test("A sender that goes on sending what was refused still gets the whole answer")
    func refusedWhileSending() async throws {
        let piece = String(repeating: "y", count: 4096)
        try await withServer([echo()]) { (server, _) async throws in
            for (head, status) in [
                ("GET / HTTP/1.1\r\nhost: a\r\nx: ", "431 "), ("NONSENSE\r\n\r\n", "400 "),
                ("POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: 500000\r\n\r\n", "404 "),
                ("POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nno length\r\n", "400 "),
            ] {
                let socket = try await RawSocket.connect(server.port)
                await socket.send(head)
                // Nothing is read before everything is sent.
                for _ in 0..<100 { #expect(await socket.send(piece), "the connection was reset") }
                let response = try #require(await socket.readToEnd())
                #expect(response.hasPrefix("HTTP/1.1 " + status) && response.hasSuffix("}"), "\(response)")
                socket.end()
            }
        }
    }

    @Test("Half a body never reaches a responder", arguments: ["content-length: 100\r\n\r\nhalf", "transfer-encoding: chunked\r\n\r\n64\r\nhalf"])
    func truncated(_ rest: String) async throws {
        let counter = Counter()
        try await withServer([echo(counter)]) { (server, _) async throws in
            let socket = try await RawSocket.connect(server.port)
            await socket.send("POST /echo HTTP/1.1\r\nhost: a\r\n" + rest)
            socket.finishSending()
            let response = await socket.readToEnd()
            #expect(response != nil && response?.contains("HTTP/1.1 200") == false)
            socket.end()
        }
        #expect(counter.count == 0)
    }

    @Test("A connection serves one request after another")
    func keepAlive() async throws {
        try await withServer([echo()]) { (server, _) async throws in
            let socket = try await RawSocket.connect(server.port)
            for word in ["one", "two"] {
                await socket.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n" + word)
                #expect(await socket.read(until: word).hasPrefix("HTTP/1.1 200"))
            }
            socket.end()
        }
    }

    @Test("An unexpected error is 500 and says nothing of itself")
    func unexpected() async throws {
        struct Leak: Error { let name = "Ana Roe" }
        try await withServer([Route(.get, "/") { _ in throw Leak() }]) { (server, transport) async throws in
            let response = try await transport.send(WireRequest(.get, server.url("/")))
            #expect(response.status == 500 && response.json?["code"] == "internal_error")
            #expect(!String(decoding: response.body, as: UTF8.self).contains("Ana"))
        }
    }

    @Test("A store that is away is 503 with Retry-After; a field's problem is 422 and names it")
    func knownErrors() async throws {
        let routes = [
            Route(.get, "/store") { _ in throw StoreError.unavailable("disk full") },
            Route(.get, "/field") { _ in throw FieldProblem(path: "candidate.email", expected: "an e-mail address", found: "nothing") },
        ]
        try await withServer(routes) { (server, transport) async throws in
            let store = try await transport.send(WireRequest(.get, server.url("/store")))
            #expect(store.status == 503 && store.headers[.retryAfter] == "5" && store.json?["code"] == "store_unavailable")
            let field = try await transport.send(WireRequest(.get, server.url("/field")))
            #expect(field.status == 422 && field.json?["field"] == "candidate.email")
        }
    }

    @Test("HEAD is answered as GET, without the body")
    func head() async throws {
        try await withServer([Route(.get, "/") { _ in WireResponse(200, json: ["a": 1]) }]) { (server, transport) async throws in
            let response = try await transport.send(WireRequest(.head, server.url("/")))
            #expect(response.status == 200 && response.body.isEmpty && response.headers[.contentLength] == "7")
        }
    }

    @Test("Stopping lets a request under way finish, and takes no more")
    func drain() async throws {
        let (started, start) = AsyncStream<Void>.makeStream()
        let slow = Route(.get, "/slow") { _ in
            start.yield()
            try await Task.sleep(for: .milliseconds(300))
            return WireResponse(200, json: "done")
        }
        let server = try await RunningServer(HTTPServer(host: "127.0.0.1", port: 0, routes: [slow], logger: silent), logger: silent)
        let transport = HTTPTransport(allow: { _ in true })
        async let response = transport.send(WireRequest(.get, server.url("/slow")))
        for await _ in started { break }
        await server.stop()
        #expect(try await response.json == "done")
        await #expect { try await transport.send(WireRequest(.get, server.url("/slow"))) } throws: {
            ($0 as? TransportError)?.kind == .cannotConnect
        }
        await transport.shutdown()
    }

    @Test("Stopping does not wait for a sender that never finishes")
    func drainBound() async throws {
        var limits = ServerLimits()
        limits.drain = .milliseconds(300)
        let server = try await RunningServer(HTTPServer(host: "127.0.0.1", port: 0, limits: limits, routes: [echo()], logger: silent), logger: silent)
        let socket = try await RawSocket.connect(server.port)
        await socket.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf")
        await server.stop()
        socket.end()
    }

    @Test("A port that is taken is said in a sentence")
    func portTaken() async throws {
        try await withServer([echo()]) { (server, _) async throws in
            let second = HTTPServer(host: "127.0.0.1", port: server.port, routes: [echo()], logger: silent)
            let error = await #expect(throws: ListenError.self) { try await RunningServer(second, logger: silent) }
            #expect(error?.description.contains("127.0.0.1:\(server.port)") == true)
        }
    }

    @Test("A handler can be put on a socket, and can break the connection")
    func handler() async throws {
        struct EchoHandler: WireHandler {
            func respond(to request: WireRequest) async throws -> WireResponse {
                if request.path == "/break" { throw Disconnect() }
                return WireResponse(201, json: ["url": .string(request.url), "body": .string(String(decoding: request.body, as: UTF8.self))])
            }
        }
        let server = try await serve(handler: EchoHandler(), logger: silent)
        let transport = HTTPTransport(allow: { _ in true })
        let response = try await transport.send(WireRequest(.put, server.url("/a/b?c=d%20e"), body: Array("hi".utf8)))
        #expect(response.status == 201 && response.json == ["url": "/a/b?c=d%20e", "body": "hi"])
        await #expect { try await transport.send(WireRequest(.post, server.url("/break"), body: [1])) } throws: {
            ($0 as? TransportError)?.kind == .broken
        }
        await transport.shutdown()
        await server.stop()
    }

    @Test("Health says alive; readiness says why not")
    func health() async throws {
        try await withServer(HealthRoutes.routes { .failing(["the store cannot be had"]) }) { (server, transport) async throws in
            #expect(try await transport.send(WireRequest(.get, server.url("/healthz"))).status == 200)
            let response = try await transport.send(WireRequest(.get, server.url("/readyz")))
            #expect(response.status == 503 && response.json?["reasons"] == ["the store cannot be had"] && response.headers[.retryAfter] != nil)
        }
        try await withServer(HealthRoutes.routes { .ready }) { (server, transport) async throws in
            #expect(try await transport.send(WireRequest(.get, server.url("/readyz"))).status == 200)
        }
    }
}
