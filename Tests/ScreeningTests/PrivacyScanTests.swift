import Screening
import Testing

@Suite("What in a line may be somebody") struct PrivacyScanTests {
    @Test(
        "A first and a last name are looked for as a pair, however they are written",
        arguments: [
            "told Ana Roe of it", "ANA ROE", "ana+roe", "ana%20roe", "Ana%2520Roe", #"{"first_name":"Ana","last_name":"Roe"}"#,
            "first_name=Ana&last_name=Roe", "QW5hIFJvZQ==", "x=QW5hIFJvZQ&y", "<b>Ana</b> <i>Roe</i>", "Ana B. Roe", #"Ana\u0020Roe"#, "An&#97; Roe",
        ]
    )
    func names(_ line: String) {
        #expect(PrivacyScan.texts(in: line).contains { $0.lowercased() == "ana roe" }, "\(PrivacyScan.texts(in: line).sorted())")
    }

    @Test("Words far from one another are no name, and a name with a number in it is one") func apart() {
        #expect(!PrivacyScan.texts(in: "Ana wrote to us again that Bo Roe came").contains("Ana Roe"))
        #expect(!PrivacyScan.texts(in: "ana was with roe").contains("ana roe"))
        #expect(PrivacyScan.texts(in: "told Ana Roe12").contains("Ana Roe12"))
    }

    @Test(
        "Telephone numbers are looked for however they are grouped",
        arguments: ["+44 1632 960000", "call 2026-11-30 (01632) 960 000 now", "01632-960-000", "tel:+441632960000", "+44%201632%20960000"]
    )
    func phones(_ line: String) {
        let texts = PrivacyScan.texts(in: line)
        #expect(texts.contains { $0.filter(\.isNumber).hasSuffix("1632960000") && $0.count <= 15 }, "\(texts)")
    }

    @Test("A long line is looked through to its end, whatever stands before") func long() {
        let names = (0..<5000).map { "Ana\($0) Eva\($0)" }.joined(separator: " ")
        let digits = Array(repeating: "1 2 3 4 5", count: 10).joined(separator: " ")
        let texts = PrivacyScan.texts(in: "\(names) \(digits) 01632 960111 tel:+441632960000 Bo Roe application-101 QW5hIFJvZQ==")
        for text in ["Ana4999 Eva4999", "Ana0 Eva0", "441632960000", "01632960111", "Bo Roe", "application-101", "Ana Roe"] {
            #expect(texts.contains(text), "\(text)")
        }
    }

    @Test("What stands where a line is cut is found as well", arguments: [0, 1, 7, 500, 999]) func cut(_ shift: Int) {
        let line = String(repeating: "-", count: 3000 + shift) + " Ana Roe " + String(repeating: "é", count: 9000)
        #expect(PrivacyScan.texts(in: line).contains("Ana Roe"))
        #expect(PrivacyScan.stretches(of: line, 4000).contains { $0.contains("Ana Roe") })
    }

    @Test("A line that is made to be long yields no more than its own pairs") func bounded() {
        let line = (0..<20_000).map { "Ana\($0) Roe" }.joined(separator: " ")
        #expect(PrivacyScan.texts(in: line).count < 200_000)
    }
}
