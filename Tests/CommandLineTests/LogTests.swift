import Foundation
import Logging
import Screening
import Testing

@testable import FairleadCLI

@Suite("The log")
struct LogTests {
    private func line(_ handler: LineLogHandler, _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        handler.line(of: LogEvent(level: level, message: "\(message)", metadata: metadata, source: "test", file: "", function: "", line: 1))
    }

    @Test("For machines it is one JSON object a line, with the event's name and with numbers as numbers")
    func json() throws {
        let metadata: Logger.Metadata = [
            "event": "run.dead", "run": "run_1", "attempt": .stringConvertible(3), "ms": .stringConvertible(0.5), "last": .stringConvertible(true),
        ]
        let json = try JSON(parsing: Array(line(LineLogHandler(isJSON: true), .error, "run\ndead", metadata).utf8))
        #expect(json["event"] == "run.dead" && json["level"] == "error" && json["attempt"] == 3 && json["ms"] == 0.5 && json["last"] == true)
        #expect(json["message"] == "run\ndead" && json["run"] == "run_1" && Timestamp(iso8601: json["time"]?.text ?? "") != nil)
        let other = try JSON(parsing: Array(line(LineLogHandler(isJSON: true), .warning, "of a library", [:]).utf8))
        #expect(other["event"] == "log")
    }

    @Test("For people it is one line of text; for the journal it begins with the priority")
    func text() {
        let metadata: Logger.Metadata = ["event": "account.paused", "account": "zinc-uk", "error": "a\nb"]
        let plain = line(LineLogHandler(isJSON: false), .error, "an account is paused", metadata)
        #expect(plain.hasSuffix("error account.paused: an account is paused account=zinc-uk error=a b") && plain.hasPrefix("20"))
        let journal = line(LineLogHandler(isJSON: false, isJournal: true), .error, "an account is paused", metadata)
        #expect(journal == "<3>error account.paused: an account is paused account=zinc-uk error=a b")
        let levels: [(Logger.Level, String)] = [
            (.critical, "<2>"), (.warning, "<4>"), (.notice, "<5>"), (.info, "<6>"), (.debug, "<7>"), (.trace, "<7>"),
        ]
        for (level, prefix) in levels { #expect(line(LineLogHandler(isJSON: true, isJournal: true), level, "x", [:]).hasPrefix(prefix + "{")) }
        #expect(!LogOptions.isJournal(nil) && !LogOptions.isJournal("1:2"))
    }

    @Test("Every event that the code logs is in docs/logs.md, and no other")
    func page() throws {
        let page = try String(contentsOf: Program.repository.appending(path: "docs/logs.md"), encoding: .utf8)
        let folder = Program.repository.appending(path: "Sources")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        var logged: Set<String> = ["log", "start.failed", "settings.invalid"]
        for file in files where file.pathExtension == "swift" && !file.path.contains("/Simulators/") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /"event"\]?(?::| =) "([a-z_]+\.[a-z_]+)"/) { logged.insert(String(match.1)) }
        }
        logged.formUnion(OrderState.allCases.map { "order.\($0.rawValue)" })
        logged.formUnion(["waiting", "done", "skipped", "rejected", "parked", "dead", "discarded"].map { "run.\($0)" })
        logged.formUnion(IssueTransition.Kind.allCases.filter { $0 != .none }.map { "issue.\($0.rawValue)" })
        for subject in ["account", "connection"] { logged.formUnion(["paused", "resumed"].map { "\(subject).\($0)_by_hand" }) }
        let documented = Set(page.matches(of: /`([a-z_]+\.[a-z_]+|log)`/).map { String($0.1) })
        #expect(logged.subtracting(documented).sorted() == [], "not in docs/logs.md")
        #expect(documented.subtracting(logged).filter { !$0.hasPrefix("fairlead.") }.sorted() == [], "not in the code")
    }
}
