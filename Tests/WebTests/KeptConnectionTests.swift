import HTTPTypes
import Screening
import Testing

@testable import Web

@Suite("Connections that are kept")
struct KeptConnectionTests {
    private static let key = HTTPField.Name("Idempotency-Key")!

    /// Answers every request on a connection, until the other side closes it.
    private func server(_ counter: Counter = Counter()) throws -> RawServer {
        try RawServer { socket in
            while await socket.read(until: "\r\n\r\n").hasSuffix("\r\n\r\n") {
                counter.add()
                guard await socket.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") else { return }
            }
        }
    }

    /// A transport that keeps connections however slow the machine is.
    private func patient() -> HTTPTransport {
        let guardian = AddressGuard(allow: { _ in true }, resolve: AddressGuard.system)
        return HTTPTransport(maximumResponse: 1000, connectTimeout: .seconds(30), idleTimeout: .seconds(600), guardian: guardian)
    }

    /// How many connections five requests take, one after the other.
    private func connections(of request: (Int) -> WireRequest) async throws -> Int {
        let server = try server()
        let transport = patient()
        for _ in 0..<5 { #expect(try await transport.send(request(server.port)).body == Array("ok".utf8)) }
        await transport.shutdown()
        server.stop()
        return server.connections
    }

    @Test("What may be repeated goes out on a connection that was kept", arguments: [HTTPRequest.Method.get, .head, .put, .delete, .post, .patch])
    func kept(_ method: HTTPRequest.Method) async throws {
        let headers: HTTPFields = [.post, .patch].contains(method) ? [Self.key: "run-1"] : [:]
        // The answer to HEAD has no body, whatever length it says.
        guard method != .head else { return #expect(WireRequest(.head, "http://x.example.test/").takesKeptConnection) }
        #expect(try await connections { WireRequest(method, "http://127.0.0.1:\($0)/", headers: headers) } == 1)
    }

    @Test("A request that creates never goes out on a connection that was kept", arguments: [HTTPRequest.Method.post, .patch])
    func fresh(_ method: HTTPRequest.Method) async throws {
        #expect(try await connections { WireRequest(method, "http://127.0.0.1:\($0)/") } == 5)
        #expect(try await connections { WireRequest(method, "http://127.0.0.1:\($0)/", headers: [Self.key: ""]) } == 5)
    }

    @Test("What is never to be repeated gets a connection of its own, whatever its method and whatever key it carries")
    func unrepeatable() async throws {
        for method in [HTTPRequest.Method.post, .delete, .get] {
            let used = try await connections { port in
                var request = WireRequest(method, "http://127.0.0.1:\(port)/", headers: [Self.key: "order-1"])
                request.connection = .fresh
                return request
            }
            #expect(used == 5)
        }
    }

    @Test("A connection that the other side closes just as a request leaves on it: the request may have arrived, and is not sent again by itself")
    func closedUnderWay() async throws {
        let heads = Counter()
        let server = try RawServer { socket in
            _ = await socket.read(until: "\r\n\r\n")
            heads.add()
            await socket.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            if await socket.read(until: "\r\n\r\n").hasSuffix("\r\n\r\n") { heads.add() }
        }
        let transport = patient()
        let note = WireRequest(.post, "http://127.0.0.1:\(server.port)/", headers: [Self.key: "run-1"])
        #expect(try await transport.send(note).status == 200)
        let error = await #expect(throws: TransportError.self) { try await transport.send(note) }
        #expect(error?.kind == .broken && error?.surelyNotSent == false)
        #expect(heads.count == 2 && server.connections == 1)
        await transport.shutdown()
        server.stop()
    }

    @Test("Many requests at once use as many connections and keep them for the next")
    func many() async throws {
        let server = try server()
        let transport = patient()
        for _ in 0..<3 {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<64 {
                    let request = WireRequest(.post, "http://127.0.0.1:\(server.port)/\(number)", headers: [Self.key: "\(number)"])
                    group.addTask { try await transport.send(request).status }
                }
                for try await status in group { #expect(status == 200) }
            }
        }
        #expect(server.connections <= 64)
        await transport.shutdown()
        server.stop()
    }

    @Test("An answer may be longer where its request says so")
    func longer() async throws {
        let text = String(repeating: "x", count: 300_000)
        try await withServer([Route(.get, "/long") { _ in WireResponse(200, body: Array(text.utf8)) }]) { (server, _) async throws in
            let guardian = AddressGuard(allow: { _ in true }, resolve: AddressGuard.system)
            let transport = HTTPTransport(maximumResponse: 1000, connectTimeout: .seconds(30), guardian: guardian)
            var request = WireRequest(.get, server.url("/long"))
            let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
            #expect(error?.kind == .tooLarge)
            request.maximumResponse = 1 << 20
            #expect(try await transport.send(request).body.count == 300_000)
            await transport.shutdown()
        }
    }
}
