CREATE TABLE events (
    id text COLLATE "C" PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    connection text COLLATE "C",
    account text COLLATE "C",
    order_id text COLLATE "C",
    received_at bigint NOT NULL,
    first_received_at bigint,
    occurred_at bigint,
    group_key text COLLATE "C",
    state text COLLATE "C" NOT NULL,
    problem bytea,
    duplicate_count bigint NOT NULL DEFAULT 0,
    key_id bigint NOT NULL,
    head bytea NOT NULL,
    body bytea NOT NULL
) PARTITION BY RANGE (id);
ALTER TABLE events ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX events_group ON events (group_key, id) WHERE group_key IS NOT NULL;
CREATE INDEX events_order ON events (order_id, id) WHERE order_id IS NOT NULL;
CREATE INDEX events_list ON events (state, id, connection, kind, account, received_at);
CREATE TABLE events_rest PARTITION OF events DEFAULT WITH (toast_tuple_target = 8160);

CREATE TABLE received_keys (
    key bytea PRIMARY KEY,
    event_id text COLLATE "C" NOT NULL,
    received_at bigint NOT NULL,
    -- When what has the key was received first; null where that is the event itself.
    first_received_at bigint,
    -- The event takes the place of one that was received before this time.
    not_before bigint
);

CREATE TABLE orders (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    connection text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    provider text COLLATE "C" NOT NULL,
    package text COLLATE "C" NOT NULL,
    external_key bytea NOT NULL,
    sequence bigint NOT NULL,
    previous text COLLATE "C",
    replaced_by text COLLATE "C",
    token_key bytea NOT NULL UNIQUE,
    untold boolean NOT NULL DEFAULT false,
    state text COLLATE "C" NOT NULL,
    outcome text COLLATE "C",
    problem text COLLATE "C",
    waiting_on text COLLATE "C",
    -- An order whose update gave up waits for the operator, whatever its state.
    waits_for text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN untold THEN 'operator' ELSE waiting_on END) STORED,
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    bucket bigint NOT NULL,
    lookup_keys bytea NOT NULL,
    -- The number of the key that they were hashed with.
    lookup_number bigint NOT NULL,
    -- What was removed of it by its age: 1 what providers said, 2 the person too.
    retention_stage bigint NOT NULL DEFAULT 0,
    -- The hash of account and provider's reference: so that no two orders adopt one request.
    reference_key bytea,
    key_id bigint NOT NULL,
    body bytea NOT NULL,
    UNIQUE (connection, external_key, sequence)
) WITH (toast_tuple_target = 8160, fillfactor = 85);
ALTER TABLE orders ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX orders_list ON orders (state, id, connection, account, provider, outcome, created_at);
CREATE INDEX orders_reference ON orders (reference_key) WHERE reference_key IS NOT NULL;
CREATE INDEX orders_kept ON orders (id) WHERE retention_stage < 2;
CREATE INDEX orders_wording ON orders (problem, connection, account, updated_at)
    WHERE problem IN ('unrecognised_status', 'unrecognised_result');
CREATE INDEX orders_problems ON orders (problem, id, state, connection, account, provider, outcome, created_at) WHERE problem IS NOT NULL;
CREATE INDEX orders_waiting ON orders (waits_for, id, connection, account, provider, outcome, created_at) WHERE waits_for IS NOT NULL;

CREATE TABLE order_sources (
    order_id text COLLATE "C" NOT NULL,
    run_id text COLLATE "C" NOT NULL,
    event_id text COLLATE "C",
    made boolean NOT NULL,
    -- Whether the run asked for the order, not only found it or had it cancelled.
    asked boolean NOT NULL,
    PRIMARY KEY (order_id, run_id)
);
CREATE INDEX order_sources_event ON order_sources (event_id, order_id) WHERE event_id IS NOT NULL;

CREATE TABLE lookup_buckets (
    bucket bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection text COLLATE "C" NOT NULL
);
CREATE INDEX lookup_buckets_connection ON lookup_buckets (connection, bucket);

