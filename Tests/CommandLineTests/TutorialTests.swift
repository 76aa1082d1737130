import Foundation
import Testing

/// The tutorial is true: each command of its `console` blocks is run in one folder, from top to bottom, and prints what the page shows.
///
/// With FAIRLEAD_UPDATE_DOCS set, the page's output is written anew instead.
@Suite("The tutorial") struct TutorialTests {
    /// A part of a page: a file to write, commands to run, or anything else.
    private enum Part {
        case text(String)
        case file(name: String, text: String)
        case commands([String])
    }

    @Test("every command of the tutorial prints what its page shows", arguments: ["first-mapping", "providers"])
    func tutorial(name: String) async throws {
        let page = Program.repository.appending(path: "docs/\(name).md")
        let text = try String(contentsOf: page, encoding: .utf8)
        var program = try Program()
        defer { program.remove() }
        program.environment["PATH"] = Program.products.path + ":/usr/bin:/bin"
        program.environment["LC_ALL"] = "C.UTF-8"
        var written = ""
        for part in Self.parts(text) {
            switch part {
            case .text(let text): written += text
            case .file(let name, let text): try program.write(text, to: name)
            case .commands(let commands):
                written += "```console\n"
                for command in commands {
                    let outcome = try await program.shell(command)
                    written += "$ \(command)\n" + outcome.output + outcome.errors
                }
                written += "```\n"
            }
        }
        if ProcessInfo.processInfo.environment["FAIRLEAD_UPDATE_DOCS"] != nil {
            try Data(written.utf8).write(to: page)
            return
        }
        let shown = text.split(separator: "\n", omittingEmptySubsequences: false)
        let real = written.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, pair) in zip(shown, real).enumerated() where pair.0 != pair.1 {
            Issue.record("docs/\(name).md:\(index + 1) shows:\n\(pair.0)\nbut really there is:\n\(pair.1)\nFAIRLEAD_UPDATE_DOCS=1 writes it anew.")
            return
        }
        #expect(shown.count == real.count)
    }

    private static func parts(_ page: String) -> [Part] {
        var parts: [Part] = []
        var file: String?
        var block: (fence: String, lines: [String])?
        for line in page.split(separator: "\n", omittingEmptySubsequences: false).map({ String($0) }).dropLast() {
            if let open = block {
                if line != "```" {
                    block?.lines.append(line)
                    continue
                }
                block = nil
                if open.fence == "```console" {
                    parts.append(.commands(open.lines.filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }))
                    continue
                }
                let text = open.lines.map { $0 + "\n" }.joined()
                parts.append(.text("\(open.fence)\n\(text)```\n"))
                if let name = file { parts.append(.file(name: name, text: text)) }
                file = nil
            } else if line.hasPrefix("```") {
                block = (line, [])
            } else {
                if line.hasPrefix("<!-- file: ") { file = String(line.dropFirst(11).dropLast(4)) }
                parts.append(.text(line + "\n"))
            }
        }
        return parts
    }
}
