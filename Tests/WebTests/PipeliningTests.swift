import Foundation
import HTTPTypes
import Pipeline
import Screening
import Testing

@testable import Web

@Suite("Requests sent one behind the other")
struct PipeliningTests {
    private func answers(to text: String, _ routes: [Route], limits: ServerLimits = .patient) async throws -> String {
        try await withServer(routes, limits: limits) { server, _ in
            let socket = try await RawSocket.connect(server.port)
            defer { socket.end() }
            await socket.send(text)
            return try #require(await socket.readToEnd())
        }
    }

    private static func post(_ body: String, _ fields: String = "") -> String {
        "POST /echo HTTP/1.1\r\nhost: a\r\n\(fields)content-length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func bodies(_ text: String) -> [String] {
        text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) + " " + ($0.components(separatedBy: "\r\n\r\n").last ?? "") }
    }

    @Test("Each is answered in turn, and an upgrade, which nothing can follow, too")
    func upgrade() async throws {
        let counter = Counter()
        let offer = "connection: upgrade\r\nupgrade: websocket\r\n"
        let text = Self.post("one") + Self.post("two") + Self.post("three", offer) + Self.post("four")
        let all = try await answers(to: text, [echo(counter)])
        #expect(bodies(all) == ["200 one", "200 two", "200 three"])
        #expect(all.lowercased().components(separatedBy: "connection: close").count == 2)
        #expect(counter.count == 3)
    }

    @Test("What stands before something that is not HTTP is answered, then that is 400, and nothing behind it is carried out")
    func nonsense() async throws {
        let counter = Counter()
        let all = try await answers(to: Self.post("one") + "NONSENSE\r\n\r\n" + Self.post("two"), [echo(counter)])
        let found = bodies(all)
        #expect(found.count == 2 && found.first == "200 one" && found.last?.hasPrefix("400 {") == true, "\(all)")
        #expect(counter.count == 1)
    }

    @Test("A request whose body is not there yet does not end the connection for the one before it")
    func half() async throws {
        let counter = Counter()
        try await withServer([echo(counter)]) { server, _ in
            let socket = try await RawSocket.connect(server.port)
            await socket.send(Self.post("one") + "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nt")
            let first = await socket.read(until: "one")
            #expect(!first.lowercased().contains("connection: close"))
            await socket.send("wo")
            #expect(await socket.read(until: "two").hasPrefix("HTTP/1.1 200"))
            socket.end()
        }
        #expect(counter.count == 2)
    }

    @Test("Nothing is carried out behind an answer that says it is the last", arguments: ["connection: close\r\n", "Connection: Close, x\r\n"])
    func last(_ field: String) async throws {
        let counter = Counter()
        let all = try await answers(to: Self.post("one", field) + Self.post("two"), [echo(counter)])
        #expect(bodies(all) == ["200 one"] && all.lowercased().contains("connection: close"))
        #expect(counter.count == 1)
    }

    @Test("On a connection too many, one request is looked at")
    func refused() async throws {
        var limits = ServerLimits.patient
        limits.maxConnections = 0
        let counter = Counter()
        let health = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
        let routes = HealthRoutes.routes { .ready } + [echo(counter)]
        let vital = bodies(try await answers(to: health + Self.post("one") + health, routes, limits: limits))
        #expect(vital.count == 1 && vital[0].hasPrefix("200 "))
        let other = bodies(try await answers(to: Self.post("one") + health, routes, limits: limits))
        #expect(other.count == 1 && other[0].hasPrefix("503 "))
        #expect(counter.count == 0)
    }

    @Test(
        "A body in a transfer coding of another kind is refused, and neither it nor what follows is carried out",
        arguments: [
            ("HTTP/1.0", "transfer-encoding: chunked", "400"), ("HTTP/1.1", "transfer-encoding: gzip, chunked", "501"),
            ("HTTP/1.1", "transfer-encoding: chunked\r\ntransfer-encoding: chunked", "400"),
            ("HTTP/1.1", "transfer-encoding: chunked, chunked", "400"),
            ("HTTP/1.1", "transfer-encoding: gzip\r\ntransfer-encoding: chunked", "501"), ("HTTP/1.1", "transfer-encoding: chunked, gzip", "400"),
            ("HTTP/1.1", "transfer-encoding: identity", "501"), ("HTTP/1.1", "transfer-encoding: xchunked", "501"),
            ("HTTP/1.1", "transfer-encoding: chunked\r\ncontent-length: 3", "400"),
        ]
    )
    func codings(_ version: String, _ field: String, _ status: String) async throws {
        let counter = Counter()
        let text = "POST /echo \(version)\r\nhost: a\r\n\(field)\r\n\r\n3\r\none\r\n0\r\n\r\n" + Self.post("two")
        let found = bodies(try await answers(to: text, [echo(counter)]))
        #expect(found.count == 1 && found[0].hasPrefix(status + " {"), "\(found)")
        #expect(counter.count == 0)
    }

    @Test("chunked is read, however it is written")
    func chunked() async throws {
        let text = "POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding:  Chunked \r\n\r\n3\r\none\r\n0\r\n\r\n"
        #expect(bodies(try await answers(to: text, [echo()])) == ["200 one"])
    }
}
