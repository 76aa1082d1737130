extension MetricFamily {
    /// Every metric of the host. What is not here is not shown: a new metric has its entry here, and no label that a script or a sender can choose.
    public static let all: [MetricFamily] = intake + work + providers + store + host

    private static let intake = [
        MetricFamily(
            "fairlead_http_request_duration_seconds",
            .histogram(.requests),
            ["route", "method", "code"],
            "Requests to the host, until their answer was there, by the route's template; unusual statuses by their class, such as `4xx`."
        ),
        MetricFamily("fairlead_http_refused_total", .counter, ["reason"], "Connections and requests refused before they were requests of a route."),
        MetricFamily(
            "fairlead_intake_total",
            .counter,
            ["connection", "account", "kind", "result"],
            "What came in, by the connection or account it was for: stored, duplicate, bad_signature, refused, unreadable, erased, unknown_request; left_out counts requests that a webhook names too many of."
        ),
        MetricFamily(
            "fairlead_rejected_deliveries_total",
            .counter,
            ["connection", "account", "reason"],
            "Deliveries refused at the door, by the connection or account they were for and the reason. Names that are not configured are (unknown)."
        ),
        MetricFamily(
            "fairlead_last_received_timestamp_seconds",
            .gauge,
            ["connection", "account"],
            "When something was last accepted of a connection or account, on any replica."
        ),
        MetricFamily(
            "fairlead_silence_ratio",
            .gauge,
            ["connection", "account"],
            "For how long nothing came, held against the own rhythm of this time of the week: how many contacts are usual in that time."
        ),
        MetricFamily(
            "fairlead_silent",
            .gauge,
            ["connection", "account"],
            "1 where so much is missing that it is no chance: the issue silent is open. Where the rhythm is not known yet there is none."
        ),
        MetricFamily(
            "fairlead_quota_refusals_total",
            .counter,
            ["connection", "quota"],
            "What was refused because a connection had used up a quota."
        ),
    ]

    private static let work = [
        MetricFamily("fairlead_work_duration_seconds", .histogram(.calls), ["kind", "result"], "Pieces of work, by kind and how they ended."),
        MetricFamily("fairlead_queue_wait_seconds", .histogram(.waits), ["stage"], "How long due work waited before it was begun."),
        MetricFamily(
            "fairlead_queue_oldest_due_seconds",
            .gauge,
            ["stage"],
            "For how long the longest-waiting due work has been due; 0 where none is."
        ),
        MetricFamily("fairlead_queued_work", .gauge, ["kind"], "Work in the queue."),
        MetricFamily(
            "fairlead_run_duration_seconds",
            .histogram(.calls),
            ["hook", "result"],
            "Attempts at running a script: on_event, on_update, route or schedule, and how they ended."
        ),
        MetricFamily("fairlead_runs_ended_total", .counter, ["connection", "kind", "state"], "Runs that ended, by what they ended with."),
        MetricFamily("fairlead_lua_runs_active", .gauge, [], "Runs in a worker process."),
        MetricFamily("fairlead_lua_run_wait_seconds", .histogram(.waits), [], "How long runs waited for a worker process."),
        MetricFamily(
            "fairlead_lua_run_duration_seconds",
            .histogram(.calls),
            ["result"],
            "Executions in a worker process, the host calls between included."
        ),
        MetricFamily("fairlead_worker_starts_total", .counter, [], "Worker processes started."),
        MetricFamily("fairlead_worker_kills_total", .counter, ["reason"], "Worker processes that ended before their time."),
        MetricFamily(
            "fairlead_told_delay_seconds",
            .histogram(.tellings),
            ["connection"],
            "From a provider's word on disk to the ATS's 2xx for the update that it led to."
        ),
    ]

    private static let providers = [
        MetricFamily(
            "fairlead_provider_request_duration_seconds",
            .histogram(.calls),
            ["account", "call", "code"],
            "Requests to providers, by call and status or kind of failure; unusual statuses by their class, such as `4xx`."
        ),
        MetricFamily(
            "fairlead_http_client_request_duration_seconds",
            .histogram(.calls),
            ["host", "result"],
            "Requests that the host sent, by the provider's host; other for those of scripts."
        ),
        MetricFamily(
            "fairlead_submissions_total",
            .counter,
            ["account", "result"],
            "Attempts at sending an order: sent, refused, uncertain, retried."
        ),
        MetricFamily(
            "fairlead_poll_budget_used_ratio",
            .gauge,
            ["account"],
            "Reads of the last minute as a share of the account's budget; 1 where one was refused. Each replica shows its own reads."
        ),
        MetricFamily("fairlead_poll_overdue_seconds", .gauge, ["account"], "For how long the longest-waiting read has been due when last looked at."),
        MetricFamily(
            "fairlead_breaker_state",
            .gauge,
            ["kind", "name"],
            "What is left alone because it failed again and again: 0 closed, 1 tried now and then, 2 open. Hosts that scripts call stand under their connection."
        ),
        MetricFamily(
            "fairlead_account_paused",
            .gauge,
            ["account", "reason"],
            "1 where an account's work waits for a person, by the problem's code."
        ),
        MetricFamily("fairlead_backup_last_made_timestamp_seconds", .gauge, [], "As of when the newest backup stands; missing where there is none."),
        MetricFamily(
            "fairlead_backup_last_proven_timestamp_seconds",
            .gauge,
            [],
            "As of when the newest backup stands that was opened, checked and sampled; missing where there is none."
        ),
        MetricFamily("fairlead_backup_size_bytes", .gauge, [], "How large the newest backup is, with its keys."),
        MetricFamily("fairlead_backup_duration_seconds", .gauge, [], "How long it took to make and to prove."),
        MetricFamily("fairlead_held", .gauge, [], "1 while the store is held: everything is taken in, and nothing leaves."),
        MetricFamily("fairlead_connection_paused", .gauge, ["connection", "reason"], "1 where a connection's work waits for a person."),
        MetricFamily("fairlead_unrecognised_statuses_total", .counter, ["account"], "Orders whose provider reported a status that is not known."),
        MetricFamily("fairlead_orders_unknown_at_provider_total", .counter, ["account"], "Orders that their provider came not to know any more."),
        MetricFamily(
            "fairlead_provider_odd_records_total",
            .counter,
            ["account", "call"],
            "Records of a provider's lists that could not be read and were left out."
        ),
        MetricFamily(
            "fairlead_ball_seconds",
            .histogram(.balls),
            ["provider", "waiting_on"],
            "How long somebody had to act, each time that it became somebody else's turn: candidate, recruiter, provider, operator or us."
        ),
    ]

    private static let store = [
        MetricFamily(
            "fairlead_store_up",
            .gauge,
            [],
            "1 where the store answered when last asked, and takes what is written. Where it is 0, the figures from the store are the last known."
        ),
        MetricFamily("fairlead_store_refreshed_timestamp_seconds", .gauge, [], "When the figures from the store were last read."),
        MetricFamily("fairlead_orders", .gauge, ["connection", "state"], "Orders by state."),
        MetricFamily("fairlead_runs", .gauge, ["connection", "state"], "Runs that have not ended or wait for a person."),
        MetricFamily(
            "fairlead_runs_set_aside",
            .gauge,
            ["connection", "kind", "state"],
            "Runs that ended without what they were for: skipped and rejected ones."
        ),
        MetricFamily("fairlead_events", .gauge, ["connection", "state"], "Events that are not done."),
        MetricFamily("fairlead_dead_letters", .gauge, ["kind"], "What gave up and waits for a person."),
        MetricFamily("fairlead_issues_open", .gauge, ["kind"], "Issues that are open, by kind."),
        MetricFamily(
            "fairlead_webhook_deliveries_total",
            .counter,
            ["endpoint", "result"],
            "Outgoing webhooks, by endpoint and how the attempt ended."
        ),
        MetricFamily(
            "fairlead_store_partitions_missing",
            .gauge,
            [],
            "Months to come for which PostgreSQL refused a partition; their rows are kept in the tables' rest."
        ),
        MetricFamily("fairlead_store_commit_seconds", .histogram(.commits), [], "Commits of the store."),
        MetricFamily("fairlead_store_commit_intents", .histogram(.batches), [], "Writes that shared a commit."),
        MetricFamily(
            "fairlead_store_bytes",
            .gauge,
            ["part"],
            "The room that the store takes: `rows` with their indexes, `log` (what was committed and not moved yet; SQLite), `keys`."
        ),
        MetricFamily("fairlead_retention_removed_total", .counter, ["kind"], "What was removed by its age: `events`, `reports`, `candidates`."),
        MetricFamily(
            "fairlead_retention_oldest_timestamp_seconds",
            .gauge,
            ["kind"],
            "When the oldest of what is kept was received, by kind. Where there is nothing of a kind there is none."
        ),
        MetricFamily("fairlead_wal_bytes", .gauge, [], "The size of the write-ahead log beside a SQLite store."),
        MetricFamily("fairlead_disk_free_bytes", .gauge, [], "What is free on the disk that holds a SQLite store."),
        MetricFamily("fairlead_disk_size_bytes", .gauge, [], "The size of the disk that holds a SQLite store."),
    ]

    private static let host = [
        MetricFamily("fairlead_keys_missing", .gauge, [], "How many keys the store is sealed with that this host does not have."),
        MetricFamily("fairlead_ready", .gauge, [], "1 where the host is able to work, as /readyz says."),
        MetricFamily("fairlead_config_last_reload_successful", .gauge, [], "0 where the latest change of the settings was refused."),
        MetricFamily(
            "fairlead_config_last_reload_success_timestamp_seconds",
            .gauge,
            [],
            "When settings were last taken over, by a start or a reload."
        ),
        MetricFamily("fairlead_build_info", .gauge, ["version"], "1, with the version of the program."),
        MetricFamily("fairlead_metric_series_refused_total", .counter, [], "Series that were not kept because a metric had too many."),
        MetricFamily(
            "fairlead_telemetry_spans_total",
            .counter,
            ["result"],
            "Spans: sent to the collector, or dropped because it did not take them."
        ),
        MetricFamily("fairlead_telemetry_exports_total", .counter, ["signal", "result"], "Exports to the collector."),
        MetricFamily("process_start_time_seconds", .gauge, [], "When the process started."),
        MetricFamily("process_cpu_seconds_total", .total, [], "Processor time that the process has used."),
        MetricFamily("process_resident_memory_bytes", .gauge, [], "Memory that the process holds."),
        MetricFamily("process_open_fds", .gauge, [], "File descriptors that are open."),
        MetricFamily("process_max_fds", .gauge, [], "How many may be open."),
    ]
}
