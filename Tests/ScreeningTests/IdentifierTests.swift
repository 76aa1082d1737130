import Screening
import ScreeningTesting
import Testing

@Suite("Identifiers and randomness")
struct IdentifierTests {
    @Test("An identifier has its kind's prefix and 26 characters, and sorts by age")
    func shape() {
        let random = SeededRandom(5)
        var former = ""
        for step in 0..<300 {
            let id = IdentifierKind.order.make(at: Timestamp(milliseconds: 1_772_357_400_000 + Int64(step)), from: random)
            #expect(id.hasPrefix("ord_"))
            #expect(id.utf8.count == 30)
            #expect(id > former)
            former = id
        }
        #expect(IdentifierKind.event.make(at: Timestamp(milliseconds: 0), from: random).hasPrefix("evt_"))
        #expect(IdentifierKind.run.make(at: Timestamp(milliseconds: 0), from: random).hasPrefix("run_"))
    }

    @Test("Two made in the same millisecond differ")
    func unique() {
        let timestamp = Timestamp(milliseconds: 1_772_357_400_000)
        let made = Set((0..<2000).map { _ in IdentifierKind.event.make(at: timestamp, from: SystemRandom()) })
        #expect(made.count == 2000)
    }

    @Test("Tokens are 43 characters that need no escaping in a URL")
    func tokens() {
        let tokens = Set((0..<200).map { _ in SystemRandom().token() })
        #expect(tokens.count == 200)
        let isPlain = tokens.allSatisfy { token in
            token.utf8.count == 43 && token.allSatisfy { ($0.isASCII && ($0.isLetter || $0.isNumber)) || $0 == "-" || $0 == "_" }
        }
        #expect(isPlain)
    }

    @Test("A seed repeats its bytes; fractions stay below one")
    func seeded() {
        #expect(SeededRandom(9).bytes(33) == SeededRandom(9).bytes(33))
        #expect(SeededRandom(9).bytes(33) != SeededRandom(10).bytes(33))
        let random = SeededRandom(1)
        for _ in 0..<1000 { #expect((0..<1).contains(random.fraction())) }
    }

    @Test("Hexadecimal and base64 are read back, and nonsense is not read")
    func encodings() {
        let random = SeededRandom(2)
        for count in 0..<40 {
            let bytes = random.bytes(count)
            #expect([UInt8](hex: bytes.hex) == bytes)
            #expect([UInt8](hex: bytes.hex.uppercased()) == bytes)
            #expect([UInt8](base64: bytes.base64) == bytes)
            #expect([UInt8](base64: bytes.base64URL) == bytes)
        }
        for text in ["a", "zz", "0x00", "é0"] { #expect([UInt8](hex: text) == nil) }
        #expect([UInt8](base64: "!!!!") == nil)
    }
}
