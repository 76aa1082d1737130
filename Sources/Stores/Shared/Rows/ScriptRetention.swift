import Screening

/// How long a version of scripts is kept after it was last reported to be in use.
enum ScriptRetention {
    /// Thirty days.
    static let milliseconds: Int64 = 30 * 86_400_000
}

extension Run.State {
    /// The states in which a run may still need its scripts, as SQL.
    static let unfinished = list([.queued, .running, .waiting])

    /// States as SQL has them after `IN`.
    static func list(_ states: Set<Run.State>) -> String { "(" + states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ") + ")" }
}
