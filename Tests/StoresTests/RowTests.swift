import Screening
import Testing

@testable import Stores

@Suite("What rows are made of")
struct RowTests {
    private let codec: RowCodec
    private let place = AssociatedData(.events, "evt_1")

    init() throws { codec = try sampleCodec() }

    private func roundTrip(_ content: RowCodec.Content) throws -> RowCodec.Content {
        try RowOpener.atHand(codec).open(try codec.seal(content, at: place, under: codec.keys.general), at: place)
    }

    @Test("Opaque columns come back as they were")
    func opaqueColumnsComeBack() throws {
        let json: JSON = ["a": [1, 2.5, .null, true, "ü\u{1F600}\u{0}"], "b": ["c": [:]]]
        let raw = (0...255).map { UInt8($0) }
        let content = try roundTrip(RowCodec.Content(json: json, raw: raw))
        #expect(content.json == json)
        #expect(content.raw == raw)
    }

    @Test("Values that nest as deeply as allowed are read back")
    func deepValuesAreReadBack() throws {
        let deep = (0..<64).reduce(JSON.int(1)) { value, _ in .array([value]) }
        #expect(try roundTrip(RowCodec.Content(json: ["metadata": deep])).json["metadata"] == deep)
    }

    @Test("Bytes of another form are corrupt", arguments: [[], [1], [1, 0, 0, 0, 9, 123], [2, 0, 0, 0, 2, 123, 125]] as [[UInt8]])
    func otherFormsAreCorrupt(_ bytes: [UInt8]) {
        #expect(throws: StoreError.corrupt("a row of events: evt_1")) { try RowOpener.atHand(codec).open(bytes, at: place) }
    }

    @Test("Fingerprints tell texts, purposes and connections apart")
    func fingerprintsTellApart() {
        #expect(codec.blindIndex(.dedupe, "a", on: "acme") == codec.blindIndex(.dedupe, "a", on: "acme"))
        #expect(codec.blindIndex(.dedupe, "a", on: "acme") != codec.blindIndex(.dedupe, "b", on: "acme"))
        #expect(codec.blindIndex(.dedupe, "a", on: "acme") != codec.blindIndex(.externalID, "a", on: "acme"))
        #expect(codec.blindIndex(.dedupe, "a", on: "acme") != codec.blindIndex(.dedupe, "a", on: "other"))
    }

    @Test("Look-up keys are packed and unpacked")
    func lookupKeysArePacked() {
        let keys = [
            BlindIndexTerm(bits: .min), BlindIndexTerm(bits: -1), BlindIndexTerm(bits: 0), BlindIndexTerm(bits: 81), BlindIndexTerm(bits: .max),
        ]
        #expect([BlindIndexTerm](packed: keys.packed) == keys)
    }

    @Test("The same person shares no look-up key between two connections")
    func connectionsShareNoKey() {
        func keys(_ connection: String) -> Set<BlindIndexTerm> {
            Set(BlindIndexTerm.keys(of: sampleOrder("ord_1", "application-1", connection: connection), by: codec.index))
        }
        #expect(!keys("acme").isEmpty)
        #expect(keys("acme").isDisjoint(with: keys("other")))
    }

    @Test("Nothing is kept of beginnings shorter than four letters")
    func shortBeginningsAreNotKept() {
        let kept = Set(BlindIndexTerm.keys(of: sampleOrder("ord_1", "application-1"), by: codec.index))
        for text in ["a", "ap", "app"] { #expect(kept.isDisjoint(with: BlindIndexTerm.probes(for: text, on: "acme", by: codec.index)), "\(text)") }
        #expect(!kept.isDisjoint(with: BlindIndexTerm.probes(for: "appl", on: "acme", by: codec.index)))
        // Ids that count up have their words in common: a search for one of them reads none of the others.
        #expect(kept.isDisjoint(with: BlindIndexTerm.probes(for: "application-77777", on: "acme", by: codec.index)))
    }

    @Test(
        "Text is searched without case, marks and apostrophes",
        arguments: [("Žižek", "zizek"), ("O’Neill", "oneill"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("Łukasz Ørsted", "lukasz orsted")]
    )
    func textIsFolded(_ text: String, _ folded: String) { #expect(SearchText.folded(text) == folded) }

    @Test("A telephone number is searched by its digits, national or international")
    func phonesAreDigits() {
        #expect(SearchText.digits("+44 (0)1632 960000") == "441632960000")
        #expect(SearchText.digits("01632 960000") == "1632960000")
        #expect(SearchText.digits("Ana 1632") == nil)
        #expect(SearchText.digits("12") == nil)
    }
}
