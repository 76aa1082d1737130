extension SchemaMigration {
    /// The first schema on SQLite. Times are milliseconds since 1970; `body` and the like are the opaque columns.
    ///
    /// - Each list has one index, led by the state and holding everything that the list can be filtered by: a list is the merge of one stretch of it
    ///   per state, read in the order of the ids without touching the rows.
    /// - `queue.is_head` is 1 for work without a concurrency key and for the first of each key: only what may be claimed is in the claiming indexes,
    ///   so much work under one key or many claims in hand cost a claim nothing.
    /// - Each connection fills one bucket of `lookups` after the other: see ``LookupBucket``.
    /// - Lists read the small opaque columns only: `events.head` and `runs.body`, never what was received, logged or asked.
    /// - `key_id` names a row of `keys.data_keys`, in a file of its own (``KeyFile``).
    /// - `usage` is what connections have used of their quotas, by hour or day; triggers count, whoever writes.
    /// - `turnarounds` holds histograms of how long screenings took, by account, package and thirty days (``Turnaround``).
    /// - `received_keys.bucket` is `events.seq` by 1024 for the same reason. ``ReceivedKeys`` says which buckets may hold a key: hardly any has to be asked.
    static let sqliteFirstSchema = [
        sqliteTables, sqliteOperatingTables,
        sqliteAuditTables,
        sqliteRetentionTables,
        sqliteSessionTables,
        sqliteErasureTables,
        sqliteBackupTables,
        sqliteHistoryTables,
        sqliteUnknownRequestTables,
        sqliteViewTables,
    ].joined(separator: "\n")

    private static let sqliteTables = """
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
        """
}
