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
        // Few at a time, so that nobody waits for a day's worth.
        try db.run("DELETE FROM kv WHERE rowid IN (SELECT rowid FROM kv WHERE expires_at <= ? LIMIT 16)", [now.milliseconds])
    }

    /// Takes from a budget.
    mutating func take(_ count: Int, from budget: String, perMinute: Int) throws -> Grant {
        let before = try rows.budget(budget)
        var window = before
        let grant = window.take(count, perMinute: perMinute, now: now.milliseconds)
        if window != before { try write(window, of: budget) }
        return grant
    }

    /// Rests a budget.
    mutating func rest(_ budget: String, until: Timestamp) throws {
        var window = try rows.budget(budget)
        window.rest(until: until.milliseconds)
        try write(window, of: budget)
    }

    mutating func tryWriting(_ count: Int) throws {
        try db.run("INSERT OR REPLACE INTO write_probe (id, filler) VALUES (1, ?)", [Data(count: count)])
    }

    private func write(_ window: BudgetWindow, of budget: String) throws {
        try db.run(
            """
            INSERT INTO budgets (name, taken, rest_until) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET taken = excluded.taken, rest_until = excluded.rest_until
            """,
            [budget, window.text, window.restUntil]
        )
    }
}

extension StoredRows {
    /// A value of a connection's scripts; nil where there is none or it has expired.
    func value(connection: String, key: String) throws -> JSON? {
        let fingerprint = codec.fingerprint(.valueKey, key, on: connection)
        let row = try db.first(
            "SELECT body FROM kv WHERE connection = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)",
            [connection, Data(fingerprint), now.milliseconds]
        )
        return try row.flatMap { try opener.open($0.bytes(0), at: PreparedValue.place(connection, fingerprint)).json["value"] }
    }

    /// Until when a budget rests; nil where it does not.
    func resting(_ name: String) throws -> Timestamp? {
        guard let until = try budget(name).restUntil, until > now.milliseconds else { return nil }
        return Timestamp(milliseconds: until)
    }

    /// What a budget has granted, and until when it rests.
    func budget(_ name: String) throws -> BudgetWindow {
        guard let row = try db.first("SELECT taken, rest_until FROM budgets WHERE name = ?", [name]) else { return BudgetWindow() }
        return BudgetWindow(text: row[0], restUntil: row[1])
    }
}