CREATE TABLE lookups (
    bucket bigint NOT NULL,
    key bigint NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (bucket, key, order_id)
);

CREATE SEQUENCE runs_seq;
CREATE TABLE runs (
    id text COLLATE "C" PRIMARY KEY,
    -- The order in which runs were stored: those of one moment have identifiers in any order.
    seq bigint NOT NULL DEFAULT nextval('runs_seq'),
    connection text COLLATE "C" NOT NULL,
    plugin text COLLATE "C" NOT NULL,
    plugin_version text COLLATE "C" NOT NULL,
    script text COLLATE "C" NOT NULL,
    hook text COLLATE "C" NOT NULL,
    event_id text COLLATE "C",
    order_id text COLLATE "C",
    state text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    script_errors bigint NOT NULL DEFAULT 0,
    interruptions bigint NOT NULL DEFAULT 0,
    next_attempt_at bigint,
    created_at bigint NOT NULL,
    ended_at bigint,
    body bytea NOT NULL,
    logs bytea,
    input bytea,
    cause text COLLATE "C"
) PARTITION BY RANGE (id);
ALTER TABLE runs ALTER COLUMN body SET STORAGE EXTERNAL, ALTER COLUMN logs SET STORAGE EXTERNAL, ALTER COLUMN input SET STORAGE EXTERNAL;
CREATE INDEX runs_list ON runs (state, id, connection, hook, created_at);
CREATE INDEX runs_event ON runs (event_id, id) WHERE event_id IS NOT NULL;
CREATE INDEX runs_order ON runs (order_id, id) WHERE order_id IS NOT NULL;
CREATE TABLE runs_rest PARTITION OF runs DEFAULT WITH (toast_tuple_target = 8160);

CREATE INDEX runs_cause ON runs (cause, id, created_at, connection, event_id, order_id) WHERE cause IS NOT NULL;

CREATE TABLE run_lookups (
    connection text COLLATE "C" NOT NULL,
    key bigint NOT NULL,
    run_id text COLLATE "C" NOT NULL,
    event_id text COLLATE "C",
    -- As orders.lookup_number.
    number bigint NOT NULL,
    PRIMARY KEY (connection, key, run_id)
);
CREATE INDEX run_lookups_run ON run_lookups (run_id);

CREATE TABLE steps (
    run_id text COLLATE "C" NOT NULL,
    n bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    repeatable boolean NOT NULL,
    attempts bigint NOT NULL,
    at bigint NOT NULL,
    ms bigint,
    left_behind boolean NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (run_id, n)
) PARTITION BY RANGE (run_id);
ALTER TABLE steps ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE steps_rest PARTITION OF steps DEFAULT WITH (toast_tuple_target = 8160);

