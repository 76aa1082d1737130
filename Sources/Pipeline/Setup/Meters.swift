import Metrics
import Screening

/// What the pipeline measures. Made once for a pipeline; no label holds what a script or a sender chose.
struct Meters: Sendable {
    // What comes in.
    let intake = MetricSet<Counter>("fairlead_intake_total", "connection", "account", "kind", "result")
    let rejected = MetricSet<Counter>("fairlead_rejected_deliveries_total", "connection", "account", "reason")
    let quotas = MetricSet<Counter>("fairlead_quota_refusals_total", "connection", "quota")
    let lastReceived = MetricSet<Gauge>("fairlead_last_received_timestamp_seconds", "connection", "account")
    // What is worked on.
    let work = MetricSet<Timer>("fairlead_work_duration_seconds", "kind", "result")
    let waits = MetricSet<Timer>("fairlead_queue_wait_seconds", "stage")
    let runs = MetricSet<Timer>("fairlead_run_duration_seconds", "hook", "result")
    let runsEnded = MetricSet<Counter>("fairlead_runs_ended_total", "connection", "kind", "state")
    // Providers and ATSs.
    let providerRequests = MetricSet<Timer>("fairlead_provider_request_duration_seconds", "account", "call", "code")
    let submissions = MetricSet<Counter>("fairlead_submissions_total", "account", "result")
    let budgetUsed = MetricSet<Gauge>("fairlead_poll_budget_used_ratio", "account")
    let pollOverdue = MetricSet<Gauge>("fairlead_poll_overdue_seconds", "account")
    let unknownOrders = MetricSet<Counter>("fairlead_orders_unknown_at_provider_total", "account")
    let unknownStatuses = MetricSet<Counter>("fairlead_unrecognised_statuses_total", "account")
    let told = MetricSet<Timer>("fairlead_told_delay_seconds", "connection")
    let removed = MetricSet<Counter>("fairlead_retention_removed_total", "kind")
    let balls = MetricSet<Recorder>("fairlead_ball_seconds", "provider", "waiting_on")

    /// Meters of the backend that is in place where they are made.
    init() {}

    /// Notes when something was last accepted of a connection or account.
    func noteReceived(_ subject: OperatingState.Subject, at time: Timestamp) {
        switch subject {
        case .connection(let id): lastReceived.set(time.seconds, id)
        case .account(let id): lastReceived.set(time.seconds, "", id)
        case .store: break
        }
    }

    /// Makes the counters that alerts watch of connections and accounts, so that the first event is an increase.
    func prepare(connections: Set<String>, accounts: Set<String>) {
        for id in connections { rejected.prepare(id, "", RefusedDeliveries.Reason.badSignature.rawValue) }
        for id in accounts {
            rejected.prepare("", id, RefusedDeliveries.Reason.badSignature.rawValue)
            for result in ["sent", "refused", "uncertain", "retried"] { submissions.prepare(id, result) }
            unknownStatuses.prepare(id)
            unknownOrders.prepare(id)
        }
    }

    /// Drops the series of connections and accounts that are not configured any more.
    func retain(connections: Set<String>, accounts: Set<String>) {
        for set in [intake, rejected, quotas, runsEnded, submissions, unknownOrders, unknownStatuses] {
            // A name that is in no settings is counted under a word that no name can be.
            set.retain(connections.union([RefusedDeliveries.unknown]), of: "connection")
            set.retain(accounts.union([RefusedDeliveries.unknown]), of: "account")
        }
        told.retain(connections, of: "connection")
        providerRequests.retain(accounts, of: "account")
        for set in [lastReceived, budgetUsed, pollOverdue] {
            set.retain(connections, of: "connection")
            set.retain(accounts, of: "account")
        }
    }
}

extension Timestamp {
    /// Seconds since 1970, as metrics have them.
    package var seconds: Double { Double(milliseconds) / 1000 }
}

extension Duration {
    /// The duration in seconds, as metrics have it.
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
