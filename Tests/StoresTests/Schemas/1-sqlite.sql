CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    connection TEXT,
    account TEXT,
    order_id TEXT,
    received_at INTEGER NOT NULL,
    first_received_at INTEGER,
    occurred_at INTEGER,
    group_key TEXT,
    state TEXT NOT NULL,
    problem BLOB,
    duplicate_count INTEGER NOT NULL DEFAULT 0,
    key_id INTEGER NOT NULL,
    head BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX events_group ON events (group_key, id) WHERE group_key IS NOT NULL;
CREATE INDEX events_order ON events (order_id, id) WHERE order_id IS NOT NULL;
CREATE INDEX events_list ON events (state, id, connection, kind, account, received_at);

CREATE TABLE received_keys (
    bucket INTEGER NOT NULL,
    key BLOB NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;
-- Events that are gone, and whose dedupe keys still count.
CREATE TABLE past_events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    first_received_at INTEGER
) STRICT;

CREATE TABLE orders (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    connection TEXT NOT NULL,
    account TEXT NOT NULL,
    provider TEXT NOT NULL,
    package TEXT NOT NULL,
    external_key BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    previous TEXT,
    replaced_by TEXT,
    token_key BLOB NOT NULL UNIQUE,
    untold INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    outcome TEXT,
    problem TEXT,
    waiting_on TEXT,
    -- An order whose update gave up waits for the operator, whatever its state.
    waits_for TEXT GENERATED ALWAYS AS (CASE WHEN untold THEN 'operator' ELSE waiting_on END) VIRTUAL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    lookup_keys BLOB NOT NULL,
    -- The number of the key that they were hashed with.
    lookup_number INTEGER NOT NULL,
    -- What was removed of it by its age: 1 what providers said, 2 the person too.
    retention_stage INTEGER NOT NULL DEFAULT 0,
    -- The hash of account and provider's reference: so that no two orders adopt one request.
    reference_key BLOB,
    key_id INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (connection, external_key, sequence)
) STRICT;
CREATE INDEX orders_list ON orders (state, id, connection, account, provider, outcome, created_at);
CREATE INDEX orders_reference ON orders (reference_key) WHERE reference_key IS NOT NULL;
CREATE INDEX orders_kept ON orders (id) WHERE retention_stage < 2;
CREATE INDEX orders_wording ON orders (problem, connection, account, updated_at)
    WHERE problem IN ('unrecognised_status', 'unrecognised_result');
CREATE INDEX orders_problems ON orders (problem, id, state, connection, account, provider, outcome, created_at) WHERE problem IS NOT NULL;
CREATE INDEX orders_waiting ON orders (waits_for, id, connection, account, provider, outcome, created_at) WHERE waits_for IS NOT NULL;

