import Screening

extension StoreReading {
    func isMarked(_ key: [UInt8], on connection: String) throws -> Bool {
        try !fetch("SELECT 1 FROM erasure_marks WHERE connection = $1 AND key = $2", [.text(connection), .bytes(key)]).isEmpty
    }

    /// What belongs to events alone: their keys and runs.
    func ofEvents(_ given: ErasurePlan) throws -> ErasurePlan {
        var plan = given
        for id in given.events {
            if let key = try fetch("SELECT key_id FROM events WHERE id = $1", [.text(id)]).first?.int(at: 0), key != codec.keys.general.id {
                plan.keys.insert(key)
            }
            for row in try fetch("SELECT id FROM runs WHERE event_id = $1", [.text(id)]) { if let run = row.text(at: 0) { plan.runs.insert(run) } }
        }
        return plan
    }

    /// Whether a run handles an event that stays, or asked for orders that stay.
    func isOfOthers(run: String) throws -> Bool {
        guard let row = try fetch("SELECT event_id FROM runs WHERE id = $1", [.text(run)]).first else { return false }
        // What cannot be read stays as it is.
        var unread = UnreadThings()
        return try row.text(at: 0) != nil || !ordersPlaced(by: run, &unread).isEmpty
    }

    /// Whether a text is an address, a name or an identifier of somebody on a connection.
    /// - Parameter words: what was found there before.
    func isKnown(_ text: String, on connection: String, _ words: inout WordsFound) throws -> Bool {
        let address = AddressScan.folded(text)
        if address.contains("@") {
            let sql = "SELECT 1 FROM event_addresses WHERE connection = $1 AND key = $2 LIMIT 1"
            if try !fetch(sql, [.text(connection), .int(codec.addressKey(address, on: connection))]).isEmpty { return true }
        }
        let external = codec.blindIndex(.externalID, text, on: connection)
        if try !fetch("SELECT 1 FROM orders WHERE connection = $1 AND external_key = $2 LIMIT 1", [.text(connection), .bytes(external)]).isEmpty {
            return true
        }
        if text.contains(where: \.isNumber) || text.contains("@") {
            if try !ordersFound(on: connection, by: { BlindIndexTerm.phone(text, on: connection, by: $0) }).isEmpty { return true }
            if try !ordersFound(on: connection, by: { BlindIndexTerm.reference(text, on: connection, by: $0) }).isEmpty { return true }
        }
        return try isNamed(text, on: connection, &words)
    }

    /// Whether two words are the names of one candidate: a first name alone says nothing of anybody.
    private func isNamed(_ text: String, on connection: String, _ found: inout WordsFound) throws -> Bool {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 2, words[0] != words[1] else { return false }
        func orders(_ word: String) throws -> Set<String> {
            try found.orders(word) { try ordersFound(on: connection) { BlindIndexTerm.reference(word, on: connection, by: $0) } }
        }
        let first = try orders(words[0])
        return try !first.isEmpty && !first.isDisjoint(with: orders(words[1]))
    }
}

/// The orders that words found on a connection: in a long text one word is in many pairs.
struct WordsFound: Sendable {
    private var orders: [String: Set<String>] = [:]
    private var size = 0

    /// Those of a word, looked for where that is not known. What would grow too large is forgotten.
    mutating func orders(_ word: String, _ find: () throws -> Set<String>) rethrows -> Set<String> {
        if let known = orders[word] { return known }
        let found = try find()
        size += found.count + 1
        if size > 100_000 { (orders, size) = ([:], found.count + 1) }
        orders[word] = found
        return found
    }
}

extension StoreTransaction {
    /// Somebody orders for a person who was erased, who may be there again from now on. Not where the order was open: its provider may go on with it.
    mutating func lift(_ place: NewOrder) throws {
        guard let reorder = place.reorder, reorder.endedBefore == nil, try !wasErasedOpen(place) else { throw StoreError.conflict }
        // All that the application is known by: else what the ATS says of the new order would be dropped.
        // A mark holds whatever application it is of: those that it shares with another go, too.
        let sql = """
            DELETE FROM erasure_marks WHERE connection = $1
                AND key IN (SELECT m.key FROM erasure_marks AS m WHERE m.connection = $1 AND m.place = $2)
            """
        try change(sql, [.text(place.row.connection), .bytes(place.external)])
    }

