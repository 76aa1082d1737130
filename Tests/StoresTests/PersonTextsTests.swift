import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("What a person is named by in texts of many")
struct PersonTextsTests {
    private static let ana: Order = {
        var order = sampleOrder("ord_1", "application-101")
        order.candidate = Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+44 1632 960000", country: "GB")
        return order
    }()

    @Test(
        "Whole addresses and whole telephone numbers name them wherever they stand, however they are written",
        arguments: [
            "mail ANA@example.test, please", "ana%40example.test", "01632 960000", "call 2026-11-30 (01632) 960 000", "00441632960000",
            "ord_1 is late",
        ]
    )
    func named(_ text: String) { #expect(PersonTexts([Self.ana], identifiers: ["ord_1"]).stand(in: text)) }

    @Test(
        "Parts of others' addresses and numbers, names and external ids do not",
        arguments: ["joana@example.test", "ana@example.test.example", "9441632960000", "4416329600001", "960000", "Ana Roe", "application-101"]
    )
    func unnamed(_ text: String) { #expect(!PersonTexts([Self.ana], identifiers: ["ord_1"]).stand(in: text)) }

    @Test("On the order's own connection names and external ids do, but for short ones")
    func own() {
        let short = sampleOrder("ord_1", "101")
        let person = PersonTexts([Self.ana], own: [Self.ana])
        #expect(person.stand(in: "Roe, Ana") && person.stand(in: "of:application-101"))
        #expect(!PersonTexts([short], own: [short]).stand(in: .int(101)) && !PersonTexts([short], own: [short]).stand(in: "101"))
    }

    @Test(
        "In what people write, names are names where they are written so",
        arguments: ["Ana Roe rang", "of ROE, ANA:", "Ána Roe", "application-101", "at Ana Roe's request", "Ana Roe’s", "'Ana Roe'"]
    )
    func written(_ text: String) { #expect(PersonTexts(writtenOf: [Self.ana], addresses: [], identifiers: []).stand(in: text)) }

    @Test(
        "So are names with several first names, with apostrophes and hyphens, and of scripts without capitals",
        arguments: [
            ("Ana Maria", "Roe", "Ana Roe rang"), ("Ana Maria", "Roe", "Roe, Ana Maria"), ("Ana-Maria", "Roe", "for Ana Roe"),
            ("Ana", "O'Roe", "Ana O’Roe's request"), ("Ana", "d'Roe", "Ana d'Roe"), ("Jörg", "Roe", "Joerg Roe"), ("אנה", "רו", "אנה רו"),
            ("ანა", "როე", "ანა როე"), ("小明", "王", "请给王小明回电"), ("小明", "王", "小明 王"),
        ]
    )
    func written(first: String, last: String, text: String) {
        var order = Self.ana
        order.candidate = Candidate(firstName: first, lastName: last, email: "ana@example.test", country: "GB")
        #expect(PersonTexts(writtenOf: [order], addresses: [], identifiers: []).stand(in: text))
    }

    @Test("An order that does not open any more is named by its identifier")
    func unopened() {
        let person = PersonTexts(writtenOf: [], addresses: [], identifiers: ["ord_1"])
        #expect(person.stand(in: "ord_1 was asked about") && !person.stand(in: "Ana Roe rang"))
    }

    @Test("Words that are not do not", arguments: ["Ana rang", "roe, ana", "Ana roe", "Ana and Bo Roe", "Banana Roe"])
    func unwritten(_ text: String) { #expect(!PersonTexts(writtenOf: [Self.ana], addresses: [], identifiers: []).stand(in: text)) }

    @Test("A number that was only put where one is asked for names nobody", arguments: ["000000000", "1111111", "12345"])
    func noNumber(_ phone: String) { #expect(PhoneDigits(phone) == nil) }
}
