import Screening
import Testing

@testable import ConfigurationFiles

@Suite("Patterns of settings") struct LinearPatternTests {
    @Test(
        "A pattern is found in what it describes",
        arguments: [
            ("^https?://", "http://x"), ("^[a-z0-9-]+$", "a-1"), ("^[A-Za-z]{2}$", "GB"), ("a|bc|", ""), ("^(?:ab|c){2,3}$", "abcab"), ("b", "abc"),
            ("^\\d{4}-\\d\\d$", "2026-11"), ("^[^,;]+$", "ana roe"), ("\\bpkg_\\w+\\b", "one pkg_1, two"), ("^\\u00e9.$", "\u{e9}x"),
            ("^a{,2}$", "a{,2}"),
            ("^[\\w.+-]+@[\\w-]+\\.test$", "ana+x@example.test"), ("^.*?$", "anything"), ("^(a*)*$", "aaaa"), ("^[a\\-z]+$", "a-z"),
            ("^[\\s\\S]*$", "a\nb"), ("^\\x41[\\d-]$", "A-"),
        ]
    ) func found(_ pattern: String, _ text: String) throws {
        #expect(try LinearPattern(pattern).isFound(in: text) == true)
    }

    @Test(
        "A pattern is not found in anything else",
        arguments: [
            ("^https?://", "ftp://x"), ("^[a-z0-9-]+$", "A"), ("^[A-Za-z]{2}$", "GBR"), ("^(?:ab|c){2,3}$", "ab"), ("^.$", "\n"), ("\\Bb", "b"),
            ("^[^,;]+$", "a,b"), ("^a$", "ba"), ("^\\D+$", "12"), ("^a{2,}$", "a"), ("^$", "x"),
        ]
    ) func notFound(_ pattern: String, _ text: String) throws {
        #expect(try LinearPattern(pattern).isFound(in: text) == false)
    }

    @Test(
        "A pattern that cannot be matched in linear time, or is none, is refused with the reason",
        arguments: [
            "(", "a)", "[a", "*a", "(?=a)", "(?<=a)b", "(a)\\1", "a++", "a**", "[z-a]", "a{3,1}", "\\q", "(a{1000}){1000}", "((){99999}){99999}",
        ]
    ) func refused(_ pattern: String) {
        #expect(throws: LinearPattern.Problem.self) { try LinearPattern(pattern) }
    }

    @Test(
        "A pattern that makes other matchers hang ends in a bounded number of steps",
        arguments: ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)!x"]
    ) func hostile(_ pattern: String) throws {
        #expect(try LinearPattern(pattern).isFound(in: String(repeating: "a", count: 4000) + "!") == false)
    }

    @Test("A class of characters has a bounded number of ranges, and what is compared counts each of them")
    func classes() throws {
        // Every other letter from U+4E00 on, so that no two are next to each other.
        func pattern(_ count: Int) -> String {
            "[" + String(String.UnicodeScalarView((0..<count).compactMap { Unicode.Scalar(0x4E00 + 2 * $0) })) + "]"
        }
        #expect(throws: LinearPattern.Problem.self) { try LinearPattern(pattern(LinearPattern.rangeLimit + 1)) }
        let most = try LinearPattern(pattern(LinearPattern.rangeLimit))
        #expect(most.cost == LinearPattern.rangeLimit + 1)
        #expect(most.isFound(in: "a\u{4E02}") == true && most.isFound(in: "\u{4E03}") == false)
        let text = String(repeating: "a", count: LinearPattern.longestText)
        #expect(try LinearPattern("(\(pattern(LinearPattern.rangeLimit))|a){200}").isFound(in: text) == nil)
        // What is next to each other is one range.
        #expect(try LinearPattern("[a-zbc\\s\\S]").cost == 2)
    }

    @Test("What would take too long to compare is a problem of the setting, never a long wait")
    func bounded() throws {
        #expect(try LinearPattern("^a+$").isFound(in: String(repeating: "a", count: 5000)) == nil)
        let schema = SettingsSchema(wellFormed: [
            "type": "object", "properties": ["list": ["type": "array", "items": ["type": "string", "pattern": "^([a-z]{0,400})+$"]]],
        ])
        let items = JSON.array(Array(repeating: .string(String(repeating: "a", count: 4000)), count: 200))
        let findings = schema.check(["list": items])
        #expect(findings.count > 100)
        #expect(findings.allSatisfy { $0.message.hasPrefix("is too long to be compared") })
    }
}
