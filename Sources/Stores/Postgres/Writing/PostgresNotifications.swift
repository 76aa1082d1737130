import Screening

extension PostgresTransaction {
    /// Both rows in one statement: whether there is work depends on whether the notice was stored.
    mutating func notify(_ row: NoticeRow) {
        guard let work = row.work else { return }
        wakes.insert(.notice)
        write(
            Self.notifying,
            .text(row.id),
            .text(row.kind),
            .int(row.at),
            .bytes(row.body),
            .bool(row.isAddressed),
            .text(work.concurrencyKey),
            .text(work.lane),
            .count(work.priority),
            .int(work.due.milliseconds)
        )
    }

    private static let notifying = """
        WITH notice AS (
            INSERT INTO notices (id, kind, at, body) SELECT $1, $2, $3, $4
            WHERE $5 OR EXISTS (SELECT 1 FROM subscriptions WHERE kind IN ($2, '*'))
            ON CONFLICT DO NOTHING RETURNING id
        )
        INSERT INTO queue (kind, subject, concurrency_key, lane, priority, due_at, attempts, is_head)
        SELECT 'notice', id, $6, $7, $8, $9, 0, NOT EXISTS (SELECT 1 FROM queue WHERE concurrency_key = $6) FROM notice
        ON CONFLICT (kind, subject) DO NOTHING
        """

    mutating func write(_ row: DeliveryRow) {
        write(
            """
            INSERT INTO webhook_deliveries (\(DeliveryRow.columns)) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
            WHERE EXISTS (SELECT 1 FROM webhook_endpoints WHERE id = $2)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, next_attempt_at = excluded.next_attempt_at, body = excluded.body
            """,
            .text(row.id),
            .text(row.endpoint),
            .text(row.notice),
            .text(row.kind),
            .text(row.subject),
            .int(row.createdAt),
            .text(row.state),
            .int(row.nextAttemptAt),
            .bytes(row.body)
        )
    }

    mutating func change(endpoint id: String, _ change: EndpointChange) {
        switch change {
        case .succeeded:
            write(
                "UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, warned_at = NULL, throttled_until = NULL WHERE id = $1",
                .text(id)
            )
        case .failed(let time, let counts, let until):
            write(
                """
                UPDATE webhook_endpoints SET failures = failures + 1, failing_since = coalesce(failing_since, CASE WHEN $2 THEN $3 END),
                    throttled_until = greatest(throttled_until, $4)
                WHERE id = $1
                """,
                .text(id),
                .bool(counts),
                .int(time),
                .int(until)
            )
        case .warned(let time):
            write("UPDATE webhook_endpoints SET warned_at = coalesce(warned_at, $2) WHERE id = $1", .text(id), .int(time))
        case .disabled(let problem, let version):
            write(
                "UPDATE webhook_endpoints SET enabled = false, problem = $2 WHERE id = $1 AND enabled AND version = $3",
                .text(id),
                .bytes(problem),
                .count(version)
            )
        }
    }

    mutating func keep(_ row: EndpointRow, over version: Int) throws {
        guard locked.endpoints[row.id] ?? 0 == version else { throw StoreError.conflict }
        change(endpoint: row.id, to: row.version)
        write(
            """
            INSERT INTO webhook_endpoints (id, version, body, enabled, problem) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, body = excluded.body, enabled = excluded.enabled, problem = excluded.problem,
                failures = 0, failing_since = NULL, warned_at = NULL, throttled_until = NULL
            """,
            .text(row.id),
            .count(row.version),
            .bytes(row.body),
            .bool(row.isEnabled),
            .bytes(row.problem)
        )
        subscribe("webhook:" + row.id, row.words)
    }

    mutating func remove(endpoint id: String) {
        change(endpoint: id, to: nil)
        write("DELETE FROM webhook_endpoints WHERE id = $1", .text(id))
        write("DELETE FROM webhook_deliveries WHERE endpoint = $1", .text(id))
        subscribe("webhook:" + id, [])
    }

    mutating func subscribe(_ subscriber: String, _ words: [String]) {
        write("DELETE FROM subscriptions WHERE subscriber = $1", .text(subscriber))
        if words.isEmpty { return }
        write(
            "INSERT INTO subscriptions (kind, subscriber) SELECT k, $2 FROM unnest($1::text[]) AS k ON CONFLICT DO NOTHING",
            .texts(words),
            .text(subscriber)
        )
    }
}

extension PostgresRows {
    func endpoints() throws -> [WebhookEndpoint] {
        try all("SELECT \(EndpointRow.columns) FROM webhook_endpoints ORDER BY id").map(endpoint)
    }

