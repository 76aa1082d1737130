import Screening

/// How long a version of scripts is kept after it was last reported to be in use.
enum ScriptRetention {
    /// Thirty days.
    static let milliseconds: Int64 = 30 * 86_400_000
}

extension Run.State {
    /// The states in which a run may still need its scripts, as SQL.
    static let unfinished = "(" + [Run.State.queued, .running, .waiting].map { "'\($0.rawValue)'" }.joined(separator: ", ") + ")"
}
