import Foundation
import GRDB
import Screening

extension WriteTransaction {
    mutating func place(_ new: NewOrder) throws -> (order: Order, isNew: Bool) {
        var new = new
        if let present = try rows.order(connection: new.order.connection, external: new.external) {
            guard let reorder = new.reorder, present.givesWay(to: reorder) else { return (present.named(new.order.externalID), false) }
            let moved = try db.change(
                "UPDATE orders SET replaced_by = ?, version = version + 1 WHERE id = ? AND version = ?",
                [new.order.id, present.id, present.version]
            )
            guard moved == 1, let key = try rows.keys(of: [present.id])[present.id] else { throw StoreError.conflict }
            try write(new.replacement(of: present, codec, under: key))
            new = try new.replacing(present, codec)
        }
        let (order, row) = (new.order, new.row)
        let bucket = try bucket(on: order.connection)
        let placed = try db.change(
            """
            INSERT INTO orders
                (id, connection, account, provider, package, external_key, sequence, previous, token_key, state, outcome, problem, waiting_on, version,
                created_at, updated_at, bucket, lookup_keys, lookup_number, key_id, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                row.id, row.connection, row.account, row.provider, row.package, Data(new.external), row.sequence, row.previous, Data(new.token),
                row.state, row.outcome, row.problem, row.waitingOn, row.version, row.createdAt, row.updatedAt, bucket, Data(new.lookUps.terms.packed),
                new.lookUps.key, row.keyID, Data(row.body),
            ]
        )
        guard placed == 1 else { throw StoreError.conflict }
        try add(new.lookUps.terms, of: order.id, bucket: bucket)
        try write(new.accepted)
        try queue(new.submission(due: now))
        return (order, true)
    }

    mutating func note(order: String, of cause: Order.Cause, _ source: OrderSource) throws {
        try db.run(
            """
            INSERT INTO order_sources (order_id, run_id, event_id, made, asked) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (order_id, run_id) DO UPDATE SET asked = max(asked, excluded.asked)
            """,
            [order, cause.run, cause.event, source == .made, source != .found]
        )
    }

    func isStored(order id: String) throws -> Bool { try db.first("SELECT 1 FROM orders WHERE id = ?", [id]) != nil }
    /// Its row says so.
    mutating func isRemoved(order id: String) {}

    mutating func update(_ row: OrderRow, _ lookUps: LookUps) throws {
        let present = try db.first("SELECT seq, version, bucket, lookup_keys FROM orders WHERE id = ?", [row.id])
        guard let present, present[1] as Int == row.version - 1 else { throw StoreError.conflict }
        let (seq, bucket): (Int64, Int64) = (present[0], present[2])
        try db.run(
            """
            UPDATE orders SET account = ?, provider = ?, package = ?, state = ?, outcome = ?, problem = ?, waiting_on = ?, version = ?, updated_at = ?,
                body = ? WHERE seq = ?
            """,
            [
                row.account, row.provider, row.package, row.state, row.outcome, row.problem, row.waitingOn, row.version, row.updatedAt,
                Data(row.body), seq,
            ]
        )
        let change = LookupChange(from: [BlindIndexTerm](packed: present.bytes(3)), to: lookUps.terms)
        if !change.isEmpty { try find(row.id, seq, bucket, change, lookUps) }
    }

    mutating func find(order: String, at version: Int, by lookUps: LookUps) throws {
        let present = try db.first("SELECT seq, version, bucket, lookup_keys FROM orders WHERE id = ?", [order])
        guard let present, present[1] as Int == version else { return }
        try find(order, present[0], present[2], LookupChange(from: [BlindIndexTerm](packed: present.bytes(3)), to: lookUps.terms), lookUps)
    }

    private func find(_ order: String, _ seq: Int64, _ bucket: Int64, _ change: LookupChange, _ lookUps: LookUps) throws {
        try db.run(
            "UPDATE orders SET lookup_keys = ?, lookup_number = ? WHERE seq = ?",
            [Data(lookUps.terms.packed), lookUps.key, seq]
        )
        for key in change.removed {
            try db.run("DELETE FROM lookups WHERE bucket = ? AND key = ? AND order_id = ?", [bucket, key.bits, order])
        }
        try add(change.added, of: order, bucket: bucket)
    }

    /// Nobody else writes, so nobody gets it between the look and the end of this transaction.
    mutating func write(_ row: ReferenceRow) throws {
        let key = row.key.map { Data($0) }
        if row.isAlone, let key, try db.first("SELECT 1 FROM orders WHERE reference_key = ? AND id <> ? LIMIT 1", [key, row.order]) != nil {
            throw StoreError.conflict
        }
        try db.run("UPDATE orders SET reference_key = ? WHERE id = ?", [key, row.order])
    }

    mutating func write(_ row: TimelineRow) throws {
        try db.run("INSERT INTO timeline (order_id, at, kind, body) VALUES (?, ?, ?, ?)", [row.order, row.at, row.kind, Data(row.body)])
    }

    /// The bucket that a new order of a connection goes into, with the order counted.
    private func bucket(on connection: String) throws -> Int64 {
        let newest = try db.first("SELECT bucket, orders FROM lookup_buckets WHERE connection = ? ORDER BY bucket DESC LIMIT 1", [connection])
        if let newest, (newest[1] as Int) < LookupBucket.size {
            try db.run("UPDATE lookup_buckets SET orders = orders + 1 WHERE bucket = ?", [newest[0] as Int64])
            return newest[0]
        }
        try db.run("INSERT INTO lookup_buckets (connection, orders) VALUES (?, 1)", [connection])
        return db.lastInsertedRowID
    }

    private func add(_ keys: [BlindIndexTerm], of order: String, bucket: Int64) throws {
        for key in keys {
            try db.run("INSERT INTO lookups (bucket, key, order_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [bucket, key.bits, order])
        }
    }
}

extension StoredRows {
    /// An order; nil where there is none.
    func order(_ id: String) throws -> Order? { try order(where: "o.id = ?", [id]) }

    /// Several orders; those that are not there are left out.
    func orders(_ ids: [String]) throws -> [Order] { try ids.compactMap { try order($0) } }

    func hasOrder(connection: String, external: [UInt8]) throws -> Bool {
        try db.first("SELECT 1 FROM orders WHERE connection = ? AND external_key = ? LIMIT 1", [connection, Data(external)]) != nil
    }

    /// An order by the ATS's name for it.
    func order(connection: String, externalID: String) throws -> Order? {
        try order(connection: connection, external: codec.blindIndex(.externalID, externalID, on: connection))?.named(externalID)
    }

    fileprivate func order(connection: String, external: [UInt8]) throws -> Order? {
        try order(where: "o.connection = ? AND o.external_key = ? ORDER BY o.sequence DESC LIMIT 1", [connection, Data(external)])
    }

    /// An order by the secret part of its callback address.
    func order(callbackToken: String) throws -> Order? {
        try order(where: "o.token_key = ?", [Data(codec.blindIndex(.callbackToken, callbackToken))])
    }

    /// An order's timeline, oldest first.
    func timeline(of order: String) throws -> [TimelineEntry] {
        try db.all("SELECT at, kind, body FROM timeline WHERE order_id = ? ORDER BY seq", [order]).map { row in
            try TimelineRow(order: order, at: row[0], kind: row[1], body: row.bytes(2)).entry(opener)
        }
    }

    /// An order with the bytes that its row holds; nil where there is none.
    func sizedOrder(_ id: String) throws -> (Order, size: Int)? {
        try orderRow(where: "o.id = ?", [id]).map { (try $0.order(opener), $0.body.count) }
    }

    private func order(where condition: String, _ arguments: SQLiteArguments) throws -> Order? {
        try orderRow(where: condition, arguments)?.order(opener)
    }

    /// - Parameter condition: one of a few fixed texts.
    private func orderRow(where condition: String, _ arguments: SQLiteArguments) throws -> OrderRow? {
        let row = try db.first(
            """
            SELECT o.id, o.connection, o.account, o.provider, o.package, o.sequence, o.previous, o.state, o.outcome, o.version, o.created_at, o.updated_at,
                o.key_id, o.body, s.event_id, s.run_id, o.untold, o.replaced_by
            FROM orders AS o LEFT JOIN order_sources AS s ON s.order_id = o.id AND s.made = 1 WHERE \(condition)
            """,
            arguments
        )
        guard let row else { return nil }
        var stored = OrderRow(
            id: row[0],
            connection: row[1],
            account: row[2],
            provider: row[3],
            package: row[4],
            sequence: row[5],
            previous: row[6],
            replacedBy: row[17],
            state: row[7],
            outcome: row[8],
            version: row[9],
            createdAt: row[10],
            updatedAt: row[11],
            keyID: row[12],
            body: row.bytes(13),
            cause: (row[15] as String?).map { (row[14], $0) }
        )
        stored.isUntold = row[16]
        return stored
    }
}
