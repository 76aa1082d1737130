import Foundation
import GRDB
import Screening

extension WriteTransaction {
    mutating func notify(_ row: NoticeRow) throws {
        if !row.isAddressed {
            let isWanted = try db.first("SELECT 1 FROM subscriptions WHERE kind = ? OR kind = '*' LIMIT 1", [row.kind]) != nil
            guard isWanted else { return }
        }
        let added = try db.change(
            "INSERT INTO notices (id, kind, at, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [row.id, row.kind, row.at, Data(row.body)]
        )
        if added > 0, let work = row.work { try queue(work) }
    }

    mutating func write(_ row: DeliveryRow) throws {
        try db.run(
            """
            INSERT INTO webhook_deliveries (\(DeliveryRow.columns)) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
            WHERE EXISTS (SELECT 1 FROM webhook_endpoints WHERE id = ?2)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, next_attempt_at = excluded.next_attempt_at, body = excluded.body
            """,
            [
                row.id, row.endpoint, row.notice, row.kind, row.subject, row.createdAt, row.state, row.nextAttemptAt, Data(row.body),
            ]
        )
    }

    mutating func change(endpoint id: String, _ change: EndpointChange) throws {
        switch change {
        case .succeeded:
            try db.run(
                "UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, warned_at = NULL, throttled_until = NULL WHERE id = ?",
                [id]
            )
        case .failed(let time, let counts, let until):
            try db.run(
                """
                UPDATE webhook_endpoints SET failures = failures + 1,
                    failing_since = coalesce(failing_since, CASE WHEN ?2 THEN ?3 END),
                    throttled_until = nullif(max(coalesce(throttled_until, 0), coalesce(?4, 0)), 0)
                WHERE id = ?1
                """,
                [id, counts, time, until]
            )
        case .warned(let time): try db.run("UPDATE webhook_endpoints SET warned_at = coalesce(warned_at, ?2) WHERE id = ?1", [id, time])
        case .disabled(let problem, let version):
            try db.run(
                "UPDATE webhook_endpoints SET enabled = 0, problem = ?2 WHERE id = ?1 AND enabled = 1 AND version = ?3",
                [id, Data(problem), version]
            )
        }
    }

    mutating func keep(_ row: EndpointRow, over version: Int) throws {
        let present = try db.first("SELECT version FROM webhook_endpoints WHERE id = ?", [row.id])?[0] as Int64? ?? 0
        guard present == Int64(version) else { throw StoreError.conflict }
        try db.run(
            """
            INSERT INTO webhook_endpoints (id, version, body, enabled, problem) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, body = excluded.body, enabled = excluded.enabled, problem = excluded.problem,
                failures = 0, failing_since = NULL, warned_at = NULL, throttled_until = NULL
            """,
            [row.id, row.version, Data(row.body), row.isEnabled, row.problem.map { Data($0) }]
        )
        try subscribe("webhook:" + row.id, row.words)
    }

    mutating func remove(endpoint id: String) throws {
        try db.run("DELETE FROM webhook_endpoints WHERE id = ?", [id])
        try db.run("DELETE FROM webhook_deliveries WHERE endpoint = ?", [id])
        try subscribe("webhook:" + id, [])
    }

    mutating func subscribe(_ subscriber: String, _ words: [String]) throws {
        try db.run("DELETE FROM subscriptions WHERE subscriber = ?", [subscriber])
        for word in words { try db.run("INSERT INTO subscriptions (kind, subscriber) VALUES (?, ?) ON CONFLICT DO NOTHING", [word, subscriber]) }
    }

