import HTTPTypes
import Screening
import Testing

@testable import Web

@Suite("The way out")
struct TransportTests {
    private func failure(_ transport: HTTPTransport, _ request: WireRequest) async -> TransportError? {
        await #expect(throws: TransportError.self) { try await transport.send(request) }
    }

    @Test(
        "Addresses inside the network are refused unless allowed",
        arguments: ["http://127.0.0.1:9/", "http://[::1]:9/", "http://169.254.169.254/"]
    )
    func refused(_ url: String) async {
        let transport = HTTPTransport()
        #expect(await failure(transport, WireRequest(.get, url))?.kind == .refused)
        await transport.shutdown()
    }

    @Test("A host name that leads inside is refused, and nothing is connected")
    func refusedName() async throws {
        let server = try RawServer { _ in }
        let transport = HTTPTransport()
        #expect(await failure(transport, WireRequest(.get, "http://localhost:\(server.port)/"))?.kind == .refused)
        #expect(server.connections == 0)
        await transport.shutdown()
        server.stop()
    }

    @Test("The checked address is called under the name's own Host, whatever other resolvers say")
    func pinned() async throws {
        let route = Route(.get, "/who") { WireResponse(200, json: JSON($0.headersByName["host"])) }
        let asked = Counter()
        try await withServer([route]) { (server, _) async throws in
            let guardian = AddressGuard(allow: { $0.description == "127.0.0.1" }) { host in
                asked.add()
                return host == "provider.example.test" ? [IPAddress("127.0.0.1")].compactMap(\.self) : []
            }
            let transport = HTTPTransport(maximumResponse: 1000, connectTimeout: .seconds(30), guardian: guardian)
            let own = WireRequest(.get, "http://provider.example.test:\(server.port)/who", headers: [HTTPField.Name("host")!: "other.test"])
            #expect(try await transport.send(own).json?.text?.hasPrefix("provider.example.test") == true)
            #expect(asked.count == 1)
            await transport.shutdown()
        }
    }

    @Test("Where the first address does not answer, the next is tried")
    func secondAddress() async throws {
        try await withServer([Route(.post, "/") { _ in WireResponse(204) }]) { (server, _) async throws in
            let guardian = AddressGuard(allow: { _ in true }) { _ in [IPAddress("::1"), IPAddress("127.0.0.1")].compactMap(\.self) }
            let transport = HTTPTransport(maximumResponse: 1000, connectTimeout: .seconds(30), guardian: guardian)
            #expect(try await transport.send(WireRequest(.post, "http://two.example.test:\(server.port)/", body: [1])).status == 204)
            await transport.shutdown()
        }
    }

    @Test("A port where nobody listens: nothing was sent")
    func nobody() async throws {
        let server = try RawServer { _ in }
        server.stop()
        let transport = HTTPTransport(allow: { _ in true })
        #expect(await failure(transport, WireRequest(.post, "http://127.0.0.1:\(server.port)/a", body: [1]))?.kind == .cannotConnect)
        await transport.shutdown()
    }

    @Test("TLS that fails: nothing was sent")
    func plainServer() async throws {
        let server = try RawServer { socket in await socket.send("HTTP/1.1 400 Bad Request\r\n\r\n") }
        let transport = HTTPTransport(allow: { _ in true })
        #expect(await failure(transport, WireRequest(.post, "https://127.0.0.1:\(server.port)/", body: [1]))?.kind == .cannotConnect)
        await transport.shutdown()
        server.stop()
    }

    @Test("A connection that closes after the request: it may have arrived")
    func closed() async throws {
        let server = try RawServer { socket in _ = await socket.read(until: "\r\n\r\n") }
        let transport = HTTPTransport(allow: { _ in true })
        let error = await failure(transport, WireRequest(.post, "http://127.0.0.1:\(server.port)/path?key=1", body: [1]))
        #expect(error?.kind == .broken)
        #expect(error?.message.contains("127.0.0.1") == true && error?.message.contains("path") == false && error?.message.contains("key") == false)
        await transport.shutdown()
        server.stop()
    }

    @Test("Half an answer is a broken connection")
    func halfAnswer() async throws {
        let server = try RawServer { socket in
            _ = await socket.read(until: "\r\n\r\n")
            await socket.send("HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{\"id\":")
        }
        let transport = HTTPTransport(allow: { _ in true })
        #expect(await failure(transport, WireRequest(.post, "http://127.0.0.1:\(server.port)/"))?.kind == .broken)
        await transport.shutdown()
        server.stop()
    }