CREATE TABLE order_sources (
    order_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    event_id TEXT,
    made INTEGER NOT NULL,
    -- Whether the run asked for the order, not only found it or had it cancelled.
    asked INTEGER NOT NULL,
    PRIMARY KEY (order_id, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_sources_event ON order_sources (event_id, order_id) WHERE event_id IS NOT NULL;

CREATE TABLE lookup_buckets (
    bucket INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    orders INTEGER NOT NULL
) STRICT;
CREATE INDEX lookup_buckets_connection ON lookup_buckets (connection, bucket);

CREATE TABLE lookups (
    bucket INTEGER NOT NULL,
    key INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (bucket, key, order_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    connection TEXT NOT NULL,
    plugin TEXT NOT NULL,
    plugin_version TEXT NOT NULL,
    script TEXT NOT NULL,
    hook TEXT NOT NULL,
    event_id TEXT,
    order_id TEXT,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    script_errors INTEGER NOT NULL DEFAULT 0,
    interruptions INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    body BLOB NOT NULL,
    logs BLOB,
    input BLOB,
    cause TEXT
) STRICT;
CREATE INDEX runs_list ON runs (state, id, connection, hook, created_at);
CREATE INDEX runs_event ON runs (event_id, id) WHERE event_id IS NOT NULL;
CREATE INDEX runs_order ON runs (order_id, id) WHERE order_id IS NOT NULL;

CREATE INDEX runs_cause ON runs (cause, id, created_at, connection, event_id, order_id) WHERE cause IS NOT NULL;

CREATE TABLE run_lookups (
    connection TEXT NOT NULL,
    key INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    event_id TEXT,
    -- As orders.lookup_number.
    number INTEGER NOT NULL,
    PRIMARY KEY (connection, key, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_lookups_run ON run_lookups (run_id);

CREATE TABLE steps (
    run_id TEXT NOT NULL,
    n INTEGER NOT NULL,
    kind TEXT NOT NULL,
    repeatable INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    at INTEGER NOT NULL,
    ms INTEGER,
    left_behind INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (run_id, n)
) STRICT;

CREATE TABLE scripts (
    id TEXT PRIMARY KEY,
    kept_at INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    concurrency_key TEXT,
    is_head INTEGER NOT NULL,
    lane TEXT NOT NULL,
    priority INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    again_at INTEGER,
    attempts INTEGER NOT NULL,
    owner TEXT,
    leased_until INTEGER,
    abandoned_count INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, subject)
) STRICT;
CREATE INDEX queue_ready ON queue (kind, lane, priority, due_at) WHERE owner IS NULL AND is_head = 1;
CREATE INDEX queue_concurrency_keys ON queue (concurrency_key, id) WHERE concurrency_key IS NOT NULL;
CREATE INDEX queue_leases ON queue (leased_until) WHERE owner IS NOT NULL;

CREATE TABLE timeline (
    seq INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX timeline_order ON timeline (order_id, seq);

CREATE TABLE kv (
    connection TEXT NOT NULL,
    key BLOB NOT NULL,
    expires_at INTEGER,
    body BLOB NOT NULL,
    UNIQUE (connection, key)
) STRICT;
CREATE INDEX kv_expiry ON kv (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE withdrawals (
    connection TEXT NOT NULL,
    external_key BLOB NOT NULL,
    occurred_at INTEGER,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (connection, external_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX withdrawals_age ON withdrawals (received_at);

CREATE TABLE usage (
    connection TEXT NOT NULL,
    kind TEXT NOT NULL,
    slot INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (connection, kind, slot)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER usage_value_added AFTER INSERT ON kv BEGIN
    INSERT INTO usage VALUES (new.connection, 'values', 0, length(new.body)) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount;
END;
CREATE TRIGGER usage_value_changed AFTER UPDATE OF body ON kv BEGIN
    UPDATE usage SET amount = amount + length(new.body) - length(old.body) WHERE connection = new.connection AND kind = 'values' AND slot = 0;
END;
CREATE TRIGGER usage_value_removed AFTER DELETE ON kv BEGIN
    UPDATE usage SET amount = amount - length(old.body) WHERE connection = old.connection AND kind = 'values' AND slot = 0;
END;
CREATE TRIGGER usage_order AFTER INSERT ON order_sources WHEN new.made = 1 BEGIN
    INSERT INTO usage SELECT connection, 'orders', created_at / 3600000, 1 FROM orders WHERE id = new.order_id
    ON CONFLICT DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER usage_event AFTER INSERT ON events WHEN new.connection IS NOT NULL BEGIN
    INSERT INTO usage VALUES (new.connection, 'stored', new.received_at / 86400000, length(new.body))
    ON CONFLICT DO UPDATE SET amount = amount + excluded.amount;
END;
CREATE TRIGGER usage_step AFTER INSERT ON steps BEGIN
    INSERT INTO usage SELECT connection, 'stored', new.at / 86400000, length(new.body) FROM runs WHERE id = new.run_id
    ON CONFLICT DO UPDATE SET amount = amount + excluded.amount;
END;
CREATE TRIGGER usage_step_changed AFTER UPDATE OF body ON steps WHEN length(new.body) > length(old.body) BEGIN
    INSERT INTO usage SELECT connection, 'stored', new.at / 86400000, length(new.body) - length(old.body) FROM runs WHERE id = new.run_id
    ON CONFLICT DO UPDATE SET amount = amount + excluded.amount;
END;
CREATE TABLE bulk_jobs (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    things INTEGER NOT NULL,
    position INTEGER NOT NULL,
    done INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    superseded INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    reason TEXT,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_jobs_running ON bulk_jobs (id) WHERE state = 'running';
CREATE TABLE bulk_items (
    job_id TEXT NOT NULL REFERENCES bulk_jobs (id) ON DELETE CASCADE,
    first INTEGER NOT NULL,
    ids TEXT NOT NULL,
    PRIMARY KEY (job_id, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE bulk_refusals (
    job_id TEXT NOT NULL REFERENCES bulk_jobs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    item TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (job_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE turnarounds (
    account TEXT NOT NULL,
    package TEXT NOT NULL,
    month INTEGER NOT NULL,
    span TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    orders INTEGER NOT NULL,
    PRIMARY KEY (account, package, month, span, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE budgets (
    name TEXT PRIMARY KEY,
    taken TEXT
) STRICT;

CREATE TABLE idempotency_records (
    key BLOB PRIMARY KEY,
    body_hash TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    status INTEGER,
    body BLOB
) STRICT;
CREATE INDEX idempotency_records_age ON idempotency_records (begun_at);

CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY,
    blind_index BLOB NOT NULL UNIQUE,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE operating_states (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    rests_until INTEGER,
    rests_since INTEGER,
    heard_at INTEGER,
    refused_at INTEGER,
    refusal TEXT,
    refusals INTEGER NOT NULL DEFAULT 0,
    -- Whether somebody paused it, so that only somebody ends it.
    by_hand INTEGER NOT NULL DEFAULT 0,
    pause BLOB,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscriptions (
    kind TEXT NOT NULL,
    subscriber TEXT NOT NULL,
    PRIMARY KEY (kind, subscriber)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_age ON notices (at);

CREATE TABLE webhook_endpoints (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    enabled INTEGER NOT NULL,
    problem BLOB,
    failures INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    warned_at INTEGER,
    throttled_until INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    notice_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    next_attempt_at INTEGER,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (endpoint, id, state, created_at);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);
CREATE INDEX webhook_deliveries_notice ON webhook_deliveries (notice_id);

CREATE TABLE issues (
    id TEXT NOT NULL UNIQUE,
    cause TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    connection TEXT,
    account TEXT,
    first_seen_at INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    resolved_at INTEGER,
    snoozed_until INTEGER,
    count INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_rhythms (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    slot INTEGER NOT NULL,
    week INTEGER NOT NULL,
    past INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    deliveries INTEGER NOT NULL,
    first_week INTEGER NOT NULL,
    PRIMARY KEY (kind, id, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE listening (
    number INTEGER PRIMARY KEY CHECK (number = 1),
    seen_at INTEGER NOT NULL,
    since INTEGER NOT NULL
) STRICT;

CREATE TABLE replicas (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    names TEXT NOT NULL,
    -- The names of its encryption.keys, the first first, and which look-up keys it knows and writes by: what a rotation of keys waits for.
    key_names TEXT NOT NULL DEFAULT '',
    lookups_known INTEGER NOT NULL DEFAULT 0,
    lookups_written INTEGER NOT NULL DEFAULT 0,
    -- The number of the schema that its version knows: what a change that older versions cannot run beside waits for.
    schema_known INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

CREATE TABLE store_identity (
    number INTEGER PRIMARY KEY CHECK (number = 1),
    id TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE write_probe (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    filler BLOB NOT NULL
) STRICT;
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    outcome TEXT NOT NULL,
    details TEXT NOT NULL,
    content BLOB NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL,
    body BLOB
) STRICT;
CREATE INDEX audit_subject ON audit (subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_at ON audit (at);
CREATE TABLE audit_head (
    number INTEGER PRIMARY KEY CHECK (number = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO audit_head VALUES (1, 0, zeroblob(32));
CREATE TABLE legal_holds (
    subject TEXT NOT NULL,
    hold TEXT NOT NULL,
    body BLOB,
    PRIMARY KEY (subject, hold)
) STRICT, WITHOUT ROWID;
CREATE TABLE destroyed_keys (
    id INTEGER PRIMARY KEY
) STRICT;
CREATE TABLE upkeep (
    name TEXT PRIMARY KEY,
    owner TEXT,
    leased_until INTEGER NOT NULL,
    done_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
    blind_index BLOB PRIMARY KEY,
    token_id TEXT NOT NULL,
    proof TEXT,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE event_addresses (
    connection TEXT NOT NULL,
    day INTEGER NOT NULL,
    key INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    PRIMARY KEY (connection, day, key, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_addresses_event ON event_addresses (event_id);
CREATE TABLE erasure_marks (
    connection TEXT NOT NULL,
    key BLOB NOT NULL,
    place BLOB NOT NULL,
    PRIMARY KEY (connection, key, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_marks_place ON erasure_marks (connection, place);
-- Erasures that this copy of the store knows of.
CREATE TABLE erasures (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Events that turned out to be of an erased application, and runs that read of somebody who was erased: erased once the runs have ended.
CREATE TABLE erasures_due (
    event_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE signing_key (
    number INTEGER PRIMARY KEY CHECK (number = 1),
    body BLOB NOT NULL
) STRICT;
CREATE TABLE backup_state (
    number INTEGER PRIMARY KEY CHECK (number = 1),
    owner TEXT,
    begun_at INTEGER,
    made_at INTEGER,
    proven_at INTEGER,
    bytes INTEGER,
    ms INTEGER,
    failed_at INTEGER,
    failure TEXT
) STRICT;

CREATE TABLE restores (
    restored_at INTEGER PRIMARY KEY,
    backup_at INTEGER NOT NULL,
    -- When somebody said that nothing of the time between comes again.
    closed_at INTEGER
) STRICT;

-- The oldest schema that a program must know to run on this one.
CREATE TABLE schema_window (
    number INTEGER PRIMARY KEY CHECK (number = 1),
    oldest INTEGER NOT NULL
) STRICT;
INSERT INTO schema_window VALUES (1, 1);
CREATE TABLE history_counts (
    kind TEXT NOT NULL,
    slot INTEGER NOT NULL,
    connection TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (kind, slot, connection)
) STRICT, WITHOUT ROWID;
CREATE TABLE history_marks (
    at INTEGER NOT NULL,
    replica TEXT NOT NULL,
    kind TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (at, replica, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE unknown_requests (
    reference_key BLOB PRIMARY KEY,
    account TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE saved_views (
    owner BLOB NOT NULL,
    id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT, WITHOUT ROWID;
