import ConfigurationFiles
import Foundation
import Screening
import Testing

@Suite("YAML with places")
struct LocatedYAMLTests {
    @Test("Values keep what they say")
    func values() throws {
        let yaml = try LocatedYAML(
            text: """
                words: [yes, no, on, off, True, false, ~, null, "null", 'true']
                numbers: [0, -7, 1.5, 1e3, 9223372036854775807]
                texts: [0123, +441632960000, 1_000, 0x1F, 12:30, 2026-03-01, 1.0.0, .5, 15m, "7", !!str 7]
                block: |
                  two
                  lines
                empty:
                """,
            file: "x.yaml"
        )
        #expect(yaml.json["words"] == ["yes", "no", "on", "off", true, false, JSON.null, JSON.null, "null", "true"])
        #expect(yaml.json["numbers"] == [0, -7, 1.5, 1000.0, 9_223_372_036_854_775_807])
        #expect(yaml.json["texts"] == ["0123", "+441632960000", "1_000", "0x1F", "12:30", "2026-03-01", "1.0.0", ".5", "15m", "7", "7"])
        #expect(yaml.json["block"] == "two\nlines\n")
        #expect(yaml.json["empty"] == .null)
        #expect(yaml.json.members?.pairs.map(\.name) == ["words", "numbers", "texts", "block", "empty"])
        #expect(try LocatedYAML(text: "# nothing\n", file: "x.yaml").json == [:])
    }

    @Test("Every key and item has its line")
    func lines() throws {
        let yaml = try LocatedYAML(text: "a:\n  b:\n    - x\n    - y: 1\nc: 2\n", file: "x.yaml")
        #expect(yaml.line(of: ["a"]) == 1)
        #expect(yaml.line(of: ["a", "b"]) == 2)
        #expect(yaml.line(of: ["a", "b", "1"]) == 4)
        #expect(yaml.line(of: ["a", "b", "1", "y"]) == 4)
        #expect(yaml.line(of: ["c"]) == 5)
        #expect(yaml.line(of: ["d"]) == nil)
        #expect(yaml.problem(at: ["a", "b", "9", "z"], "is missing").line == 2)
    }

    @Test("Anchors and aliases work")
    func aliases() throws {
        #expect(try LocatedYAML(text: "a: &x { k: 1 }\nb: *x\n", file: "x.yaml").json == ["a": ["k": 1], "b": ["k": 1]])
    }

    static func problem(_ text: String) -> ConfigurationProblem? {
        do {
            _ = try LocatedYAML(text: text, file: "x.yaml")
            return nil
        } catch {
            return error.problems.first
        }
    }

    @Test("What is no YAML is named with its line and without its text")
    func problems() {
        let twice = Self.problem("a: 1\nb:\n  c: secret-value\n  c: 2\n")
        #expect(twice?.path == "c" && twice?.line == 3 && twice?.message == "the key stands twice")
        #expect(Self.problem("1: a\n\"1\": b\n") != nil)
        #expect(Self.problem("a: [1, 2\nb: secret-value\n")?.message.hasPrefix("not YAML") == true)
        #expect(Self.problem("a: *nowhere\n")?.line == 1)
        #expect(Self.problem("a: 1\n---\nb: 2\n") != nil)
        #expect(Self.problem("? [a]\n: 1\n")?.message == "a key must be text")
        #expect(Self.problem("\ta: 1") != nil)
        let laughs =
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "bcdefg".map { "\($0): &\($0) [" + Array(repeating: "*\(before($0))", count: 10).joined(separator: ",") + "]\n" }.joined()
        #expect(Self.problem(laughs)?.message == "the document is too large or nested too deeply")
        for text in ["a: 1\na: secret-value\n", "a: {secret-value: [\n", "a: \"secret-value\n"] {
            #expect(Self.problem(text).map { !$0.description.contains("secret-value") } == true)
        }
    }

    private func before(_ letter: Character) -> Character { Character(UnicodeScalar((letter.asciiValue ?? 98) - 1)) }

    @Test("A problem is written with file, line, path and hint")
    func problemText() {
        let problem = ConfigurationProblem(file: "f.yaml", line: 12, path: "a.b", message: "unknown key", hint: "Did you mean c?")
        #expect(problem.description == "f.yaml:12: a.b: unknown key. Did you mean c?")
        #expect(problem.json == ["file": "f.yaml", "line": 12, "path": "a.b", "message": "unknown key", "hint": "Did you mean c?"])
    }

    @Test("A problem's file is named from the present folder where it lies in it")
    func fromHere() {
        let present = FileManager.default.currentDirectoryPath
        #expect(ConfigurationProblem(file: present + "/plugins/a.yaml", line: 2, message: "m").fromHere.description == "plugins/a.yaml:2: m")
        #expect(ConfigurationProblem(file: "/elsewhere/a.yaml", message: "m").fromHere.file == "/elsewhere/a.yaml")
        #expect(ConfigurationProblem(file: present + "-other/a.yaml", message: "m").fromHere.file == present + "-other/a.yaml")
    }

    @Test("Aliases of a long text are refused once they make the document too large")
    func aliasesOfLongTexts() {
        let text = "a: &a \(String(repeating: "x", count: 100_000))\nlist: [\(Array(repeating: "*a", count: 90_000).joined(separator: ", "))]\n"
        #expect(throws: ConfigurationProblems.self) { try LocatedYAML(text: text, file: "x.yaml") }
    }

    @Test("Aliases of aliases are refused, as values and as keys")
    func aliasesOfAliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<30 { text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n" }
        #expect(throws: ConfigurationProblems.self) { try LocatedYAML(text: text, file: "x.yaml") }
        #expect(throws: ConfigurationProblems.self) { try LocatedYAML(text: text + "? *a29\n: 1\n", file: "x.yaml") }
    }
}
