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
    /// The key of the cause of a run that cannot be read, as an expression over its row: see ``Run/cause``.
    static let unreadableCause = """
        '["' || CASE hook WHEN 'on_update' THEN 'updates_not_told' ELSE 'dead_letters' END || '","' || connection || '",null,"unreadable","'
            || plugin || '","' || hook || '",null,null]'
        """
    static func list(_ states: Set<Run.State>) -> String { "(" + states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ") + ")" }
}
