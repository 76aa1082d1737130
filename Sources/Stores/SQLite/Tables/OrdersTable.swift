import Foundation
import GRDB
import Screening

/// An order ready to be placed: sealed and hashed before its turn in the writer, which has no time to spare.
struct NewOrder: Sendable {
    let order: Order
    let row: OrderRow
    let keys: [LookupKey]
    let external: [UInt8]
    let token: [UInt8]

    init(_ order: Order, _ codec: RowCodec) throws(StoreError) {
        self.order = order
        row = try OrderRow(order, codec)
        keys = LookupKey.keys(of: order, by: codec.index)
        external = codec.fingerprint(.externalID, order.externalID)
        token = codec.fingerprint(.callbackToken, order.callbackToken.value)
    }
}

extension WriteTransaction {
    /// Puts an order in, with its work and the first line of its story; or finds the one that has its external id.
    mutating func place(_ new: NewOrder) throws -> (order: Order, isNew: Bool) {
        let (order, row, keys) = (new.order, new.row, new.keys)
        let placed = try db.change(
            """
            INSERT INTO orders
                (id, connection, account, provider, package, external_key, token_key, state, outcome, version, created_at, updated_at, lookup_keys, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection, external_key) DO NOTHING
            """,
            [
                row.id, row.connection, row.account, row.provider, row.package, Data(new.external), Data(new.token), row.state, row.outcome,
                row.version, row.createdAt, row.updatedAt, Data(keys.packed), Data(row.body),
            ]
        )
        guard placed == 1 else {
            guard let present = try rows.order(connection: order.connection, externalID: order.externalID) else { throw StoreError.conflict }
            return (present, false)
        }
        try add(keys, of: order.id, seq: db.lastInsertedRowID)
        try write(TimelineEntry(order: order.id, at: order.createdAt, kind: "accepted", text: "accepted"))
        try queue(QueuedWork(.submit(order: order.id), lane: QueuedWork.lane(order: order.id), due: now, priority: 3))
        return (order, true)
    }

    /// Writes an order's new version over the one before it.
    mutating func update(_ order: Order) throws {
        let present = try db.first("SELECT seq, version, lookup_keys FROM orders WHERE id = ?", [order.id])
        guard let present, present[1] as Int == order.version - 1 else { throw StoreError.conflict }
        let seq: Int64 = present[0]
        let row = try OrderRow(order, codec)
        let keys = LookupKey.keys(of: order, by: codec.index)
        try db.run(
            "UPDATE orders SET state = ?, outcome = ?, version = ?, updated_at = ?, lookup_keys = ?, body = ? WHERE seq = ?",
            [row.state, row.outcome, row.version, row.updatedAt, Data(keys.packed), Data(row.body), seq]
        )
        // What was kept is taken from the row, not computed from the old values: so a key is gone with its value even if keys are made otherwise by then.
        let before = Set([LookupKey](packed: present.bytes(2)))
        guard before != Set(keys) else { return }
        for key in before.subtracting(keys) {
            try db.run("DELETE FROM lookups WHERE bucket = ? AND key = ? AND order_id = ?", [LookupBucket.of(seq), key.bits, order.id])
        }
        try add(keys.filter { !before.contains($0) }, of: order.id, seq: seq)
    }

    /// Adds a line to an order's story.
    mutating func write(_ entry: TimelineEntry) throws {
        let row = try TimelineRow(entry, codec)
        try db.run("INSERT INTO timeline (order_id, at, kind, body) VALUES (?, ?, ?, ?)", [row.order, row.at, row.kind, Data(row.body)])
    }

    private func add(_ keys: [LookupKey], of order: String, seq: Int64) throws {
        for key in keys {
            try db.run(
                "INSERT INTO lookups (bucket, key, order_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [LookupBucket.of(seq), key.bits, order]
            )
        }
    }
}

/// The bucket of `lookups` that an order's keys are in.
enum LookupBucket {
    static func of(_ seq: Int64) -> Int64 { seq >> 10 }
}

extension StoredRows {
    /// An order; nil where there is none.
    func order(_ id: String) throws -> Order? { try order(where: "id = ?", [id]) }

    /// An order by the ATS's name for it.
    func order(connection: String, externalID: String) throws -> Order? {
        try order(where: "connection = ? AND external_key = ?", [connection, Data(codec.fingerprint(.externalID, externalID))])
    }

    /// An order by the secret part of its callback address.
    func order(callbackToken: String) throws -> Order? {
        try order(where: "token_key = ?", [Data(codec.fingerprint(.callbackToken, callbackToken))])
    }

    /// An order's story, oldest first.
    func timeline(of order: String) throws -> [TimelineEntry] {
        try db.all("SELECT at, kind, body FROM timeline WHERE order_id = ? ORDER BY seq", [order]).map { row in
            try TimelineRow(order: order, at: row[0], kind: row[1], body: row.bytes(2)).entry(codec)
        }
    }

    /// - Parameter condition: one of a few fixed texts.
    private func order(where condition: String, _ arguments: StatementArguments) throws -> Order? {
        let row = try db.first(
            """
            SELECT id, connection, account, provider, package, state, outcome, version, created_at, updated_at, body FROM orders WHERE \(condition)
            """,
            arguments
        )
        guard let row else { return nil }
        return try OrderRow(
            id: row[0],
            connection: row[1],
            account: row[2],
            provider: row[3],
            package: row[4],
            state: row[5],
            outcome: row[6],
            version: row[7],
            createdAt: row[8],
            updatedAt: row[9],
            body: row.bytes(10)
        ).order(codec)
    }
}
