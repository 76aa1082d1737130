import Foundation
import GRDB
import Screening

extension WriteTransaction {
    mutating func set(_ value: PreparedValue) throws {
        guard let body = value.body else {
            try db.run("DELETE FROM kv WHERE connection = ? AND key = ?", [value.connection, Data(value.key)])
            return
        }
        try db.run(
            """
            INSERT INTO kv (connection, key, expires_at, body) VALUES (?, ?, ?, ?)
            ON CONFLICT (connection, key) DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body
            """,
            [value.connection, Data(value.key), value.expires?.milliseconds, Data(body)]
        )
        // A few at a time, so that no caller waits while a whole day's rows are deleted.
        try db.run("DELETE FROM kv WHERE rowid IN (SELECT rowid FROM kv WHERE expires_at <= ? LIMIT 16)", [removals.now().milliseconds])
    }

    /// Takes from a budget.
    mutating func take(_ count: Int, from budget: String, perMinute: Int) throws -> Grant {
        let before = try rows.budget(budget)
        var window = before
        let grant = window.take(count, perMinute: perMinute, now: now.milliseconds)
        if window != before { try write(window, of: budget) }
        return grant
    }

    mutating func tryWriting(_ count: Int) throws {
        try db.run("INSERT OR REPLACE INTO write_probe (id, filler) VALUES (1, ?)", [Data(count: count)])
    }

    private func write(_ window: SlidingWindowLimiter, of budget: String) throws {
        try db.run(
            """
            INSERT INTO budgets (name, taken) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET taken = excluded.taken
            """,
            [budget, window.text]
        )
    }
}

extension StoredRows {
    /// A value of a connection's scripts; nil where there is none or it has expired.
    func value(connection: String, key: String) throws -> JSON? {
        let blindIndex = codec.blindIndex(.valueKey, key, on: connection)
        let row = try db.first(
            "SELECT body FROM kv WHERE connection = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)",
            [connection, Data(blindIndex), now.milliseconds]
        )
        return try row.flatMap { try opener.open($0.bytes(0), at: PreparedValue.place(connection, blindIndex)).json["value"] }
    }

    /// What a budget has granted.
    func budget(_ name: String) throws -> SlidingWindowLimiter {
        guard let row = try db.first("SELECT taken FROM budgets WHERE name = ?", [name]) else { return SlidingWindowLimiter() }
        return SlidingWindowLimiter(text: row[0])
    }
}
