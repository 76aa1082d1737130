import ConfigurationFiles
import Foundation
import Screening

/// Holds off settings that can be read and yet look like an accident: a file that was written in part, or that takes away everything that serves.
struct ReloadGuard {
    /// The settings that stand.
    let present: Settings
    /// The connections that serve.
    let serving: [String]

    /// Why changed settings are not to be taken over; nil where nothing speaks against them.
    func problem(with changed: Settings) -> ConfigurationProblem? {
        if let cut = cutOff(changed) {
            return ConfigurationProblem(
                file: changed.name,
                message: "the file looks cut off: \(cut)",
                hint: "Write it whole. Where it is meant so, end its last line, and add a comment behind it."
            )
        }
        let kept = Set(changed.connections.map(\.id))
        guard !serving.isEmpty, kept.isDisjoint(with: serving) else { return nil }
        return changed.problem(
            at: ["connections"],
            "none of the connections that serve would be left (\(serving.sorted().joined(separator: ", ")))",
            hint: "Keep one of them, or restart the host where it is meant so."
        )
    }

    /// What makes a text look cut off beside the one that stands; nil where it does not.
    private func cutOff(_ changed: Settings) -> String? {
        guard let before = present.source?.text.value, let after = changed.source?.text.value, before != after else { return nil }
        let newline = UInt8(ascii: "\n")
        let endsLine = after.utf8.last == newline
        if before.utf8.last == newline, !endsLine { return "its last line has no end" }
        guard before.utf8.starts(with: after.utf8) else { return nil }
        let lost = String(decoding: before.utf8.dropFirst(after.utf8.count), as: UTF8.self).split(
            omittingEmptySubsequences: false,
            whereSeparator: \.isNewline
        )
        guard let first = lost.firstIndex(where: ReloadGuard.saysSomething) else { return nil }
        guard endsLine else { return "it ends within a line of the present one" }
        let end = after.utf8.count { $0 == newline }
        return isWholeEntries(from: end + first + 1, of: before) ? nil : "it is the beginning of the present one"
    }

    /// Whether what is missing from a line on is one or more whole accounts or connections at the end of the text. These somebody may have taken out on
    /// purpose.
    private func isWholeEntries(from line: Int, of text: String) -> Bool {
        guard let yaml = try? LocatedYAML(text: text, file: "") else { return false }
        let entries = ["accounts", "connections"].flatMap { section in
            (yaml.json[section]?.members?.pairs ?? []).compactMap { yaml.line(of: [section, $0.name]) }
        }
        let sections = yaml.json.members?.pairs.compactMap { yaml.line(of: [$0.name]) } ?? []
        return entries.contains(line) && sections.allSatisfy { $0 < line }
    }

    /// Whether a line is more than blanks and a comment.
    private static func saysSomething(_ line: Substring) -> Bool { line.first { !$0.isWhitespace }.map { $0 != "#" } ?? false }
}
