extension Migration {
    /// The first schema. Times are milliseconds since 1970; `body` and the like are the opaque columns.
    ///
    /// - Each list has one index, led by the state and holding everything that the list can be filtered by: a list is the merge of one stretch of it
    ///   per state, read in the order of the ids without touching the rows.
    /// - `queue.head` is 1 for work without a lane and for the first of each lane: only what may be claimed is in the claiming indexes, so a long lane
    ///   or many claims in hand cost a claim nothing.
    /// - `lookups.bucket` is `orders.seq` by 1024. Hashes are spread evenly, so in one large table every key of a new order would dirty a page of its own;
    ///   in buckets new orders write where the orders before them wrote, and a search asks each bucket once.
    /// - `received_keys.bucket` is `events.seq` by 1024 for the same reason. ``ReceivedKeys`` says which buckets may hold a key: hardly any has to be asked.
    static let firstSchema = Migration(
        number: 1,
        name: "first schema",
        sql: """
            CREATE TABLE events (
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                kind TEXT NOT NULL,
                connection TEXT,
                account TEXT,
                order_id TEXT,
                received_at INTEGER NOT NULL,
                state TEXT NOT NULL,
                problem BLOB,
                duplicate_count INTEGER NOT NULL DEFAULT 0,
                body BLOB NOT NULL
            ) STRICT;
            CREATE INDEX events_list ON events (state, id, connection, kind, account, received_at);

            CREATE TABLE received_keys (
                bucket INTEGER NOT NULL,
                key BLOB NOT NULL,
                event INTEGER NOT NULL,
                PRIMARY KEY (bucket, key)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE orders (
                seq INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                connection TEXT NOT NULL,
                account TEXT NOT NULL,
                provider TEXT NOT NULL,
                package TEXT NOT NULL,
                external_key BLOB NOT NULL,
                token_key BLOB NOT NULL UNIQUE,
                state TEXT NOT NULL,
                outcome TEXT,
                version INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                lookup_keys BLOB NOT NULL,
                body BLOB NOT NULL,
                UNIQUE (connection, external_key)
            ) STRICT;
            CREATE INDEX orders_list ON orders (state, id, connection, account, provider, outcome, created_at);

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
                next_attempt_at INTEGER,
                created_at INTEGER NOT NULL,
                ended_at INTEGER,
                body BLOB NOT NULL,
                input BLOB NOT NULL
            ) STRICT;
            CREATE INDEX runs_list ON runs (state, id, connection, hook, created_at);
            CREATE INDEX runs_event ON runs (event_id, id) WHERE event_id IS NOT NULL;
            CREATE INDEX runs_order ON runs (order_id, id) WHERE order_id IS NOT NULL;

            CREATE TABLE steps (
                run_id TEXT NOT NULL,
                n INTEGER NOT NULL,
                kind TEXT NOT NULL,
                repeatable INTEGER NOT NULL,
                attempts INTEGER NOT NULL,
                at INTEGER NOT NULL,
                ms INTEGER,
                body BLOB NOT NULL,
                UNIQUE (run_id, n)
            ) STRICT;

            CREATE TABLE keyring (
                name TEXT PRIMARY KEY,
                sealed BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE scripts (
                id TEXT PRIMARY KEY,
                kept_at INTEGER NOT NULL,
                content BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE queue (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                kind TEXT NOT NULL,
                subject TEXT NOT NULL,
                lane TEXT,
                head INTEGER NOT NULL,
                account TEXT,
                priority INTEGER NOT NULL,
                due_at INTEGER NOT NULL,
                again_at INTEGER,
                attempts INTEGER NOT NULL,
                owner TEXT,
                leased_until INTEGER,
                UNIQUE (kind, subject)
            ) STRICT;
            CREATE INDEX queue_ready ON queue (kind, priority, due_at) WHERE owner IS NULL AND head = 1;
            CREATE INDEX queue_reads ON queue (account, priority, due_at) WHERE kind = 'read' AND owner IS NULL AND head = 1;
            CREATE INDEX queue_lanes ON queue (lane, id) WHERE lane IS NOT NULL;
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

            CREATE TABLE budgets (
                name TEXT PRIMARY KEY,
                taken TEXT,
                rest_until INTEGER
            ) STRICT;

            CREATE TABLE keyed_answers (
                key BLOB PRIMARY KEY,
                body_hash TEXT NOT NULL,
                begun_at INTEGER NOT NULL,
                status INTEGER,
                body BLOB
            ) STRICT;
            CREATE INDEX keyed_answers_age ON keyed_answers (begun_at);
            """
    )
}
