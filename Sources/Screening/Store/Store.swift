/// What is on disk: inbox, queue, orders, runs and what belongs to them. Each method of its roles carries out one intent in one transaction.
///
/// A consumer names the roles that it needs. `ScreeningTesting` holds the conformance suite that every store passes.
public protocol Store: Inbox, WorkQueue, OrderStore, RunStore, Budgets, OperatingStates, ReplicaRegistry, TokenStore, SessionStore,
    IdempotencyStore, Turnarounds, BulkJobs, StoreAdministration, NotificationStore, IssueStore, ContactRhythms, BackupLedger, AuditLog,
    ErasureStore, KeyAdministration, RetentionStore, RemovalClock, HistoryStore, UnknownRequests, SavedViews
{}
