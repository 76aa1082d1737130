import Screening
import ScreeningTesting
import Testing

@Suite("JSON")
struct JSONTests {
    private func text(_ json: JSON) -> String { String(decoding: json.bytes(), as: UTF8.self) }

    @Test("Integers stay exact, fractions stay fractions, members keep their order")
    func keeps() throws {
        for text in [
            "9223372036854775807", "-9223372036854775808", "999999999999999999", "-99999999999999999", "-1", "0", "[]", "{}", "[1,[2,[3]]]",
            #"{"b":1,"a":{"d":null,"c":true}}"#, #""é😀\u0001\"\\""#,
            "1.5",
        ] {
            #expect(self.text(try JSON(parsing: text)) == text)
        }
        #expect(try JSON(parsing: "1.0") == .double(1))
        #expect(try JSON(parsing: "1") == .int(1))
        #expect(try JSON(parsing: "1.0") != JSON(parsing: "1"))
        #expect(try JSON(parsing: text(.double(1))) == .double(1))
    }

    @Test(
        "What is not JSON is refused with a place",
        arguments: [
            "", " ", "[1,]", "{\"a\":1,}", "{a:1}", "01", "-", "1.", ".5", "1e", "+1", "nul", "[1 2]", "[1]x", "\"a", "\"\u{1}\"", #""\x""#,
            #""\u12g4""#,
            #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #"{"a":1,"a":2}"#, "9223372036854775808", "1e999", "NaN", "\u{FEFF}1", "[", "{\"a\"",
            "{\"a\":",
        ]
    )
    func refuses(_ text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
    }

    @Test("Bytes that are not UTF-8, and nesting too deep, are refused")
    func limits() throws {
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
        func nested(_ depth: Int) -> [UInt8] { Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8) }
        _ = try JSON(parsing: nested(64))
        #expect(throws: JSONError.self) { try JSON(parsing: nested(65)) }
        _ = try JSON(parsing: Array(#"[[],[],{"a":[]},{"b":{}}]"#.utf8), depth: 3)
        #expect(throws: JSONError.self) { try JSON(parsing: nested(100_000)) }
    }

    @Test("What is written is read back the same, for any value")
    func roundTrip() throws {
        let random = SeededRandom(7)
        for _ in 0..<500 {
            let value = anyJSON(random, depth: 4)
            #expect(try JSON(parsing: value.bytes()) == value)
        }
    }

    @Test("No bytes make the parser crash or loop")
    func noise() {
        let random = SeededRandom(11)
        let alphabet = Array(#"{}[]",:\u0e-+.truefalsn 1"#.utf8) + [0xC3, 0xA9, 0xFF, 0x00]
        for _ in 0..<3000 {
            let bytes = (0..<random.number(in: 0..<30)).compactMap { _ in random.element(of: alphabet) }
            _ = try? JSON(parsing: bytes)
        }
    }

    @Test("Members are equal in whatever order; paths lead through objects and lists")
    func access() {
        #expect(JSON.object(.init([("a", 1), ("b", 2)])) == .object(.init([("b", 2), ("a", 1)])))
        #expect(Set<JSON>([["a": 1, "b": 2], ["b": 2, "a": 1]]).count == 1)
        let json: JSON = ["data": ["items": [["id": 7], ["id": "x"]]]]
        #expect(json.at("data.items.1.id") == "x")
        #expect(json.at("data.items.2.id") == nil)
        #expect(json.at("data.items.-1") == nil)
        #expect(json.at(".") == json)
        #expect(json.at("data.items.0.id")?.identifier == "7")
        #expect(JSON.string("").identifier == nil)
        var changed = json
        changed["new"] = true
        changed["data"] = nil
        #expect(changed == ["new": true])
    }

    @Test("What is set at a path is found there, and nothing else changes")
    func setAtPath() {
        var json: JSON = ["data": ["items": [["id": 7], ["id": "x"]]], "text": "kept"]
        json.set("y", at: "data.items.1.id")
        #expect(json == ["data": ["items": [["id": 7], ["id": "y"]]], "text": "kept"])
        json.set(true, at: "new.flags.on")
        #expect(json.at("new.flags") == ["on": true] && json.at("data.items.0.id") == 7)
        json.set(1, at: "text.length")
        #expect(json["text"] == ["length": 1])
        json.set(2, at: "data.items.2")
        #expect(json.at("data.items") == ["2": 2])
        json.set(3, at: ".")
        #expect(json == 3)
    }

    private func anyJSON(_ random: SeededRandom, depth: Int) -> JSON {
        switch random.number(in: 0..<(depth > 0 ? 7 : 5)) {
        case 0: return random.element(of: [.null, true, false]) ?? .null
        case 1: return .int(Int64(bitPattern: random.next()))
        case 2:
            let double = Double(bitPattern: random.next())
            return .double(double.isFinite ? double : 0.5)
        case 3, 4: return .string(anyText(random))
        case 5: return .array((0..<random.number(in: 0..<5)).map { _ in anyJSON(random, depth: depth - 1) })
        default: return .object(.init((0..<random.number(in: 0..<5)).map { ("\($0)" + anyText(random), anyJSON(random, depth: depth - 1)) }))
        }
    }

    private func anyText(_ random: SeededRandom) -> String {
        let scalars = (0..<random.number(in: 0..<8)).compactMap { _ in Unicode.Scalar(UInt32(random.number(in: 0..<0x3000))) }
        return String(String.UnicodeScalarView(scalars)) + (random.element(of: ["", "😀", "\"", "\\", "\u{0}", "\u{2028}"]) ?? "")
    }
}
