import FairleadTools
import Testing

@Suite("Captured requests") struct CapturedRequestTests {
    private static func read(_ text: String) -> CapturedRequest { CapturedRequest(Array(text.utf8)) }
    private static let body = #"{"id":7}"#

    @Test("A request is read with CRLF or LF, with or without HTTP/1.1, as curl -v prints it, and as a browser copies it")
    func writings() {
        let head = ["POST /ats/acme/hmac?a=1&b=%20x HTTP/1.1", "Host: example.test", "X-Signature: abc", "X-Twice: 1", "x-twice: 2"]
        let texts = [
            head.joined(separator: "\r\n") + "\r\n\r\n" + Self.body, head.joined(separator: "\n") + "\n\n" + Self.body,
            (["POST /ats/acme/hmac?a=1&b=%20x"] + head.dropFirst()).joined(separator: "\n") + "\n\n" + Self.body,
            (["POST https://example.test/ats/acme/hmac?a=1&b=%20x"] + head.dropFirst()).joined(separator: "\n") + "\n\n" + Self.body,
            (["\u{FEFF}" + head[0]] + head.dropFirst()).joined(separator: "\n") + "\n\n" + Self.body,
            "* Connected to example.test\n" + head.map { "> " + $0 }.joined(separator: "\n") + "\n>\n" + Self.body
                + "\n< HTTP/1.1 401 Unauthorized\n< \n",
            ([":method: POST", ":path: /ats/acme/hmac?a=1&b=%20x"] + head.dropFirst()).joined(separator: "\n") + "\n\n" + Self.body,
        ]
        for text in texts {
            let request = Self.read(text)
            #expect(request.method == "POST" && request.path == "/ats/acme/hmac", "\(text)")
            #expect(request.query == ["a": "1", "b": " x"], "\(text)")
            #expect(request.headers["x-signature"] == "abc" && request.headers["x-twice"] == "1, 2", "\(text)")
            #expect(String(decoding: request.body, as: UTF8.self) == Self.body, "\(text)")
            #expect(request.address(under: "ats")?.name == "acme" && request.address(under: "ats")?.rest == "/hmac", "\(text)")
        }
    }

    @Test("A body alone, headers alone and a folded header are read; bytes of a body stay")
    func parts() {
        let bare = Self.read("\n {\"id\":7}\n")
        #expect(bare.isBare && bare.body == Array("\n {\"id\":7}\n".utf8))
        let headers = Self.read("X-Signature: abc\nX-Long: one\n two\n\nbody\r\n\n")
        #expect(headers.target == nil && headers.headers["x-long"] == "one two" && headers.body == Array("body\r\n\n".utf8))
        let bytes = CapturedRequest(Array("POST /x HTTP/1.1\n\n".utf8) + [0, 255, 10, 13])
        #expect(bytes.body == [0, 255, 10, 13])
    }

    @Test("Content-Length ends the body as it does for a host, and chunks are put together")
    func lengths() {
        let longer = Self.read("POST /x HTTP/1.1\nContent-Length: 8\n\n\(Self.body)\n")
        #expect(longer.body == Array(Self.body.utf8) && longer.notes.contains { $0.contains("left out") })
        let shorter = Self.read("POST /x HTTP/1.1\nContent-Length: 80\n\n\(Self.body)")
        #expect(shorter.body == Array(Self.body.utf8) && shorter.notes.contains { $0.contains("not captured whole") })
        let chunked = Self.read("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"i\r\n5\r\nd\":7}\r\n0\r\n\r\n")
        #expect(chunked.body == Array(Self.body.utf8))
        let joined = Self.read("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{\"id\":7}")
        #expect(joined.body == Array(Self.body.utf8))
    }
}
