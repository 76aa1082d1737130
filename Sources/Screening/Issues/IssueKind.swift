/// What kind of cause an issue is about. Each has a heading of its own in `docs/issues.md`.
public enum IssueKind: String, Sendable, CaseIterable {
    case credentialsRefused = "credentials_refused"
    case providerAway = "provider_away"
    case hostPaused = "host_paused"
    case pluginPaused = "plugin_paused"
    case scriptFailing = "script_failing"
    case deliveriesRefused = "deliveries_refused"
    case silent
    case updatesNotTold = "updates_not_told"
    case ordersUncertain = "orders_uncertain"
    case unknownAtProvider = "unknown_at_provider"
    case unknownWords = "unknown_words"
    case deadLetters = "dead_letters"
    case reloadRefused = "reload_refused"
    case storeNearlyFull = "store_nearly_full"
    case diskNearlyFull = "disk_nearly_full"
    case budgetExhausted = "budget_exhausted"
    case clock
    case clockAhead = "clock_ahead"
    case backupLate = "backup_late"
    case backupNotProven = "backup_not_proven"
    case retentionOverdue = "retention_overdue"
    case erasureOverdue = "erasure_overdue"
    case chainBroken = "chain_broken"
    case webhookDisabled = "webhook_disabled"
    case webhookFailing = "webhook_failing"
    case pausedLong = "paused_long"
    case ordersRefused = "orders_refused"
    case deliveriesRejected = "deliveries_rejected"
    case unknownRequests = "unknown_requests"
    case notInSettings = "not_in_settings"
    case keyMissing = "key_missing"

    /// How it is known that the cause is gone.
    public enum Ending: Sendable, Equatable {
        /// What is stored shows the cause, and shows that it is gone: any replica may say so.
        case stored
        /// Whoever sees the cause says so again and again; where nobody does for this long, it is gone.
        case unseen(Duration)
        /// Whoever reported it says when it is gone.
        case reported
    }

    /// How it is known that the cause is gone.
    public var ending: Ending {
        switch self {
        case .credentialsRefused, .scriptFailing, .silent, .updatesNotTold, .ordersUncertain, .unknownAtProvider, .unknownWords, .deadLetters,
            .webhookFailing, .pausedLong, .ordersRefused, .deliveriesRejected, .backupLate, .backupNotProven,
            .unknownRequests:
            .stored
        case .providerAway, .hostPaused, .pluginPaused, .reloadRefused, .storeNearlyFull, .diskNearlyFull, .budgetExhausted, .notInSettings,
            .keyMissing:
            .unseen(.seconds(180))
        case .clock: .unseen(.seconds(3600))
        case .deliveriesRefused: .unseen(.seconds(86_400))
        case .clockAhead, .retentionOverdue, .erasureOverdue, .chainBroken, .webhookDisabled: .reported
        }
    }

    /// Where `docs/issues.md` says what it means and what to do.
    public var anchor: String { String(rawValue.map { $0 == "_" ? "-" : $0 }) }
}
