extension SchemaMigration {
    /// The part of the first schema on PostgreSQL that is about running a host: commands for many, limits, who may ask, what is told to others, what needs a person.
    static let postgresOperatingTables = """
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
        """
}
