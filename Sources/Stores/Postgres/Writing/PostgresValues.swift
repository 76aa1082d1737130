import Screening

extension PostgresTransaction {
    mutating func set(_ value: PreparedValue) throws {
        guard let body = value.body else {
            write("DELETE FROM kv WHERE connection = $1 AND key = $2", .text(value.connection), .bytes(value.key))
            return
        }
        write(
            """
            INSERT INTO kv (connection, key, expires_at, body) VALUES ($1, $2, $3, $4)
            ON CONFLICT (connection, key) DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body
            """,
            .text(value.connection),
            .bytes(value.key),
            .int(value.expires?.milliseconds),
            .bytes(body)
        )
        // A few at a time, so that no caller waits while a whole day's rows are deleted; rows that others are writing are skipped.
        write(
            """
            DELETE FROM kv WHERE (connection, key) IN (
                SELECT connection, key FROM kv WHERE expires_at <= $1::bigint LIMIT 16 FOR UPDATE SKIP LOCKED
            )
            """,
            .int(removals.now().milliseconds)
        )
    }

    /// Takes from a budget.
    mutating func take(_ count: Int, from budget: String, perMinute: Int) -> Grant {
        let before = locked.budgets[budget] ?? SlidingWindowLimiter()
        var window = before
        let grant = window.take(count, perMinute: perMinute, now: now.milliseconds)
        if window != before { write(window, of: budget) }
        return grant
    }

    /// Begins a request with an idempotency key, unless it was begun before.
    mutating func begin(_ request: IdempotencyKey) -> IdempotencyState {
        if locked.freshRequests.remove(request.key) == nil, let present = locked.requests[request.key] {
            let state = present.state(bodyHash: request.bodyHash, now: now.milliseconds, removal: removals.now().milliseconds)
            guard state == .fresh else { return state }
        }
        locked.requests[request.key] = IdempotencyRow(bodyHash: request.bodyHash, begunAt: now.milliseconds)
        write(
            """
            INSERT INTO idempotency_records (key, body_hash, begun_at) VALUES ($1, $2, $3)
            ON CONFLICT (key) DO UPDATE SET body_hash = excluded.body_hash, begun_at = excluded.begun_at, status = NULL, body = NULL
            """,
            .bytes(request.key),
            .text(request.bodyHash),
            .int(now.milliseconds)
        )
        write(
            """
            DELETE FROM idempotency_records WHERE key IN (
                SELECT key FROM idempotency_records WHERE begun_at <= $1::bigint LIMIT 16 FOR UPDATE SKIP LOCKED
            )
            """,
            .int(removals.now().milliseconds - IdempotencyRow.kept)
        )
        return .fresh
    }

    /// Remembers a request's answer, or forgets the request where there is none.
    mutating func recordResponse(_ key: [UInt8], status: Int?, body: [UInt8]) throws {
        guard let status else {
            locked.requests[key] = nil
            write("DELETE FROM idempotency_records WHERE key = $1", .bytes(key))
            return
        }
        locked.requests[key]?.response = (status, body)
        let sealed = try IdempotencyRow.sealed(body, of: key, codec)
        write("UPDATE idempotency_records SET status = $2, body = $3 WHERE key = $1", .bytes(key), .count(status), .bytes(sealed))
    }

    mutating func tryWriting(_ count: Int) throws {
        write(
            "INSERT INTO write_probe (id, filler) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET filler = excluded.filler",
            .bytes([UInt8](repeating: 0, count: count))
        )
    }

    private mutating func write(_ window: SlidingWindowLimiter, of budget: String) {
        locked.budgets[budget] = window
        write("UPDATE budgets SET taken = $2 WHERE name = $1", .text(budget), .text(window.text))
    }
}