    func endpoint(_ id: String) throws -> WebhookEndpoint? {
        try all("SELECT \(EndpointRow.columns) FROM webhook_endpoints WHERE id = $1", .text(id)).first.map(endpoint)
    }

    func subscribers() throws -> [String] {
        try all("SELECT DISTINCT subscriber FROM subscriptions WHERE subscriber NOT LIKE 'webhook:%' ORDER BY subscriber").map { $0.text(0) }
    }

    func notice(_ id: String) throws -> Notice? {
        try all("SELECT id, kind, at, body FROM notices WHERE id = $1", .text(id)).first.map { row in
            try NoticeRow(id: row.text(0), kind: row.text(1), at: row.int(2), body: row.bytes(3)).notice(opener)
        }
    }

    func delivery(_ id: String) throws -> WebhookDelivery? {
        try all("SELECT \(DeliveryRow.columns) FROM webhook_deliveries WHERE id = $1", .text(id)).first.map(delivery)
    }

    func deliveries(of endpoint: String, _ query: DeliveryQuery, _ page: PageRequest) throws -> Page<WebhookDelivery> {
        let order = page.ascending ? "ASC" : "DESC"
        let states = query.states.isEmpty ? WebhookDelivery.State.allCases : Array(query.states)
        let rows = try all(
            """
            SELECT \(DeliveryRow.columns) FROM webhook_deliveries WHERE endpoint = $1 AND state = ANY($2) AND created_at >= $3 AND created_at < $4
                AND ($5::text IS NULL OR id \(page.ascending ? ">" : "<") $5)
            ORDER BY id \(order) LIMIT \(page.bounded + 1)
            """,
            .text(endpoint),
            .texts(states.map(\.rawValue)),
            .int(query.since?.milliseconds ?? .min),
            .int(query.until?.milliseconds ?? .max),
            .text(page.cursor),
            isKept: false
        )
        let items = try rows.prefix(page.bounded).map(delivery)
        return Page(items: items, next: rows.count > items.count ? items.last?.id : nil)
    }

    private func delivery(_ row: PostgresRow) throws -> WebhookDelivery {
        try DeliveryRow(
            id: row.text(0),
            endpoint: row.text(1),
            notice: row.text(2),
            kind: row.text(3),
            subject: row.text(4),
            createdAt: row.int(5),
            state: row.text(6),
            nextAttemptAt: row.optionalInt(7),
            body: row.bytes(8)
        ).delivery(opener)
    }

    private func endpoint(_ row: PostgresRow) throws -> WebhookEndpoint {
        var stored = EndpointRow(id: row.text(0), version: row.count(1), body: row.bytes(2))
        stored.isEnabled = row.bool(3)
        stored.problem = row.optionalBytes(4)
        stored.failures = row.count(5)
        stored.failingSince = row.optionalInt(6)
        stored.warnedAt = row.optionalInt(7)
        stored.throttledUntil = row.optionalInt(8)
        return try stored.endpoint(opener)
    }
}

extension PostgresTransaction {
    mutating func forgetDeliveries(before time: Timestamp, keeping count: Int) {
        write(
            """
            DELETE FROM webhook_deliveries WHERE id IN (
                SELECT id FROM webhook_deliveries WHERE created_at < $1 AND state <> 'pending' ORDER BY created_at LIMIT \(NotificationLimits.batch)
                FOR UPDATE SKIP LOCKED
            )
            """,
            .int(time.milliseconds)
        )
        write(
            """
            DELETE FROM webhook_deliveries WHERE id IN (
                SELECT d.id FROM webhook_endpoints AS e
                CROSS JOIN LATERAL (SELECT id FROM webhook_deliveries WHERE endpoint = e.id ORDER BY id DESC LIMIT 1 OFFSET $1) AS last
                JOIN webhook_deliveries AS d ON d.endpoint = e.id AND d.id <= last.id AND d.state <> 'pending'
                ORDER BY d.id LIMIT \(NotificationLimits.batch) FOR UPDATE OF d SKIP LOCKED
            )
            """,
            .count(count)
        )
        write(
            """
            DELETE FROM notices WHERE id IN (
                SELECT id FROM notices AS n WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM webhook_deliveries WHERE notice_id = n.id)
                    AND NOT EXISTS (SELECT 1 FROM queue WHERE kind = 'notice' AND subject = n.id)
                ORDER BY at LIMIT \(NotificationLimits.batch) FOR UPDATE SKIP LOCKED
            )
            """,
            .int(time.milliseconds)
        )
    }
}
