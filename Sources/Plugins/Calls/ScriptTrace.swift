public import LuaRuntime
import Screening
import Synchronization

/// Collects the lines that scripts run. For tools: it holds what locals hold, and that is personal data.
public final class ScriptTrace: Sendable {
    /// A line that was reached.
    public struct Line: Sendable {
        /// The script, such as `greenhouse/main.lua`.
        public let script: String
        /// Counted from 1.
        public let line: Int
        /// How many calls deep.
        public let depth: Int
        /// The line on which the function begins; 0 for the file itself.
        public let function: Int
        /// Names and values of the locals before the line ran; of several with one name, the newest is last.
        public let locals: [(name: String, value: String)]

        /// Whether both are lines of one function, as deep.
        package func isBeside(_ other: Line) -> Bool { script == other.script && function == other.function && depth == other.depth }
    }

    /// At most so many lines with their locals are kept; a loop says nothing new after that.
    public static let maximum = 5000

    private struct State {
        var lines: [Line] = []
        var reached: [String: Set<Int>] = [:]
        var dropped = 0
    }

    let detail: Limits.Trace
    private let state = Mutex(State())

    /// - Parameter detail: whether to collect only lines, which is enough for coverage, or locals as well.
    public init(_ detail: Limits.Trace) { self.detail = detail }

    /// The lines in the order in which they ran; empty where only coverage was asked for.
    public var lines: [Line] { state.withLock { $0.lines } }
    /// How many were left out beyond ``maximum``.
    public var dropped: Int { state.withLock { $0.dropped } }
    /// The lines of each script that ran at least once.
    public var reached: [String: Set<Int>] { state.withLock { $0.reached } }

    /// Takes what the sandbox reports: texts with a NUL after each. Called on the thread that runs the script.
    func take(_ bytes: [UInt8], run: String) {
        let parts = bytes.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        guard parts.count >= 4, let number = Int(parts[1]), let depth = Int(parts[2]), let function = Int(parts[3]) else { return }
        state.withLock { state in
            state.reached[parts[0], default: []].insert(number)
            guard detail == .locals else { return }
            guard state.lines.count < ScriptTrace.maximum else {
                state.dropped += 1
                return
            }
            let locals = stride(from: 4, to: parts.count - 1, by: 2).map { (name: parts[$0], value: parts[$0 + 1]) }
            state.lines.append(Line(script: parts[0], line: number, depth: depth, function: function, locals: locals))
        }
    }
}
