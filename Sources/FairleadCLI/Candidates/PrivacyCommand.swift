import ArgumentParser
import FairleadTools
import Screening

/// `fairlead privacy …`
struct PrivacyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "privacy",
        abstract: "Whether somebody who is stored is in a file.",
        subcommands: [PrivacyScanCommand.self]
    )
}

struct PrivacyScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Looks for everybody who is stored in logs, exports or bundles; exit 1 where somebody is found. Names nobody.",
        discussion: """
            Every address, every identifier and every pair of words is hashed by the host with its look-up keys. Found are lines, by number.

            Example:
              fairlead privacy scan fairlead.log
            """
    )

    @Argument(help: "The files; - for standard input.")
    var files: [String]

    @OptionGroup var host: HostOptions

    private static let bytes = 200_000
    /// Of a longer line, how many Unicode scalars are sent as a line of its own.
    private static let stretch = 50_000
    private static let lines = 2000

    func run() async throws {
        var found: [JSON] = []
        for file in files {
            let lines = String(decoding: try InputFile.bytes(of: file), as: UTF8.self).split(omittingEmptySubsequences: false) {
                $0 == "\n" || $0 == "\r\n"
            }
            let parts = lines.enumerated().flatMap { line in
                PrivacyScan.stretches(of: String(line.element), Self.stretch).map { (line: line.offset + 1, text: $0) }
            }
            let numbers = try await host.ask { try await Self.numbers(parts.map(\.text), $0) }
            for number in Set(numbers.map { parts[$0 - 1].line }).sorted() {
                found.append(["file": .string(file), "line": .int(Int64(number))])
                if !host.isJSON { Terminal.say("\(file):\(number): somebody who is stored is in this line.") }
            }
        }
        if host.isJSON { Terminal.say(json: (["items": .array(found)] as JSON).bytes()) }
        guard found.isEmpty else { throw ExitCode(1) }
        if !host.isJSON { Terminal.say("Nobody who is stored was found.") }
    }

    private static func numbers(_ lines: [String], _ client: APIClient) async throws -> [Int] {
        var (found, start) = ([Int](), 0)
        while start < lines.count {
            var (end, size) = (start, 0)
            while end < lines.count, end - start < Self.lines, end == start || size + lines[end].utf8.count < bytes {
                size += lines[end].utf8.count
                end += 1
            }
            let body: JSON = ["lines": .array(lines[start..<end].map { .string($0) })]
            let response = try await client.post(["privacy", "scan"], body: body)
            found += (response.json["lines"]?.items ?? []).compactMap { $0.integer.map { Int($0) + start } }
            start = end
        }
        return found
    }
}
