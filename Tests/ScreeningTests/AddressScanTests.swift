import Screening
import Testing

@testable import Screening

@Suite("Finding e-mail addresses in what was received")
struct AddressScanTests {
    private static let address = "ana@example.test"

    @Test(
        "An address is found however it is written",
        arguments: [
            #"{"email": "Ana@Example.test"}"#, "email=ana%40example.test&name=Ana", #"{"payload": "{\"email\": \"ana@example.test\"}"}"#,
            #"{"email": "ana\u0040example.test"}"#, "<a href='mailto:ana&#64;example.test'>", "ana&#x40;example.test", "Ana Roe <ana@example.test>.",
            #"{"data": "eyJlbWFpbCI6ICJhbmFAZXhhbXBsZS50ZXN0In0="}"#, #"{"data": "eyJlbWFpbCI6ICJhbmFAZXhhbXBsZS50ZXN0In0\u003d"}"#,
            "token=eyJhbGciOiJub25lIn0.eyJlbWFpbCI6ImFuYUBleGFtcGxlLnRlc3QifQ.c2ln", "ana%2540example.test",
        ]
    )
    func written(_ text: String) { #expect(AddressScan.addresses(in: text) == [Self.address]) }

    @Test("It is found in the body, the path, the query's names and values, and the header fields")
    func places() {
        func request(_ path: String = "/", query: [String: String] = [:], headers: [String: String] = [:], _ body: String = "") -> ReceivedRequest {
            ReceivedRequest(method: "POST", path: path, query: query, headers: headers, body: Array(body.utf8))
        }
        let requests = [
            request("/candidates/ana%40example.test"), request(query: ["email": "ana@example.test"]), request(query: ["ana@example.test": ""]),
            request(headers: ["x-candidate": "Ana <ana@example.test>"]), request("/", "ana@example.test"),
        ]
        for request in requests { #expect(AddressScan.addresses(in: request) == [Self.address]) }
    }

    @Test("A sign that is written as two is the same; a part of an address, and one with something added, is another's")
    func folding() {
        #expect(AddressScan.folded("Jos\u{65}\u{301}@example.test") == AddressScan.folded("jos\u{E9}@example.test"))
        #expect(Array(AddressScan.folded("jos\u{65}\u{301}@example.test").utf8) == Array("jos\u{E9}@example.test".utf8))
        #expect(AddressScan.addresses(in: "ana+jobs@example.test") == ["ana+jobs@example.test"])
    }

    @Test("Where there are more addresses than are kept, it says that these are not all")
    func many() {
        func body(_ count: Int) -> ReceivedRequest {
            ReceivedRequest(method: "POST", path: "/", body: Array((0..<count).map { "a\($0)@example.test" }.joined(separator: " ").utf8))
        }
        #expect(AddressScan.find(in: body(AddressScan.limit)).isWhole)
        let found = AddressScan.find(in: body(AddressScan.limit + 1))
        #expect(!found.isWhole && found.addresses.count == AddressScan.limit)
        #expect(AddressScan.find(in: body(AddressScan.limit + 1), limit: .max).isWhole)
    }

    @Test(
        "What is no address is none, however long",
        arguments: ["a@a", "a@", "@example.test", "a@.", String(repeating: "a@", count: 50_000), String(repeating: "@", count: 100_000)]
    )
    func none(_ text: String) { #expect(AddressScan.addresses(in: text).isEmpty) }
}
