extension SchemaMigration {
    /// The part of the first schema on SQLite that is about running a host: commands for many, limits, who may ask, what is told to others, what needs a person.
    static let sqliteOperatingTables = """
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
        """
}
