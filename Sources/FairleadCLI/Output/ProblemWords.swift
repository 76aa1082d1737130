import Screening

/// Codes for programs, in a few words for people.
enum ProblemWords {
    private static let words = [
        "paused": "paused by a person", "account_paused": "credentials refused", "account_unreachable": "does not answer",
        "account_resting": "asked too often", "account_missing": "account not configured", "reload_refused": "changes not taken",
        "uncertain": "lost answer", "unknown_at_provider": "unknown there", "unrecognised_status": "new status",
        "unrecognised_result": "new result", "second_reference": "ordered twice?", "stands_at_provider": "still stands there",
        "gave_up": "given up", "read_failed": "cannot be read", "rate_limited": "asked too often", "unavailable": "does not answer",
        "bad_signature": "wrong signature", "connection_missing": "connection not configured", "map_request_failed": "map_request failed",
    ]

    /// What a code means; one that nobody has words for is readable at least.
    static func text(_ code: String) -> String { words[code] ?? code.replacing("_", with: " ") }

    /// A column of a list, by the path of the code.
    static func column(_ path: String) -> @Sendable (JSON, OutputStyle) -> String { { item, _ in text(item.cell(path)) } }
}