    mutating func forgetDeliveries(before time: Timestamp, keeping count: Int) throws {
        try db.run(
            """
            DELETE FROM webhook_deliveries WHERE id IN (
                SELECT id FROM webhook_deliveries WHERE created_at < ? AND state <> 'pending' ORDER BY created_at LIMIT \(NotificationLimits.batch)
            )
            """,
            [time.milliseconds]
        )
        for row in try db.all("SELECT id FROM webhook_endpoints") {
            try db.run(
                """
                DELETE FROM webhook_deliveries WHERE id IN (
                    SELECT id FROM webhook_deliveries WHERE endpoint = ?1 AND state <> 'pending'
                        AND id <= (SELECT id FROM webhook_deliveries WHERE endpoint = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
                    ORDER BY id LIMIT \(NotificationLimits.batch)
                )
                """,
                [row[0] as String, count]
            )
        }
        try db.run(
            """
            DELETE FROM notices WHERE id IN (
                SELECT id FROM notices AS n WHERE at < ? AND NOT EXISTS (SELECT 1 FROM webhook_deliveries WHERE notice_id = n.id)
                    AND NOT EXISTS (SELECT 1 FROM queue WHERE kind = 'notice' AND subject = n.id)
                ORDER BY at LIMIT \(NotificationLimits.batch)
            )
            """,
            [time.milliseconds]
        )
    }
}

extension StoredRows {
    func endpoints() throws -> [WebhookEndpoint] { try endpoints("ORDER BY id", []) }

    func endpoint(_ id: String) throws -> WebhookEndpoint? { try endpoints("WHERE id = ?", [id]).first }

    func subscribers() throws -> [String] {
        try db.all("SELECT DISTINCT subscriber FROM subscriptions WHERE subscriber NOT LIKE 'webhook:%' ORDER BY subscriber").map { $0[0] }
    }

    func notice(_ id: String) throws -> Notice? {
        let row = try db.first("SELECT id, kind, at, body FROM notices WHERE id = ?", [id])
        return try row.map { try NoticeRow(id: $0[0], kind: $0[1], at: $0[2], body: $0.bytes(3)).notice(opener) }
    }

    func delivery(_ id: String) throws -> WebhookDelivery? {
        try db.first("SELECT \(DeliveryRow.columns) FROM webhook_deliveries WHERE id = ?", [id]).map(delivery)
    }

    func deliveries(of endpoint: String, _ query: DeliveryQuery, _ page: PageRequest) throws -> Page<WebhookDelivery> {
        var condition = "endpoint = ?"
        var values: [(any SQLiteValue)?] = [endpoint]
        if !query.states.isEmpty {
            condition += " AND state IN (\(query.states.map { _ in "?" }.joined(separator: ", ")))"
            values += query.states.map { $0.rawValue }
        }
        if let since = query.since {
            condition += " AND created_at >= ?"
            values.append(since.milliseconds)
        }
        if let until = query.until {
            condition += " AND created_at < ?"
            values.append(until.milliseconds)
        }
        if let cursor = page.cursor {
            condition += " AND id \(page.ascending ? ">" : "<") ?"
            values.append(cursor)
        }
        let order = page.ascending ? "ASC" : "DESC"
        values.append(page.bounded + 1)
        let rows = try db.all(
            "SELECT \(DeliveryRow.columns) FROM webhook_deliveries WHERE \(condition) ORDER BY id \(order) LIMIT ?",
            SQLiteArguments(values)
        )
        let items = try rows.prefix(page.bounded).map(delivery)
        return Page(items: items, next: rows.count > items.count ? items.last?.id : nil)
    }

    private func delivery(_ row: SQLiteRow) throws -> WebhookDelivery {
        try DeliveryRow(
            id: row[0],
            endpoint: row[1],
            notice: row[2],
            kind: row[3],
            subject: row[4],
            createdAt: row[5],
            state: row[6],
            nextAttemptAt: row[7],
            body: row.bytes(8)
        ).delivery(opener)
    }

    /// - Parameter condition: one of a few fixed texts.
    private func endpoints(_ condition: String, _ arguments: SQLiteArguments) throws -> [WebhookEndpoint] {
        try db.all("SELECT \(EndpointRow.columns) FROM webhook_endpoints \(condition)", arguments).map { row in
            var stored = EndpointRow(id: row[0], version: row[1], body: row.bytes(2))
            stored.isEnabled = row[3]
            stored.problem = row.optionalBytes(4)
            stored.failures = row[5]
            stored.failingSince = row[6]
            stored.warnedAt = row[7]
            stored.throttledUntil = row[8]
            return try stored.endpoint(opener)
        }
    }
}
