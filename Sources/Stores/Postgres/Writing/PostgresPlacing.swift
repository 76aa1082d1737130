import Screening

extension PostgresLocks {
    /// Puts in the orders whose external id is free on their connection, and names them. An identifier or a token that is taken is an error.
    static let insertOrders = """
        \(insertion) WHERE NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.connection = g.connection AND o.external_key = g.external_key)
        ON CONFLICT (connection, external_key, sequence) DO NOTHING RETURNING id
        """

    /// Puts orders in.
    static let insertion = """
        INSERT INTO orders
            (id, connection, account, provider, package, external_key, sequence, previous, token_key, state, outcome, problem, waiting_on, version,
            created_at, updated_at, lookup_keys, key_id, body, lookup_number, bucket)
        SELECT g.*, (SELECT max(bucket) FROM lookup_buckets AS b WHERE b.connection = g.connection) FROM unnest(
            $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bigint[], $8::text[], $9::bytea[], $10::text[], $11::text[],
            $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bytea[], $18::bigint[], $19::bytea[],
            $20::bigint[]
        ) AS g (id, connection, account, provider, package, external_key, sequence, previous, token_key, state, outcome, problem, waiting_on, version,
            created_at, updated_at, lookup_keys, key_id, body, lookup_number)
        """

    /// Whoever may replace orders does so one after the other for each external id: what is the newest order stays so until the transaction ends.
    static let lockSequences = """
        SELECT pg_advisory_xact_lock(mark)::text FROM (
            SELECT DISTINCT hashtextextended(encode(k, 'hex'), 13) AS mark FROM unnest($1::bytea[]) AS k ORDER BY mark
        ) AS sorted
        """

    /// The newest orders that stand under external ids, new or not.
    static let selectPresentOrders = """
        SELECT \(PostgresOrderRow.columns), o.external_key FROM unnest($1::text[], $2::bytea[]) AS w (connection, external_key)
        JOIN LATERAL (
            SELECT * FROM orders WHERE connection = w.connection AND external_key = w.external_key ORDER BY sequence DESC LIMIT 1
        ) AS o ON true
        """

    static func columns(of orders: [NewOrder]) -> [PostgresValue] {
        let rows = orders.map(\.row)
        return [
            .texts(rows.map(\.id)), .texts(rows.map(\.connection)), .texts(rows.map(\.account)), .texts(rows.map(\.provider)),
            .texts(rows.map(\.package)), .blobs(orders.map(\.external)), .ints(rows.map { Int64($0.sequence) }), .texts(rows.map(\.previous)),
            .blobs(orders.map(\.token)), .texts(rows.map(\.state)), .texts(rows.map(\.outcome)), .texts(rows.map(\.problem)),
            .texts(rows.map(\.waitingOn)), .ints(rows.map { Int64($0.version) }),
            .ints(rows.map(\.createdAt)), .ints(rows.map(\.updatedAt)), .blobs(orders.map(\.lookUps.terms.packed)), .ints(rows.map(\.keyID)),
            .blobs(rows.map(\.body)), .ints(orders.map { Int64($0.lookUps.key) }),
        ]
    }
}

extension PostgresTransaction {
    /// The order that stands where `new` was to be placed; where that is `new` itself, with its work and the first entry of its timeline.
    mutating func place(_ new: NewOrder) throws -> (order: Order, isNew: Bool) {
        guard locked.placed.remove(new.order.id) == nil else { return try finish(new) }
        let place = LockedRows.Place(new)
        guard let present = try locked.replacements[place] ?? locked.present[place]?.order(codec) else { throw StoreError.conflict }
        guard let reorder = new.reorder, present.givesWay(to: reorder) else { return (present.named(new.order.externalID), false) }
        return try replace(present, by: new)
    }

    /// Puts an order in the place of one that gives way to it.
    private mutating func replace(_ present: Order, by new: NewOrder) throws -> (order: Order, isNew: Bool) {
        let place = LockedRows.Place(new)
        if var known = locked.orders[present.id] {
            // An intent before this one has changed it in the same transaction: it is decided about on what stands then.
            guard known.version == present.version else { throw StoreError.conflict }
            known.version += 1
            change(order: present.id, to: known)
        }
        guard let row = locked.present[place], row.row.id == present.id else { throw StoreError.conflict }
        let key = try codec.keys.key(row.row.keyID) { _ in row.wrappedKey }
        try write(new.replacement(of: present, codec, under: key))
        write("UPDATE orders SET replaced_by = $1, version = version + 1 WHERE id = $2", .text(new.order.id), .text(present.id))
        let new = try new.replacing(present, codec)
        write(PostgresLocks.insertion, values: PostgresLocks.columns(of: [new]))
        change(replacement: place, to: new.order)
        return try finish(new)
    }

