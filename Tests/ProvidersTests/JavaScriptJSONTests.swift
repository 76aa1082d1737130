import Foundation
import Screening
import ScreeningTesting
import Testing

@testable import Providers

@Suite("JSON as JavaScript writes it")
struct JavaScriptJSONTests {
    @Test("Known peculiarities")
    func known() {
        let pairs = [
            (#"{"b":1,"a":2,"10":3,"9":4,"01":5,"-1":6}"#, #"{"9":4,"10":3,"b":1,"a":2,"01":5,"-1":6}"#),
            (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#), (#"{"__proto__":{"x":1},"y":2}"#, #"{"__proto__":{"x":1},"y":2}"#),
            ("[1.0,-0,1e21,1e-7,123456789012345678901,0.1e1,1E400,5e-324]", "[1,0,1e+21,1e-7,123456789012345680000,1,null,5e-324]"),
            (
                #"["\ud800","\udc00x","\ud83d\ude00","\u2028","\/","\u007f","\u001F"]"#,
                "[\"\\ud800\",\"\\udc00x\",\"😀\",\"\u{2028}\",\"/\",\"\u{7F}\",\"\\u001f\"]"
            ),
            ("{\"\u{E9}\":1,\"e\u{301}\":2}", "{\"\u{E9}\":1,\"e\u{301}\":2}"), (" \t\r\n[ ] ", "[]"), ("\"\"", "\"\""),
        ]
        for (text, expected) in pairs {
            #expect(JavaScriptJSON.restringified(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } == expected)
        }
        for text in [
            "", "[1,]", "{a:1}", "01", "+1", "1.", ".5", "'a'", "[1]x", "\"\u{1}\"", "\u{FEFF}[]", "\u{A0}[]", "nul", "\"\\u12G4\"", "-", "1e",
        ] {
            #expect(JavaScriptJSON.restringified(Array(text.utf8)) == nil)
        }
        #expect(JavaScriptJSON.restringified([0x22, 0xFF, 0x22]) == nil)
    }

    @Test("Equal to the installed Node, over generated bodies", .enabled(if: Node.path != nil, "node is not installed"))
    func equalToNode() throws {
        let random = SeededRandom(20_260_301)
        let bodies = (0..<600).map { _ in GeneratedBody(random).text }
        let answers = try #require(try Node.stringified(bodies))
        #expect(answers.count == bodies.count)
        for (body, response) in zip(bodies, answers) {
            let ours = JavaScriptJSON.restringified(Array(body.utf8)).map { String(decoding: $0, as: UTF8.self) }
            #expect(ours.map { Array($0.utf8) } == response.map { Array($0.utf8) }, "for \(body)")
        }
        #expect(answers.count { $0 != nil } > 300)
    }
}

/// A body with what is hard in it: numbers in every layout, names like list indexes, names given twice, escapes, white space, sometimes an error.
private struct GeneratedBody {
    private let random: SeededRandom
    private(set) var text = ""

    init(_ random: SeededRandom) {
        self.random = random
        value(depth: 4)
        if random.chance(oneIn: 12), let index = text.indices.randomElement(using: random) { text.remove(at: index) }
    }

    private mutating func space() { if random.chance(oneIn: 4) { text += random.element(of: [" ", "\n", "\t", "\r", "  "]) ?? "" } }

    private mutating func value(depth: Int) {
        space()
        switch random.number(in: depth == 4 ? 0..<2 : (depth > 0 ? 0..<8 : 2..<8)) {
        case 0:
            list("{", "}", depth) { body in
                body.string(isName: true)
                body.space()
                body.text += ":"
                body.value(depth: depth - 1)
            }
        case 1: list("[", "]", depth) { $0.value(depth: depth - 1) }
        case 2, 3: number()
        case 4: text += random.element(of: ["true", "false", "null"]) ?? ""
        default: string(isName: false)
        }
        space()
    }

    private mutating func list(_ open: String, _ close: String, _ depth: Int, _ element: (inout GeneratedBody) -> Void) {
        text += open
        space()
        for index in 0..<random.number(in: 0..<6) {
            if index > 0 { text += "," }
            space()
            element(&self)
        }
        text += close
    }

    private mutating func number() {
        switch random.number(in: 0..<6) {
        case 0: text += String(Int64(bitPattern: random.next()))
        case 1: text += String(random.number(in: -1000..<1000))
        case 2:
            let double = Double(bitPattern: random.next())
            text += double.isFinite ? "\(double)" : "-0.0"
        case 3: text += "\(random.number(in: 0..<100_000)).\(random.number(in: 0..<1_000_000))"
        case 4:
            text +=
                "\(random.number(in: -99..<99))\(random.element(of: ["e", "E"]) ?? "e")\(random.element(of: ["", "+", "-"]) ?? "")\(random.number(in: 0..<330))"
        default:
            text +=
                random.element(of: [
                    "-0", "0", "1e21", "999999999999999999999", "1e-6", "1e-7", "0.000001", "123e-20", "9007199254740993", "1.7976931348623157e308",
                    "1e309",
                    "5e-324", "2e-324", "4.9406564584124654e-324", "100000000000000000000", "0.1", "1.10", "2.2250738585072014E-308",
                ]) ?? "0"
        }
    }

    private mutating func string(isName: Bool) {
        text += "\""
        if isName, random.chance(oneIn: 2) {
            text +=
                random.element(of: [
                    "0", "1", "2", "10", "007", "-1", "1.5", "4294967294", "4294967295", "4294967296", "9007199254740991", "99999999999", "a", "b",
                    "a",
                    "__proto__", "toJSON", "constructor", "\\u0061", "\\u0031", "", "é", "e\u{301}",
                ]) ?? ""
        } else {
            for _ in 0..<random.number(in: 0..<7) {
                text +=
                    random.element(of: [
                        "a", "Z", "é", "日本", "😀", "\u{2028}", "\u{2029}", "\u{7F}", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t",
                        "\\u0000",
                        "\\u001F", "\\u00e9", "\\uD83D\\uDE00", "\\ud800", "\\uDFFF", "\\uDFFF\\uD800", "\\uffff", "\u{FEFF}", "/", "'", "<", "&",
                        "\\u2028",
                    ]) ?? ""
            }
        }
        text += "\""
    }
}

extension Collection {
    fileprivate func randomElement(using random: SeededRandom) -> Element? {
        isEmpty ? nil : self[index(startIndex, offsetBy: random.number(in: 0..<count))]
    }
}

/// The installed Node, asked in one process for many bodies.
private enum Node {
    static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin").split(separator: ":")
        .map { "\($0)/node" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What Node writes of each body; nil for those it cannot parse.
    static func stringified(_ bodies: [String]) throws -> [String?]? {
        guard let path else { return nil }
        let script = """
            const lines = require('fs').readFileSync(0, 'latin1').split('\\n').filter(Boolean);
            const written = lines.map(line => {
              try { return Buffer.from(JSON.stringify(JSON.parse(Buffer.from(line, 'base64').toString('utf8'))), 'utf8').toString('base64'); }
              catch { return '!'; }
            });
            process.stdout.write(written.join('\\n'));
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-e", script]
        let input = FileManager.default.temporaryDirectory.appendingPathComponent("bodies-\(UUID().uuidString)")
        try Data(bodies.map { Array($0.utf8).base64 }.joined(separator: "\n").utf8).write(to: input)
        defer { try? FileManager.default.removeItem(at: input) }
        process.standardInput = try FileHandle(forReadingFrom: input)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line == "!" ? nil : [UInt8](base64: line).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
