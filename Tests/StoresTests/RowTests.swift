import Screening
import Testing

@testable import Stores

@Suite("What rows are made of")
struct RowTests {
    private let codec = RowCodec(sealer: PlainSealer(), index: .none)
    private let place = SealedPlace(.events, "evt_1")

    @Test func opaqueColumnsComeBackAsTheyWere() throws {
        let json: JSON = ["a": [1, 2.5, .null, true, "ü\u{1F600}\u{0}"], "b": ["c": [:]]]
        let raw = (0...255).map { UInt8($0) }
        let content = try codec.open(try codec.seal(RowCodec.Content(json: json, raw: raw), at: place), at: place)
        #expect(content.json == json)
        #expect(content.raw == raw)
    }

    @Test func valuesThatNestAsDeeplyAsAllowedAreReadBack() throws {
        let deep = (0..<64).reduce(JSON.int(1)) { value, _ in .array([value]) }
        let content = try codec.open(try codec.seal(RowCodec.Content(json: ["metadata": deep]), at: place), at: place)
        #expect(content.json["metadata"] == deep)
    }

    @Test(arguments: [[], [1], [1, 0, 0, 0, 9, 123], [2, 0, 0, 0, 2, 123, 125], [1, 0, 0, 0, 2, 123, 123]] as [[UInt8]])
    func bytesOfAnotherFormAreCorrupt(_ bytes: [UInt8]) {
        #expect(throws: StoreError.corrupt("a row of events: evt_1")) { try codec.open(bytes, at: place) }
    }

    @Test func fingerprintsTellTextsAndPurposesApart() {
        #expect(codec.fingerprint(.dedupe, "a", "bc") != codec.fingerprint(.dedupe, "ab", "c"))
        #expect(codec.fingerprint(.dedupe, "a") != codec.fingerprint(.externalID, "a"))
        #expect(codec.fingerprint(.dedupe, "a") == codec.fingerprint(.dedupe, "a"))
    }

    @Test func lookupKeysArePackedAndUnpacked() {
        let keys = [LookupKey(bits: .min), LookupKey(bits: -1), LookupKey(bits: 0), LookupKey(bits: 81), LookupKey(bits: .max)]
        #expect([LookupKey](packed: keys.packed) == keys)
    }
}
