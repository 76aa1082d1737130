import HTTPTypes
import Screening
import Testing

@testable import Web

@Suite("Heads of requests")
struct RequestHeadTests {
    private func withSocket(_ routes: [Route], _ body: (RawSocket) async throws -> Void) async throws {
        try await withServer(routes) { server, _ in
            let socket = try await RawSocket.connect(server.port)
            try await body(socket)
            socket.end()
        }
    }

    private static let head = "POST /echo HTTP/1.1\r\nHost: a.example.test\r\n"

    @Test("A sender that expects it is told to go on, and then answered")
    func goesOn() async throws {
        try await withSocket([echo()]) { socket in
            await socket.send(Self.head + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            #expect(await socket.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            await socket.send("hello")
            let answer = await socket.read(until: "hello")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            // The connection goes on.
            await socket.send(Self.head + "Content-Length: 2\r\n\r\nhi")
            #expect(await socket.read(until: "hi").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("Whoever is refused gets the refusal at once, without sending a body", arguments: [("/nowhere", "404"), ("/echo", "413")])
    func refusedAtOnce(_ path: String, _ status: String) async throws {
        try await withSocket([echo()]) { socket in
            await socket.send("POST \(path) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n")
            #expect(await socket.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test("Another expectation is 417, and HTTP/1.0 has none")
    func otherExpectations() async throws {
        try await withSocket([echo()]) { socket in
            await socket.send(Self.head + "Expect: 200-ok\r\nContent-Length: 0\r\n\r\n")
            #expect(await socket.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 417 "))
        }
        try await withSocket([echo()]) { socket in
            await socket.send("POST /echo HTTP/1.0\r\nExpect: anything\r\nContent-Length: 2\r\n\r\nhi")
            #expect(await socket.readToEnd()?.contains(" 200 OK\r\n") == true)
        }
    }

    @Test("No Host field or two are 400", arguments: ["", "Host: a\r\nHost: a\r\n", "Host: a\r\nHost: b\r\n"])
    func hosts(_ fields: String) async throws {
        let counter = Counter()
        try await withSocket([echo(counter)]) { socket in
            await socket.send("POST /echo HTTP/1.1\r\n" + fields + "Content-Length: 2\r\n\r\nhi")
            let answer = await socket.read(until: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.lowercased().contains("x-content-type-options: nosniff"))
        }
        #expect(counter.count == 0)
    }

    @Test("An offer of another protocol is passed over, and the connection closes after the answer")
    func upgrades() async throws {
        try await withSocket([echo()]) { socket in
            await socket.send(Self.head + "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nhi")
            let answer = await socket.readToEnd()
            #expect(answer?.hasPrefix("HTTP/1.1 200 OK\r\n") == true && answer?.lowercased().contains("connection: close") == true)
        }
    }
}
