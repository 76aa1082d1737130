import Screening
import ScreeningTesting
import Testing

@Suite("JSON from outside")
struct ReceivedJSONTests {
    private func read(_ text: String) throws -> JSON { try JSON(received: Array(text.utf8)) }

    @Test("A byte order mark, equal names, halves of characters, control characters and words that JSON lacks are read")
    func lenient() throws {
        #expect(try read("\u{FEFF}{\"a\":1}") == ["a": 1])
        #expect(try read(#"{"a":1,"b":2,"a":{"c":3}}"#) == ["a": ["c": 3], "b": 2])
        #expect(try read(#"["\ud83d","\udc00x","\ud800\u0041","\ud83d\ude00"]"#) == ["\u{FFFD}", "\u{FFFD}x", "\u{FFFD}A", "😀"])
        #expect(try read("[\"a\nb\t\u{1}\"]") == ["a\nb\t\u{1}"])
        #expect(try read("[NaN,-Infinity,Infinity]") == [.null, .null, .null])
        #expect(try JSON(received: [0x5B, 0x22, 0x4A, 0xE9, 0x22, 0x5D]) == ["J\u{FFFD}"])
    }

    @Test(
        "A whole number has one value and one text, however it is written",
        arguments: ["4101", "4101.0", "4.101e3", "41010e-1", "4101.000E+0", "0.4101e4", "4101000000000000000000e-18"]
    )
    func wholeNumbers(_ text: String) throws {
        #expect(try read(text) == 4101)
        #expect(try read(text).identifier == "4101")
        #expect(try JSON(calling: Array(text.utf8)) == 4101)
    }

    @Test("Whole numbers beyond a double's 53 bits and beyond 64 bits stay exact")
    func largeNumbers() throws {
        for text in ["9007199254740993", "9007199254740993.0", "9.007199254740993e15"] { #expect(try read(text) == .int(9_007_199_254_740_993)) }
        for text in ["12345678901234567890", "12345678901234567890.00", "1.2345678901234567890E19"] {
            #expect(try read(text) == "12345678901234567890")
            #expect(try JSON(calling: Array(text.utf8)) == "12345678901234567890")
        }
        #expect(try read("-9223372036854775808.0") == .int(.min))
        #expect(try read(String(repeating: "7", count: 5000)) == .string(String(repeating: "7", count: 5000)))
        #expect(try read("-0.0") == 0)
        #expect(try read("0e99999999999999999999") == 0)
    }

    @Test("What is not whole or not finite is no identifier")
    func noIdentifiers() throws {
        for text in ["4101.5", "1e-1", "1e300", "9007199254740993.5", "true", "null", "[]", "{}", #""""#] {
            #expect(try read(text).identifier == nil, "\(text)")
        }
        #expect(JSON.double(.infinity).identifier == nil && JSON.double(.nan).identifier == nil && JSON.double(1e17).identifier == nil)
        #expect(JSON.double(4101).identifier == "4101" && JSON.double(-0.0).identifier == "0")
        #expect(try read("1e400") == "1e400")
    }

    @Test(
        "What has no one meaning is refused with its place",
        arguments: [("", 0), ("{", 1), ("[1,]", 3), ("{a:1}", 1), ("[1]x", 3), ("\"a", 2), (#"["\x"]"#, 4), ("01", 2), ("\u{FEFF}", 3), ("nul", 0)]
    )
    func refuses(_ text: String, _ place: Int) throws {
        let error = #expect(throws: JSONError.self) { try read(text) }
        #expect(error?.offset == place)
    }

    @Test("What callers of the API send stays strict in everything but whole numbers")
    func calls() {
        for text in [#"{"a":1,"a":2}"#, #""\ud800""#, "NaN", "\u{FEFF}1", "1e400"] {
            #expect(throws: JSONError.self) { try JSON(calling: Array(text.utf8)) }
        }
    }

    @Test("No bytes make the reader crash or loop, and what is written is read back the same")
    func noise() throws {
        let random = SeededRandom(13)
        let alphabet = Array(#"{}[]",:\u0dD8e-+.truefalsnNIy 1"#.utf8) + [0xC3, 0xA9, 0xFF, 0x00, 0xEF, 0xBB, 0xBF, 0x0A]
        for _ in 0..<4000 {
            let bytes = (0..<random.number(in: 0..<40)).compactMap { _ in random.element(of: alphabet) }
            guard let value = try? JSON(received: bytes) else { continue }
            #expect(try JSON(received: value.bytes()) == value)
        }
    }
}