    @Test("No answer in time is a time-out: the request may have arrived")
    func silence() async throws {
        let server = try RawServer { socket in _ = await socket.readToEnd() }
        let transport = HTTPTransport(allow: { _ in true })
        // A busy machine may not even connect in the shorter times: that, and only that, may come before.
        var kinds: [TransportError.Kind?] = []
        for seconds in [0.3, 2, 10, 30] where kinds.last != .timedOut {
            let request = WireRequest(.post, "http://127.0.0.1:\(server.port)/", body: [1], timeout: .seconds(seconds))
            kinds.append(await failure(transport, request)?.kind)
        }
        #expect(kinds.last == .timedOut && kinds.dropLast().allSatisfy { $0 == .cannotConnect })
        await transport.shutdown()
        server.stop()
    }

    @Test("A name that is not found in time: nothing was sent")
    func slowResolver() async {
        let guardian = AddressGuard(allow: { _ in true }) { _ in
            try await Task.sleep(for: .seconds(30))
            return []
        }
        let transport = HTTPTransport(maximumResponse: 1000, connectTimeout: .seconds(30), guardian: guardian)
        #expect(await failure(transport, WireRequest(.get, "http://slow.example.test/", timeout: .milliseconds(200)))?.kind == .cannotConnect)
        await transport.shutdown()
    }

    @Test("An answer beyond the limit is too large, announced or not", arguments: ["content-length: 5000\r\n\r\n", "\r\n"])
    func tooLarge(_ rest: String) async throws {
        let server = try RawServer { socket in
            _ = await socket.read(until: "\r\n\r\n")
            await socket.send("HTTP/1.1 200 OK\r\n" + rest + String(repeating: "x", count: 5000))
        }
        let guardian = AddressGuard(allow: { _ in true }, resolve: AddressGuard.system)
        let transport = HTTPTransport(maximumResponse: 1000, connectTimeout: .seconds(30), guardian: guardian)
        #expect(await failure(transport, WireRequest(.get, "http://127.0.0.1:\(server.port)/"))?.kind == .tooLarge)
        await transport.shutdown()
        server.stop()
    }

    @Test("Redirects are answers, not instructions")
    func redirect() async throws {
        let reached = Counter()
        let routes = [
            Route(.get, "/from") { _ in WireResponse(302, headers: [.location: "/to"]) },
            Route(.get, "/to") { _ in
                reached.add()
                return WireResponse(200)
            },
        ]
        try await withServer(routes) { (server, transport) async throws in
            #expect(try await transport.send(WireRequest(.get, server.url("/from"))).status == 302)
        }
        #expect(reached.count == 0)
    }

    @Test("Header fields that would break the message are refused before anything is sent")
    func malformedHeader() async throws {
        let counter = Counter()
        try await withServer([echo(counter)]) { (server, transport) async throws in
            var request = WireRequest(.post, server.url("/echo"), body: [1])
            request.headers[.contentLength] = "9999"
            request.headers[.transferEncoding] = "chunked"
            #expect(try await transport.send(request).body == [1])
            let error = await failure(transport, WireRequest(.post, "http://127.0.0.1:\(server.port)/a b", body: [1]))
            #expect(error?.kind == .refused && counter.count == 1)
        }
    }

    @Test("Cancelling ends the exchange with CancellationError")
    func cancelled() async throws {
        let (arrived, arrive) = AsyncStream<Void>.makeStream()
        let server = try RawServer { socket in
            _ = await socket.read(until: "\r\n\r\n")
            arrive.yield()
            _ = await socket.readToEnd()
        }
        let transport = HTTPTransport(allow: { _ in true })
        let exchange = Task { try await transport.send(WireRequest(.get, "http://127.0.0.1:\(server.port)/")) }
        for await _ in arrived { break }
        exchange.cancel()
        await #expect(throws: CancellationError.self) { try await exchange.value }
        await transport.shutdown()
        server.stop()
    }

    @Test("After shutting down, nothing is sent")
    func closedTransport() async {
        let transport = HTTPTransport(allow: { _ in true })
        await transport.shutdown()
        await transport.shutdown()
        #expect(await failure(transport, WireRequest(.get, "http://127.0.0.1:9/"))?.kind == .refused)
    }

    @Test("Many hosts leave a bounded number of clients behind")
    func bounded() async throws {
        try await withServer([Route(.get, "/") { _ in WireResponse(204) }]) { (server, _) async throws in
            let guardian = AddressGuard(allow: { _ in true }) { _ in [IPAddress("127.0.0.1")].compactMap(\.self) }
            let transport = HTTPTransport(maximumResponse: 1000, connectTimeout: .seconds(30), guardian: guardian)
            for number in 0..<100 {
                #expect(try await transport.send(WireRequest(.get, "http://h\(number).example.test:\(server.port)/")).status == 204)
            }
            #expect(transport.clientCount <= 64)
            await transport.shutdown()
        }
    }
}