    /// Takes away all that a plan names, and leaves its marks.
    mutating func erase(_ plan: ErasurePlan) throws {
        for work in plan.works { try unqueue(work) }
        for run in plan.runs {
            for sql in ["DELETE FROM steps WHERE run_id = $1", "DELETE FROM run_lookups WHERE run_id = $1", "DELETE FROM runs WHERE id = $1"] {
                try change(sql, [.text(run)])
            }
        }
        for subject in plan.journals { try forgetJournal(of: subject) }
        for event in plan.events {
            try forgetDedupeKeys(of: event)
            try change("DELETE FROM order_sources WHERE event_id = $1", [.text(event)])
            try change("DELETE FROM events WHERE id = $1", [.text(event)])
        }
        if !plan.events.isEmpty || !plan.runs.isEmpty || !plan.journals.isEmpty {
            for address in plan.addresses {
                try change("DELETE FROM event_addresses WHERE connection = $1 AND key = $2", [.text(address.connection), .int(address.key)])
            }
        }
        for subject in plan.events.union(plan.runs) { try change("DELETE FROM event_addresses WHERE event_id = $1", [.text(subject)]) }
        for order in plan.orders {
            for sql in [
                "DELETE FROM timeline WHERE order_id = $1", "DELETE FROM order_sources WHERE order_id = $1",
                "DELETE FROM lookups WHERE bucket = (SELECT bucket FROM orders WHERE id = $1) AND order_id = $1",
                "DELETE FROM webhook_deliveries WHERE subject = $1", "DELETE FROM bulk_refusals WHERE item = $1",
                "DELETE FROM unknown_requests WHERE reference_key IN (SELECT reference_key FROM orders WHERE id = $1)",
                "DELETE FROM orders WHERE id = $1",
            ] { try change(sql, [.text(order)]) }
            isRemoved(order: order)
            // A notice's identifier begins with what it is about; "`" comes right after "_".
            try change("DELETE FROM notices WHERE id >= $1 AND id < $2", [.text("ntf_\(order)_"), .text("ntf_\(order)`")])
        }
        for place in plan.places {
            try change("DELETE FROM withdrawals WHERE connection = $1 AND external_key = $2", [.text(place.connection), .bytes(place.key)])
        }
        for value in plan.values {
            try change("DELETE FROM kv WHERE connection = $1 AND key = $2", [.text(value.connection), .bytes(value.key)])
        }
        for answer in plan.answers {
            // Free again, the key would have the same request order once more.
            let sealed = try IdempotencyRow.sealed(IdempotencyRow.erased.json.bytes(), of: answer, codec)
            let sql = "UPDATE idempotency_records SET status = $1, body = $2 WHERE key = $3"
            try change(sql, [.int(Int64(IdempotencyRow.erased.status)), .bytes(sealed), .bytes(answer)])
        }
        for subject in plan.orders.union(plan.events).union(plan.runs) {
            // The chain is over the hash of what was sealed: it verifies without it.
            try change("UPDATE audit SET body = NULL WHERE subject = $1", [.text(subject)])
        }
        for (key, notes) in Dictionary(grouping: plan.notes, by: \.cause) {
            guard let cause = IssueCause(key: key), var issue = try issue(of: cause) else { continue }
            issue.notes.removeAll { note in notes.contains { $0.at == note.at.milliseconds } }
            try write(issue)
        }
        for mark in plan.marks {
            try change(
                "INSERT INTO erasure_marks (connection, key, place) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                [.text(mark.connection), .bytes(mark.key), .bytes(mark.place)]
            )
        }
        for run in plan.later { try change("INSERT INTO erasures_due (event_id) VALUES ($1) ON CONFLICT DO NOTHING", [.text(run)]) }
    }
    /// Takes away what the runs of an event, or one run, were answered; of those that go on once they have ended.
    private mutating func forgetJournal(of subject: String) throws {
        let runs = "SELECT id FROM runs WHERE \(subject.hasPrefix("run_") ? "id" : "event_id") = $1 AND state"
        let live = "IN ('queued', 'running', 'waiting')"
        try change("DELETE FROM steps WHERE run_id IN (\(runs) NOT \(live))", [.text(subject)])
        try change("INSERT INTO erasures_due (event_id) \(runs) \(live) ON CONFLICT DO NOTHING", [.text(subject)])
    }
}
