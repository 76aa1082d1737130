extension PostgresMigration {
    /// The first schema. Times are milliseconds since 1970; `body` and the like are the opaque columns.
    ///
    /// - Texts are compared byte by byte, so that identifiers sort by age in every database.
    /// - `queue.head` is true for work without a lane and for the first of each lane: only what may be claimed is in the claiming indexes. Whoever adds to a
    ///   lane or takes from it holds the lane's advisory lock, for the flag depends on rows that others may be writing.
    /// - `lookups.bucket` is `orders.seq` by 1024: in buckets new orders write where the orders before them wrote, and a search asks each bucket once.
    /// - Opaque columns do not shrink when compressed, and mostly fit a page: they stay in the row as they are.
    static let firstSchema = PostgresMigration(
        number: 1,
        name: "first schema",
        sql: """
            CREATE TABLE events (
                seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                id text COLLATE "C" NOT NULL UNIQUE,
                kind text COLLATE "C" NOT NULL,
                connection text COLLATE "C",
                account text COLLATE "C",
                order_id text COLLATE "C",
                received_at bigint NOT NULL,
                state text COLLATE "C" NOT NULL,
                problem bytea,
                duplicate_count bigint NOT NULL DEFAULT 0,
                dedupe_key bytea,
                body bytea NOT NULL
            ) WITH (toast_tuple_target = 8160);
            ALTER TABLE events ALTER COLUMN body SET STORAGE EXTERNAL;
            CREATE UNIQUE INDEX events_dedupe ON events (dedupe_key) WHERE dedupe_key IS NOT NULL;
            CREATE INDEX events_list ON events (state, id, connection, kind, account, received_at);

            CREATE TABLE orders (
                seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                id text COLLATE "C" NOT NULL UNIQUE,
                connection text COLLATE "C" NOT NULL,
                account text COLLATE "C" NOT NULL,
                provider text COLLATE "C" NOT NULL,
                package text COLLATE "C" NOT NULL,
                external_key bytea NOT NULL,
                token_key bytea NOT NULL UNIQUE,
                state text COLLATE "C" NOT NULL,
                outcome text COLLATE "C",
                version bigint NOT NULL,
                created_at bigint NOT NULL,
                updated_at bigint NOT NULL,
                lookup_keys bytea NOT NULL,
                body bytea NOT NULL,
                UNIQUE (connection, external_key)
            ) WITH (toast_tuple_target = 8160, fillfactor = 85);
            ALTER TABLE orders ALTER COLUMN body SET STORAGE EXTERNAL;
            CREATE INDEX orders_list ON orders (state, id, connection, account, provider, outcome, created_at);

            CREATE TABLE lookups (
                bucket bigint NOT NULL,
                key bigint NOT NULL,
                order_id text COLLATE "C" NOT NULL,
                PRIMARY KEY (bucket, key, order_id)
            );

            CREATE TABLE runs (
                seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                id text COLLATE "C" NOT NULL UNIQUE,
                connection text COLLATE "C" NOT NULL,
                plugin text COLLATE "C" NOT NULL,
                plugin_version text COLLATE "C" NOT NULL,
                script text COLLATE "C" NOT NULL,
                hook text COLLATE "C" NOT NULL,
                event_id text COLLATE "C",
                order_id text COLLATE "C",
                state text COLLATE "C" NOT NULL,
                attempt bigint NOT NULL,
                next_attempt_at bigint,
                created_at bigint NOT NULL,
                ended_at bigint,
                body bytea NOT NULL,
                input bytea NOT NULL
            ) WITH (toast_tuple_target = 8160);
            ALTER TABLE runs ALTER COLUMN body SET STORAGE EXTERNAL, ALTER COLUMN input SET STORAGE EXTERNAL;
            CREATE INDEX runs_list ON runs (state, id, connection, hook, created_at);
            CREATE INDEX runs_event ON runs (event_id, id) WHERE event_id IS NOT NULL;
            CREATE INDEX runs_order ON runs (order_id, id) WHERE order_id IS NOT NULL;

            CREATE TABLE steps (
                run_id text COLLATE "C" NOT NULL,
                n bigint NOT NULL,
                kind text COLLATE "C" NOT NULL,
                repeatable boolean NOT NULL,
                attempts bigint NOT NULL,
                at bigint NOT NULL,
                ms bigint,
                body bytea NOT NULL,
                PRIMARY KEY (run_id, n)
            ) WITH (toast_tuple_target = 8160);
            ALTER TABLE steps ALTER COLUMN body SET STORAGE EXTERNAL;

            CREATE TABLE queue (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                kind text COLLATE "C" NOT NULL,
                subject text COLLATE "C" NOT NULL,
                lane text COLLATE "C",
                head boolean NOT NULL,
                account text COLLATE "C",
                priority bigint NOT NULL,
                due_at bigint NOT NULL,
                again_at bigint,
                attempts bigint NOT NULL,
                owner text COLLATE "C",
                leased_until bigint,
                UNIQUE (kind, subject)
            ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
            CREATE INDEX queue_ready ON queue (kind, priority, due_at, id) WHERE owner IS NULL AND head;
            CREATE INDEX queue_reads ON queue (account, priority, due_at, id) WHERE kind = 'read' AND owner IS NULL AND head;
            CREATE INDEX queue_lanes ON queue (lane, id) WHERE lane IS NOT NULL;
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

            CREATE TABLE budgets (
                name text COLLATE "C" PRIMARY KEY,
                taken text,
                rest_until bigint
            ) WITH (fillfactor = 50);

            CREATE TABLE keyring (
                name text COLLATE "C" PRIMARY KEY,
                sealed bytea NOT NULL
            );

            CREATE TABLE scripts (
                id text COLLATE "C" PRIMARY KEY,
                kept_at bigint NOT NULL,
                content bytea NOT NULL
            );

            CREATE TABLE keyed_answers (
                key bytea PRIMARY KEY,
                body_hash text COLLATE "C" NOT NULL,
                begun_at bigint NOT NULL,
                status bigint,
                body bytea
            );
            CREATE INDEX keyed_answers_age ON keyed_answers (begun_at);
            """
    )
}
