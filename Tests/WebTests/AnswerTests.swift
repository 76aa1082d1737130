import HTTPTypes
import Screening
import Testing

@testable import Web

@Suite("Answers of others")
struct AnswerTests {
    private func exchange(_ answer: [UInt8], limit: Int = 10_000) async throws -> (asked: String, result: Result<WireResponse, any Error>) {
        let heads = Heads()
        let server = try RawServer { socket in
            await heads.add(socket.read(until: "\r\n\r\n"))
            await socket.send(bytes: answer)
        }
        let guardian = AddressGuard(allow: { _ in true }, resolve: AddressGuard.system)
        let transport = HTTPTransport(maximumResponse: limit, connectTimeout: .seconds(30), guardian: guardian)
        let request = WireRequest(.get, "http://127.0.0.1:\(server.port)/", headers: [.acceptEncoding: "br"])
        let result: Result<WireResponse, any Error>
        do { result = .success(try await transport.send(request)) } catch { result = .failure(error) }
        await transport.shutdown()
        server.stop()
        return (await heads.all.joined(), result)
    }

    private actor Heads {
        var all: [String] = []
        func add(_ head: String) { all.append(head) }
    }

    private static let coded = [UInt8](base64: "H4sIAAAAAAACA6tWykvMTVWyUnLMS1QIyk9V0lEqSa0oAQokJlEXKtUCACm8Ny9sAAAA")!
    private static func answer(_ coding: String, _ body: [UInt8]) -> [UInt8] {
        Array("HTTP/1.1 200 OK\r\ncontent-encoding: \(coding)\r\ncontent-length: \(body.count)\r\n\r\n".utf8) + body
    }

    @Test("We say which codings we take, whatever a script asks for, and read them")
    func codedAnswer() async throws {
        let (asked, result) = try await exchange(Self.answer("gzip", Self.coded))
        #expect(asked.lowercased().contains("accept-encoding: gzip, deflate\r\n") && !asked.contains("br"))
        let response = try result.get()
        #expect(response.json?["name"] == "Ana Roe" && response.headers[.contentEncoding] == nil)
    }

    @Test("A coded answer that cannot be read is an answer all the same, without a readable body")
    func unreadable() async throws {
        for (coding, body) in [("gzip", Array("{}".utf8)), ("br", Self.coded)] {
            let response = try await exchange(Self.answer(coding, body)).result.get()
            #expect(response.status == 200 && response.json == nil && response.body == body)
        }
    }

    @Test("What expands beyond the limit is too large")
    func tooLarge() async throws {
        let error = await #expect(throws: TransportError.self) { try await exchange(Self.answer("gzip", Self.coded), limit: 90).result.get() }
        #expect(error?.kind == .tooLarge)
    }

    @Test("A host that sends interim answers without end, or a body byte by byte, is broken off", arguments: [true, false])
    func trickles(_ interim: Bool) async throws {
        let pieces =
            interim
            ? String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 500)
            : "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + String(repeating: "1\r\nx\r\n", count: 30_000)
        let error = await #expect(throws: TransportError.self) { try await exchange(Array(pieces.utf8), limit: 1 << 20).result.get() }
        #expect(error?.kind == .broken)
    }
}
