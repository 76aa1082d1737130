import Screening

extension StoreReading {
    /// What came of an erasure's orders and applications while these were being destroyed, and does not name the person: found by the order, by the group, or by a
    /// value at its place, as what comes later is found at the door.
    /// - Parameters:
    ///   - gone: what was destroyed.
    ///   - from, to: when what has only a value at a place was received.
    func late(after gone: ErasurePlan, from: Timestamp, to: Timestamp) throws -> ErasurePlan {
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
        return try ofEvents(late)
    }

    private func add(_ ids: [String], to late: inout ErasurePlan, unlessOfOthersThan gone: ErasurePlan) throws {
        for id in ids where try !isOfOthers(id, than: gone) { late.events.insert(id) }
    }
}
