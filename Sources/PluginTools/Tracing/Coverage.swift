import LuaRuntime
public import Plugins
public import Screening

/// Which lines of a plugin's scripts ran.
public struct Coverage: Sendable {
    /// One script.
    public struct File: Sendable {
        /// Such as `greenhouse/main.lua`.
        public let script: String
        /// How many lines hold a statement.
        public let count: Int
        /// Those of them that never ran.
        public let missed: [Int]
    }

    /// The scripts, the main one first.
    public let files: [File]

    /// Compares the lines that ran with the statements of a plugin's scripts. A statement of several lines counts once, on its first.
    public init(_ plugin: Plugin, reached: [String: Set<Int>]) {
        files = ([plugin.main] + plugin.modules).map { script in
            let ran = reached[script.chunk] ?? []
            var lines: [Int: Bool] = [:]
            for statement in LuaReader(script.source).statements {
                lines[statement.line] = lines[statement.line] ?? false || !statement.lines.isDisjoint(with: ran)
            }
            return File(script: script.chunk, count: lines.count, missed: lines.filter { !$0.value }.keys.sorted())
        }
    }

    /// Lines that hold a statement.
    public var count: Int { files.map(\.count).reduce(0, +) }
    /// Those that ran.
    public var ran: Int { count - files.map(\.missed.count).reduce(0, +) }
    /// The percentage that ran, rounded down; 100 where there are no lines.
    public var percent: Int { count == 0 ? 100 : ran * 100 / count }

    /// `98% of 213 lines ran; never: main.lua 41-43, 57`
    public var text: String {
        let missed = files.filter { !$0.missed.isEmpty }.map { "\($0.script) \(Coverage.ranges($0.missed))" }
        return "\(percent)% of \(count) lines ran" + (missed.isEmpty ? "" : "; never: " + missed.joined(separator: "; "))
    }

    /// `{percent, lines, ran, files}`
    public var json: JSON {
        [
            "percent": .int(Int64(percent)), "lines": .int(Int64(count)), "ran": .int(Int64(ran)),
            "files": .array(
                files.map { file in
                    [
                        "script": .string(file.script), "lines": .int(Int64(file.count)), "missed": .array(file.missed.map { .int(Int64($0)) }),
                    ]
                }
            ),
        ]
    }

    private static func ranges(_ lines: [Int]) -> String {
        var ranges: [(Int, Int)] = []
        for line in lines {
            if let last = ranges.last, last.1 + 1 == line { ranges[ranges.count - 1].1 = line } else { ranges.append((line, line)) }
        }
        return ranges.map { $0 == $1 ? "\($0)" : "\($0)-\($1)" }.joined(separator: ", ")
    }
}
