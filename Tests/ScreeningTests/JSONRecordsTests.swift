import Screening
import ScreeningTesting
import Testing

@Suite("Records of a long list")
struct JSONRecordsTests {
    private static let paths = [".", "results", "data.items"]

    /// The id of a record by `id`, else by `meta.id`.
    @Sendable private static func id(_ record: JSON) -> String? { record["id"]?.identifier ?? record.at("meta.id")?.identifier }

    private func records(_ text: [UInt8], keepsFirst: Bool = false) throws -> JSON.Records? {
        try JSON.Records(received: text, at: Self.paths, by: ["id", "meta"], keepsFirst: keepsFirst, id: Self.id)
    }

    private func records(_ text: String, keepsFirst: Bool = false) throws -> JSON.Records? { try records(Array(text.utf8), keepsFirst: keepsFirst) }

    @Test("The record of an id is found and read whole, wherever the list stands")
    func found() throws {
        let list = #"[{"id":"a1","x":[1,{"y":"]}\""}]},{"n":null,"id":7},{"meta":{"id":"c3","k":[]},"name":"Ana"},{"name":"Roe"},"odd"]"#
        for text in [list, #"{"page":{"results":[]},"results":"# + list + "}", #"{"data":{"total":2,"items":"# + list + "}}", "\u{FEFF} " + list] {
            let found = try #require(try records(text))
            #expect(found.count == 5 && found.withoutID == 2)
            #expect(found["a1"]?.at("x.1.y") == "]}\"")
            #expect(found["7"]?["n"] == .null)
            #expect(found["c3"]?["name"] == "Ana")
            #expect(found["Ana"] == nil)
        }
    }

    @Test("Of several by one id the last counts, or the first")
    func several() throws {
        let text = #"[{"id":1,"n":"x"},{"id":"1","n":"y"}]"#
        #expect(try records(text)?["1"]?["n"] == "y")
        #expect(try records(text, keepsFirst: true)?["1"]?["n"] == "x")
    }

    @Test("Names are compared as text, and of a name given twice the last value stands")
    func names() throws {
        #expect(try records(#"[{"\u0069d":"a1"}]"#)?["a1"] != nil)
        #expect(try records(#"[{"id":"a1","id":"b2"}]"#)?["a1"] == nil)
        #expect(try records(#"{"results":[{"id":"a1"}],"results":[{"id":"b2"}]}"#)?["a1"] == nil)
        #expect(try records(#"{"results":[{"id":"a1"}],"results":null}"#) == nil)
        #expect(try records(#"{"data":{"items":[{"id":"a1"}]},"data":{}}"#) == nil)
        let kelvin = try JSON.Records(received: Array("[{\"\u{212A}\":\"a1\"}]".utf8), at: ["."], by: ["K"]) { $0["K"]?.identifier }
        #expect(kelvin?["a1"] != nil)
    }

    @Test("Nothing is found where no path leads to a list, or a path names an index")
    func notFound() throws {
        for text in ["{}", "7", #"{"results":{"id":"a1"}}"#, #"{"data":[]}"#] { #expect(try records(text) == nil, "\(text)") }
        #expect(try JSON.Records(received: Array("[[]]".utf8), at: ["0"], by: ["id"], id: Self.id) == nil)
        #expect(try JSON.Records(received: Array("[]".utf8), at: [], by: ["id"], id: Self.id) == nil)
    }

    @Test("A text is refused exactly where reading the whole of it is, and both find the same", arguments: 0..<40)
    func agrees(_ seed: Int) throws {
        let random = SeededRandom(UInt64(seed))
        let texts = [
            #"{"data":{"items":[{"id":"a1","s":"\ud83d\ude00\ud800\u0041\n","n":-1.5e3,"t":true},{"id":12,"l":[[],{},[{"a":null}]]},NaN]},"results":"x"}"#,
            #"[{"id":"a1","meta":{"id":"m"}},{"meta":{"id":4.0},"Ä":"\\\"ö"},{"id":1e2,"f":[0.5,-Infinity,false]},"text",[1,2],3]"#,
            #"{"results":[{"id":"a1"},{"id":""}],"results":[{"id":"b2","id":"c3"}],"data":7}"#,
        ]
        for text in texts {
            var bytes = Array(text.utf8)
            for _ in 0..<60 {
                let place = Int(random.fraction() * Double(bytes.count))
                switch Int(random.fraction() * 4) {
                case 0: bytes[place] = Array(#"{}[]",:\u0e-x"#.utf8)[Int(random.fraction() * 13)]
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(bytes[Int(random.fraction() * Double(bytes.count))], at: place)
                default: bytes[place] = UInt8(random.fraction() * 255)
                }
                try compare(bytes)
                if random.fraction() < 0.3 { bytes = Array(text.utf8) }
            }
        }
        for depth in [63, 64, 65] {
            try compare(Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8))
            try compare(Array(("[{\"x\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}]").utf8))
        }
    }

    private func compare(_ bytes: [UInt8]) throws {
        let whole = Result { try JSON(received: bytes) }
        let found = Result { try records(bytes) }
        let shown = String(decoding: bytes, as: UTF8.self)
        switch (whole, found) {
        case (.failure(let one as JSONError), .failure(let other as JSONError)): #expect(one == other, "\(shown)")
        case (.success(let body), .success(let records)):
            let list = Self.paths.lazy.compactMap { body.at($0)?.items }.first
            #expect((list == nil) == (records == nil), "\(shown)")
            #expect(list?.count == records?.count, "\(shown)")
            for record in list ?? [] {
                guard let id = Self.id(record) else { continue }
                #expect(records?[id] == list?.last { Self.id($0) == id }, "\(shown)")
            }
            #expect(records?.withoutID == list?.count { Self.id($0) == nil }, "\(shown)")
        default: Issue.record("one reads it and the other does not: \(shown)")
        }
    }
}
