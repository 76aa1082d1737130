import Screening
import Testing

@Suite("Text for terminals") struct PrintableTests {
    @Test(
        "What a terminal acts on is written out",
        arguments: [
            ("a\u{1B}[31mred", "a\\u{1B}[31mred"), ("\u{9B}2J", "\\u{9B}2J"), ("one\rtwo", "one\\u{D}two"), ("\u{202E}txt.exe", "\\u{202E}txt.exe"),
            ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"), ("bell\u{7}", "bell\\u{7}"), ("nul\0", "nul\\u{0}"), ("tag\u{E0041}", "tag\\u{E0041}"),
            ("line\u{2028}end", "line\\u{2028}end"), ("a\u{85}b", "a\\u{85}b"), ("\u{FEFF}x", "\\u{FEFF}x"), ("z\u{200B}w", "z\\u{200B}w"),
        ]
    ) func written(_ text: String, _ shown: String) {
        #expect(text.printable == shown)
        #expect(shown.printable == shown)
    }

    @Test("Everything else stays as it is", arguments: ["Ana Roe", "zwei\nZeilen\tTab", "Zoë \u{1F469}\u{200D}\u{1F680} 東京", "שלום", ""])
    func kept(_ text: String) {
        #expect(text.printable == text)
        #expect(text.printableJSON == text)
    }

    @Test("JSON keeps its meaning")
    func json() throws {
        let value: JSON = ["a": .string("x\u{1B}\u{9B}\u{202E}\u{E0041}y"), "b": 1]
        let text = value.string().printableJSON
        #expect(text.printable == text)
        #expect(try JSON(parsing: text) == value)
    }

    @Test("Errors hold no character that a terminal acts on, whatever they quote")
    func errors() {
        let hostile = "x\u{1B}]0;title\u{7}\u{202E}"
        let at = Timestamp(milliseconds: 0)
        let failure = RunFailure("script_error", hostile, path: hostile, expected: hostile, found: hostile, hint: hostile)
        for text in [
            failure.message, failure.path, failure.expected, failure.found, failure.hint, Problem(code: "c", message: hostile, at: at).message,
            ProblemDocument(400, "c", "t", hostile).detail,
        ] {
            #expect(text?.printable == text && text?.contains("\\u{1B}") == true)
        }
    }
}
