import Foundation
import GRDB
import Screening

extension WriteTransaction {
    /// Sets or deletes a value of a connection's scripts.
    mutating func set(_ value: JSON?, connection: String, key: String, expires: Timestamp?) throws {
        let fingerprint = codec.fingerprint(.valueKey, key)
        guard let value else {
            try db.run("DELETE FROM kv WHERE connection = ? AND key = ?", [connection, Data(fingerprint)])
            return
        }
        let body = try codec.seal(
            RowCodec.Content(json: ["key": .string(key), "value": value]),
            at: StoredRows.place(connection, fingerprint)
        )
        try db.run(
            """
            INSERT INTO kv (connection, key, expires_at, body) VALUES (?, ?, ?, ?)
            ON CONFLICT (connection, key) DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body
            """,
            [connection, Data(fingerprint), expires?.milliseconds, Data(body)]
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
    func value(connection: String, key: String, now: Timestamp) throws -> JSON? {
        let fingerprint = codec.fingerprint(.valueKey, key)
        let row = try db.first(
            "SELECT body FROM kv WHERE connection = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)",
            [connection, Data(fingerprint), now.milliseconds]
        )
        guard let row else { return nil }
        return try codec.open(row.bytes(0), at: StoredRows.place(connection, fingerprint)).json["value"]
    }

    /// What a budget has granted, and until when it rests.
    func budget(_ name: String) throws -> BudgetWindow {
        guard let row = try db.first("SELECT taken, rest_until FROM budgets WHERE name = ?", [name]) else { return BudgetWindow() }
        return BudgetWindow(text: row[0], restUntil: row[1])
    }

    fileprivate static func place(_ connection: String, _ key: [UInt8]) -> SealedPlace { SealedPlace(.kv, connection + ":" + key.hex) }
}
