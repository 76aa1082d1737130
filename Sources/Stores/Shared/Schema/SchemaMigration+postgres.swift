extension SchemaMigration {
    /// The first schema on PostgreSQL. Times are milliseconds since 1970; `body` and the like are the opaque columns.
    ///
    /// - Texts are compared byte by byte, so that identifiers sort by age in every database.
    /// - `queue.is_head` is true for work without a concurrency key and for the first of each key: only what may be claimed is in the claiming
    ///   indexes. Whoever adds work to a key or takes it away holds the key's advisory lock, for the flag depends on rows that others may be writing.
    /// - Each connection fills one bucket of `lookups` after the other: see ``LookupBucket``.
    /// - Lists read the small opaque columns only: `events.head` and `runs.body`, never what was received, logged or asked.
    /// - `key_id` names a row of `data_keys` in the schema `fairlead_keys`, which a backup can leave out.
    /// - `usage` is what connections have used of their quotas, by hour or day; triggers count, whoever writes. Each session has rows of its own (`shard`), so
    ///   that none waits for another.
    /// - Opaque columns do not shrink when compressed, and mostly fit a page: they stay in the row as they are.
    /// - `events`, `runs` and `steps` are partitioned by month, by the time that identifiers begin with: see ``PostgresPartitions``. What has to be unique over
    ///   all of them stands in tables of its own: `received_keys` says which event came first under a dedupe key, and since when it did.
    static let postgresFirstSchema = [
        postgresTables, postgresOperatingTables,
        postgresAuditTables,
        postgresRetentionTables,
        postgresSessionTables,
        postgresErasureTables,
        postgresBackupTables,
        postgresHistoryTables,
        postgresUnknownRequestTables,
        postgresViewTables,
    ].joined(separator: "\n")

    private static let postgresTables = """
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
        """
}