CREATE TABLE queue (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    concurrency_key text COLLATE "C",
    is_head boolean NOT NULL,
    lane text COLLATE "C" NOT NULL,
    priority bigint NOT NULL,
    due_at bigint NOT NULL,
    again_at bigint,
    attempts bigint NOT NULL,
    owner text COLLATE "C",
    leased_until bigint,
    abandoned_count bigint NOT NULL DEFAULT 0,
    UNIQUE (kind, subject)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX queue_ready ON queue (kind, lane, priority, due_at, id) WHERE owner IS NULL AND is_head;
CREATE INDEX queue_concurrency_keys ON queue (concurrency_key, id) WHERE concurrency_key IS NOT NULL;
CREATE INDEX queue_leases ON queue (leased_until) WHERE owner IS NOT NULL;

CREATE TABLE timeline (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id text COLLATE "C" NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    at bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    body bytea NOT NULL
) WITH (toast_tuple_target = 8160);
ALTER TABLE timeline ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX timeline_order ON timeline (order_id, seq);

CREATE TABLE kv (
    connection text COLLATE "C" NOT NULL,
    key bytea NOT NULL,
    expires_at bigint,
    body bytea NOT NULL,
    PRIMARY KEY (connection, key)
);
CREATE INDEX kv_expiry ON kv (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE withdrawals (
    connection text COLLATE "C" NOT NULL,
    external_key bytea NOT NULL,
    occurred_at bigint,
    received_at bigint NOT NULL,
    PRIMARY KEY (connection, external_key)
);
CREATE INDEX withdrawals_age ON withdrawals (received_at);

CREATE TABLE usage (
    connection text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    slot bigint NOT NULL,
    shard integer NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (connection, kind, slot, shard)
) WITH (fillfactor = 50);
CREATE FUNCTION count_usage(text, text, bigint, bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO usage AS u VALUES ($1, $2, $3, pg_backend_pid(), $4)
    ON CONFLICT (connection, kind, slot, shard) DO UPDATE SET amount = u.amount + excluded.amount
$$;
CREATE FUNCTION usage_value() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'DELETE' THEN PERFORM count_usage(new.connection, 'values', 0, octet_length(new.body)); END IF;
    IF TG_OP <> 'INSERT' THEN PERFORM count_usage(old.connection, 'values', 0, -octet_length(old.body)); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER usage_value AFTER INSERT OR UPDATE OF body OR DELETE ON kv FOR EACH ROW EXECUTE FUNCTION usage_value();
CREATE FUNCTION usage_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM count_usage(connection, 'orders', created_at / 3600000, 1) FROM orders WHERE id = new.order_id;
    RETURN NULL;
END $$;
CREATE TRIGGER usage_order AFTER INSERT ON order_sources FOR EACH ROW WHEN (new.made) EXECUTE FUNCTION usage_order();
CREATE FUNCTION usage_events() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM count_usage(connection, 'stored', day, bytes) FROM (
        SELECT connection, received_at / 86400000 AS day, sum(octet_length(body)) AS bytes FROM added WHERE connection IS NOT NULL GROUP BY 1, 2
    ) AS s;
    RETURN NULL;
END $$;
CREATE TRIGGER usage_events AFTER INSERT ON events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION usage_events();
CREATE FUNCTION usage_step() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE bytes bigint := octet_length(new.body); BEGIN
    IF TG_OP = 'UPDATE' THEN bytes := bytes - octet_length(old.body); END IF;
    IF bytes > 0 THEN PERFORM count_usage(connection, 'stored', new.at / 86400000, bytes) FROM runs WHERE id = new.run_id; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER usage_step AFTER INSERT OR UPDATE OF body ON steps FOR EACH ROW EXECUTE FUNCTION usage_step();
CREATE TABLE bulk_jobs (
    id text COLLATE "C" PRIMARY KEY,
    state text COLLATE "C" NOT NULL,
    things bigint NOT NULL,
    position bigint NOT NULL,
    done bigint NOT NULL,
    refused bigint NOT NULL,
    superseded bigint NOT NULL,
    created_at bigint NOT NULL,
    ended_at bigint,
    reason text COLLATE "C",
    body bytea NOT NULL
);
CREATE INDEX bulk_jobs_running ON bulk_jobs (id) WHERE state = 'running';
CREATE TABLE bulk_items (
    job_id text COLLATE "C" NOT NULL REFERENCES bulk_jobs (id) ON DELETE CASCADE,
    first bigint NOT NULL,
    ids text COLLATE "C" NOT NULL,
    PRIMARY KEY (job_id, first)
);
CREATE TABLE bulk_refusals (
    job_id text COLLATE "C" NOT NULL REFERENCES bulk_jobs (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    item text COLLATE "C" NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (job_id, position)
);

CREATE TABLE turnarounds (
    account text COLLATE "C" NOT NULL,
    package text COLLATE "C" NOT NULL,
    month bigint NOT NULL,
    span text COLLATE "C" NOT NULL,
    bucket bigint NOT NULL,
    orders bigint NOT NULL,
    PRIMARY KEY (account, package, month, span, bucket)
) WITH (fillfactor = 70);

CREATE TABLE budgets (
    name text COLLATE "C" PRIMARY KEY,
    taken text
) WITH (fillfactor = 50);

CREATE TABLE scripts (
    id text COLLATE "C" PRIMARY KEY,
    kept_at bigint NOT NULL,
    content bytea NOT NULL
);

CREATE TABLE idempotency_records (
    key bytea PRIMARY KEY,
    body_hash text COLLATE "C" NOT NULL,
    begun_at bigint NOT NULL,
    status bigint,
    body bytea
);
CREATE INDEX idempotency_records_age ON idempotency_records (begun_at);

CREATE TABLE access_tokens (
    id text COLLATE "C" PRIMARY KEY,
    blind_index bytea NOT NULL UNIQUE,
    body bytea NOT NULL
);

CREATE TABLE operating_states (
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    rests_until bigint,
    rests_since bigint,
    heard_at bigint,
    refused_at bigint,
    refusal text,
    refusals bigint NOT NULL DEFAULT 0,
    -- Whether somebody paused it, so that only somebody ends it.
    by_hand boolean NOT NULL DEFAULT false,
    pause bytea,
    PRIMARY KEY (kind, id)
) WITH (fillfactor = 50);

CREATE TABLE subscriptions (
    kind text COLLATE "C" NOT NULL,
    subscriber text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, subscriber)
);

CREATE TABLE notices (
    id text COLLATE "C" PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    body bytea NOT NULL
);
CREATE INDEX notices_age ON notices (at);

CREATE TABLE webhook_endpoints (
    id text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    body bytea NOT NULL,
    enabled boolean NOT NULL,
    problem bytea,
    failures bigint NOT NULL DEFAULT 0,
    failing_since bigint,
    warned_at bigint,
    throttled_until bigint
) WITH (fillfactor = 50);

CREATE TABLE webhook_deliveries (
    id text COLLATE "C" PRIMARY KEY,
    endpoint text COLLATE "C" NOT NULL,
    notice_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    next_attempt_at bigint,
    body bytea NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (endpoint, id, state, created_at);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);
CREATE INDEX webhook_deliveries_notice ON webhook_deliveries (notice_id);

CREATE TABLE issues (
    id text COLLATE "C" NOT NULL UNIQUE,
    cause text COLLATE "C" PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    connection text COLLATE "C",
    account text COLLATE "C",
    first_seen_at bigint NOT NULL,
    opened_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    resolved_at bigint,
    snoozed_until bigint,
    count bigint NOT NULL,
    body bytea NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE contact_rhythms (
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    slot bigint NOT NULL,
    week bigint NOT NULL,
    past bigint NOT NULL,
    minutes bigint NOT NULL,
    deliveries bigint NOT NULL,
    first_week bigint NOT NULL,
    PRIMARY KEY (kind, id, slot)
) WITH (fillfactor = 50);

CREATE TABLE listening (
    number bigint PRIMARY KEY CHECK (number = 1),
    seen_at bigint NOT NULL,
    since bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE replicas (
    id text COLLATE "C" PRIMARY KEY,
    host text NOT NULL,
    version text NOT NULL,
    started_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    names text NOT NULL,
    -- The names of its encryption.keys, the first first, and which look-up keys it knows and writes by: what a rotation of keys waits for.
    key_names text NOT NULL DEFAULT '',
    lookups_known bigint NOT NULL DEFAULT 0,
    lookups_written bigint NOT NULL DEFAULT 0,
    -- The number of the schema that its version knows: what a change that older versions cannot run beside waits for.
    schema_known bigint NOT NULL DEFAULT 1
) WITH (fillfactor = 50);

CREATE TABLE store_identity (
    number bigint PRIMARY KEY CHECK (number = 1),
    id text COLLATE "C" NOT NULL,
    made_at bigint NOT NULL
);
CREATE FUNCTION require_store(text) RETURNS void LANGUAGE plpgsql STABLE AS $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM store_identity WHERE id = $1) THEN
        RAISE EXCEPTION 'the database holds another store in place of %, which was opened: put that one back, or restart the host', $1
            USING ERRCODE = 'FL001';
    END IF;
END $$;

CREATE TABLE write_probe (
    id bigint PRIMARY KEY CHECK (id = 1),
    filler bytea NOT NULL
);

CREATE SCHEMA IF NOT EXISTS fairlead_keys;
CREATE TABLE IF NOT EXISTS fairlead_keys.keyring (
    name text COLLATE "C" PRIMARY KEY,
    wrapped bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS fairlead_keys.data_keys (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    wrapped bytea NOT NULL,
    mark bytea NOT NULL
);
CREATE TABLE audit (
    seq bigint PRIMARY KEY,
    at bigint NOT NULL,
    actor text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    subject text COLLATE "C",
    outcome text COLLATE "C" NOT NULL,
    details text COLLATE "C" NOT NULL,
    content bytea NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    body bytea
);
CREATE INDEX audit_subject ON audit (subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_at ON audit (at);
CREATE TABLE audit_head (
    number bigint PRIMARY KEY CHECK (number = 1),
    seq bigint NOT NULL,
    hash bytea NOT NULL
) WITH (fillfactor = 50);
INSERT INTO audit_head VALUES (1, 0, decode(repeat('00', 32), 'hex'));
CREATE TABLE legal_holds (
    subject text COLLATE "C" NOT NULL,
    hold text COLLATE "C" NOT NULL,
    body bytea,
    PRIMARY KEY (subject, hold)
);
CREATE TABLE destroyed_keys (
    id bigint PRIMARY KEY
);
CREATE TABLE upkeep (
    name text COLLATE "C" PRIMARY KEY,
    owner text COLLATE "C",
    leased_until bigint NOT NULL,
    done_at bigint NOT NULL
);
CREATE TABLE sessions (
    blind_index bytea PRIMARY KEY,
    token_id text COLLATE "C" NOT NULL,
    proof text COLLATE "C",
    created_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE event_addresses (
    connection text COLLATE "C" NOT NULL,
    day bigint NOT NULL,
    key bigint NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (connection, day, key, event_id)
);
CREATE INDEX event_addresses_event ON event_addresses (event_id);
CREATE TABLE erasure_marks (
    connection text COLLATE "C" NOT NULL,
    key bytea NOT NULL,
    place bytea NOT NULL,
    PRIMARY KEY (connection, key, place)
);
CREATE INDEX erasure_marks_place ON erasure_marks (connection, place);
CREATE TABLE erasures (
    id text COLLATE "C" PRIMARY KEY,
    at bigint NOT NULL
);
CREATE TABLE erasures_due (
    event_id text COLLATE "C" PRIMARY KEY
);
CREATE TABLE signing_key (
    number bigint PRIMARY KEY CHECK (number = 1),
    body bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS fairlead_keys.erasures (
    id text COLLATE "C" PRIMARY KEY,
    record text NOT NULL
);
CREATE TABLE backup_state (
    number bigint PRIMARY KEY CHECK (number = 1),
    owner text,
    begun_at bigint,
    made_at bigint,
    proven_at bigint,
    bytes bigint,
    ms bigint,
    failed_at bigint,
    failure text
);

CREATE TABLE restores (
    restored_at bigint PRIMARY KEY,
    backup_at bigint NOT NULL,
    closed_at bigint
);

CREATE TABLE schema_window (
    number bigint PRIMARY KEY CHECK (number = 1),
    oldest bigint NOT NULL
);
INSERT INTO schema_window VALUES (1, 1);
CREATE TABLE history_counts (
    kind text COLLATE "C" NOT NULL,
    slot bigint NOT NULL,
    connection text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (kind, slot, connection)
) WITH (fillfactor = 50);
CREATE TABLE history_marks (
    at bigint NOT NULL,
    replica text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    PRIMARY KEY (at, replica, kind)
);
CREATE TABLE unknown_requests (
    reference_key bytea PRIMARY KEY,
    account text COLLATE "C" NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    count bigint NOT NULL,
    body bytea NOT NULL
);
CREATE TABLE saved_views (
    owner bytea NOT NULL,
    id text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (owner, id)
);
