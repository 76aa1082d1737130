import Screening

extension StoreReading {
    /// What came of an erasure's orders and applications while these were being destroyed, and does not name the person: found by the order, by the group, or by a
    /// value at its place, as what comes later is found at the door.
    /// - Parameters:
    ///   - gone: what was destroyed.
    ///   - from, to: when what has only a value at a place was received.
    ///   - unlessHeld: whether what is on legal hold stays.
    func late(after gone: ErasurePlan, from: Timestamp, to: Timestamp, unlessHeld: Bool) throws -> ErasurePlan {
        var late = ErasurePlan()
        for order in gone.orders {
            late.events.formUnion(try fetch("SELECT id FROM events WHERE order_id = $1", [.text(order)]).compactMap { $0.text(at: 0) })
            late.runs.formUnion(try fetch("SELECT id FROM runs WHERE order_id = $1", [.text(order)]).compactMap { $0.text(at: 0) })
        }
        let byConnection = Dictionary(grouping: gone.marks.filter { !$0.connection.isEmpty }, by: \.connection)
        for (connection, marks) in byConnection {
            let keys = Set(marks.map(\.key))
            for key in keys {
                let rows = try fetch("SELECT id FROM events WHERE connection = $1 AND group_key = $2", [.text(connection), .text(key.hex)])
                try add(rows.compactMap { $0.text(at: 0) }, to: &late, unlessOfOthersThan: gone)
            }
            let (first, next) = (IdentifierKind.event.lowest(at: from), IdentifierKind.event.lowest(at: to))
            let sql = "SELECT id FROM events WHERE id >= $1 AND id < $2 AND connection = $3 AND kind = 'ats'"
            for row in try fetch(sql, [.text(first), .text(next), .text(connection)]) {
                guard let id = row.text(at: 0), let event = try late.unread.reading(id, { try self.eventAlone(id) }) else { continue }
                let isKnown = DeliveredValues.marks(in: event.request.value).contains { keys.contains(codec.markKey($0, on: connection)) }
                if isKnown { try add([id], to: &late, unlessOfOthersThan: gone) }
            }
        }
        if unlessHeld { try removeHeld(from: &late) }
        return try ofEvents(late)
    }

    /// Takes out what is on legal hold by itself, or by the event or order that it is of.
    private func removeHeld(from late: inout ErasurePlan) throws {
        func isHeld(_ subject: String?) throws -> Bool {
            guard let subject else { return false }
            return try !fetch("SELECT 1 FROM legal_holds WHERE subject = $1 LIMIT 1", [.text(subject)]).isEmpty
        }
        for id in late.events {
            let order = try fetch("SELECT order_id FROM events WHERE id = $1", [.text(id)]).first?.text(at: 0)
            if try isHeld(id) || isHeld(order) { late.events.remove(id) }
        }
        for id in late.runs {
            let row = try fetch("SELECT event_id, order_id FROM runs WHERE id = $1", [.text(id)]).first
            if try isHeld(row?.text(at: 0)) || isHeld(row?.text(at: 1)) { late.runs.remove(id) }
        }
    }

    private func add(_ ids: [String], to late: inout ErasurePlan, unlessOfOthersThan gone: ErasurePlan) throws {
        for id in ids where try !isOfOthers(id, than: gone) { late.events.insert(id) }
    }
}