    /// What goes with an order that was put in.
    private mutating func finish(_ new: NewOrder) throws -> (order: Order, isNew: Bool) {
        let order = new.order
        add(new.lookUps.terms, of: order.id)
        try write(new.accepted)
        // Nobody else knows the order yet, so its concurrency key needs no lock.
        queue(new.submission(due: Timestamp(milliseconds: 0)), due: time.value)
        return (order, true)
    }

    mutating func note(order: String, of cause: Order.Cause, _ source: OrderSource) {
        write(
            """
            INSERT INTO order_sources AS s (order_id, run_id, event_id, made, asked) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (order_id, run_id) DO UPDATE SET asked = s.asked OR excluded.asked
            """,
            .text(order),
            .text(cause.run),
            .text(cause.event),
            .bool(source == .made),
            .bool(source != .found)
        )
    }

    func isStored(order id: String) throws -> Bool { locked.orders[id] != nil }
    mutating func isRemoved(order id: String) { change(order: id, to: nil) }

    mutating func update(_ row: OrderRow, _ lookUps: LookUps) throws {
        guard let present = locked.orders[row.id], present.version == row.version - 1 else { throw StoreError.conflict }
        change(order: row.id, to: LockedRows.LockedOrder(seq: present.seq, version: row.version, bucket: present.bucket, keys: lookUps.terms))
        write(
            """
            UPDATE orders SET state = $1, outcome = $2, version = $3, updated_at = $4, body = $5, problem = $7, waiting_on = $8, account = $9,
                provider = $10, package = $11 WHERE seq = $6
            """,
            .text(row.state),
            .text(row.outcome),
            .count(row.version),
            .int(row.updatedAt),
            .bytes(row.body),
            .int(present.seq),
            .text(row.problem),
            .text(row.waitingOn),
            .text(row.account),
            .text(row.provider),
            .text(row.package)
        )
        let change = LookupChange(from: present.keys, to: lookUps.terms)
        if !change.isEmpty { find(row.id, present, change, lookUps) }
    }

    mutating func find(order id: String, at version: Int, by lookUps: LookUps) throws {
        guard var present = locked.orders[id], present.version == version else { return }
        let change = LookupChange(from: present.keys, to: lookUps.terms)
        find(id, present, change, lookUps)
        present.keys = lookUps.terms
        self.change(order: id, to: present)
    }

    private mutating func find(_ id: String, _ present: LockedRows.LockedOrder, _ change: LookupChange, _ lookUps: LookUps) {
        write(
            "UPDATE orders SET lookup_keys = $1, lookup_number = $2 WHERE seq = $3",
            .bytes(lookUps.terms.packed),
            .count(lookUps.key),
            .int(present.seq)
        )
        if !change.removed.isEmpty {
            write(
                "DELETE FROM lookups WHERE bucket = $1 AND key = ANY($2) AND order_id = $3",
                .int(present.bucket),
                .ints(change.removed.map(\.bits)),
                .text(id)
            )
        }
        if !change.added.isEmpty { add(change.added, of: id) }
    }

    mutating func write(_ row: ReferenceRow) throws {
        if let key = row.key {
            if row.isAlone, locked.references[key]?.subtracting([row.order]).isEmpty == false { throw StoreError.conflict }
            add(reference: key, of: row.order)
        }
        write("UPDATE orders SET reference_key = $1 WHERE id = $2", .bytes(row.key), .text(row.order))
    }

    mutating func write(_ row: TimelineRow) throws {
        write(
            "INSERT INTO timeline (order_id, at, kind, body) SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[])",
            lists: [.texts([row.order]), .ints([row.at]), .texts([row.kind]), .blobs([row.body])]
        )
    }

    private mutating func add(_ keys: [BlindIndexTerm], of order: String) {
        write(
            """
            INSERT INTO lookups (bucket, key, order_id) SELECT o.bucket, k, o.id FROM orders AS o CROSS JOIN unnest($2::bigint[]) AS k WHERE o.id = $1
            ON CONFLICT DO NOTHING
            """,
            .text(order),
            .ints(keys.map(\.bits))
        )
    }
}
