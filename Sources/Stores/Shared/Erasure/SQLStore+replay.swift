import Screening

/// Erasures that were cut short, that a restored backup does not know of, and what was received of somebody erased.
extension SQLStore {
    @discardableResult
    func replayErasures() async throws -> Int {
        try await replayRevocations()
        let entries = try await ledger()
        guard !entries.isEmpty else { return 0 }
        // Those of which something is gone, with when that was first.
        let known: [String: Timestamp] = try await read { reading in
            try reading.fetch("SELECT id, at FROM erasures", []).reduce(into: [:]) { times, row in
                if let id = row.text(at: 0), let at = row.time(at: 1) { times[id] = at }
            }
        }
        let hasKeys = try await missingKeys().isEmpty
        var count = 0
        for entry in entries where entry.erasure.doneAt == nil || known[entry.erasure.id] == nil {
            // An older copy may have more of the person than there was: what is found by the same keys goes, too.
            var entry = entry
            let given = entry.plan
            let isDone = entry.erasure.doneAt != nil
            let begun = known[entry.erasure.id]
            // What cannot be read here may be the person's: one that nothing is gone of yet is left to whoever has the key.
            if !isDone, !hasKeys, begun == nil { continue }
            // One that was only cut short is finished as it was written down: what was ordered for the person since is not of it.
            var came = ErasurePlan()
            if let begun {
                // What was put on hold since stays: nobody has said yet that it goes.
                came = try await late(after: entry, until: begun + .seconds(120), unlessHeld: true)
                entry.plan.formUnion(came)
            } else {
                entry.plan.formUnion(try await read { try $0.completed(given) })
            }
            try await write(ledger: entry)
            let act = AuditAct(by: .system, "erasure.replayed", subject: entry.erasure.id)
            let isBegun = isDone || begun != nil
            let unlessHeld = isBegun ? came.events.subtracting(given.events) : entry.plan.mayBeHeld
            do {
                // One that was done once is done again whatever this copy holds; of one that was only written down nothing is gone yet.
                try await destroy(entry.plan, of: entry, as: begun == nil ? act : nil, unlessHeld: unlessHeld)
            } catch StoreError.conflict where !isBegun {
                try await withdraw(entry)
                continue
            } catch StoreError.conflict where !unlessHeld.isEmpty {
                // It was put on hold at this moment: all is written down as it was, and done the next time.
                try await write(ledger: LedgerEntry(entry.erasure, given))
                continue
            }
            // A certificate that was given out stays as it is.
            if isDone { try await forgetTraces() } else if try await missingKeys().isEmpty { _ = try await finish(entry) } else { continue }
            count += 1
        }
        return count
    }

    func eraseLater(event id: String) async throws {
        try await write(TouchedRows()) { try $0.change("INSERT INTO erasures_due (event_id) VALUES ($1) ON CONFLICT DO NOTHING", [.text(id)]) }
    }

    func eraseDue() async throws -> Int {
        let due = try await read { reading in
            try reading.fetch(
                """
                SELECT d.event_id FROM erasures_due AS d WHERE NOT EXISTS
                    (SELECT 1 FROM runs AS r WHERE r.event_id = d.event_id AND r.state IN ('queued', 'running', 'waiting'))
                AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.id = d.event_id AND r.state IN ('queued', 'running', 'waiting')) LIMIT 200
                """,
                []
            ).compactMap { $0.text(at: 0) }
        }
        for event in due {
            var plan = ErasurePlan()
            if !event.hasPrefix("run_") {
                plan.events = [event]
            } else if try await read({ try $0.isOfOthers(run: event) }) {
                plan.journals = [event]
            } else {
                plan.runs = [event]
            }
            let given = plan
            plan = try await read { try $0.ofEvents(given) }
            try await destroy(plan, of: nil, as: nil)
            try await write(TouchedRows()) {
                // A run that somebody began again meanwhile stays due.
                let sql = """
                    DELETE FROM erasures_due WHERE event_id = $1
                        AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.id = $1 AND r.state IN ('queued', 'running', 'waiting'))
                    """
                try $0.change(sql, [.text(event)])
            }
        }
        return due.count
    }

    /// What came of an erasure's orders and applications while they were being destroyed, without naming the person.
    /// - Parameters:
    ///   - end: until when at least it may have come in: looking for what is to go can take long.
    ///   - unlessHeld: whether what is on legal hold stays.
    func late(after entry: LedgerEntry, until end: Timestamp, unlessHeld: Bool = false) async throws -> ErasurePlan {
        let requested = entry.erasure.requestedAt
        let (begin, last) = (requested + .seconds(-5), max(end, requested + .seconds(120)))
        return try await read { try $0.late(after: entry.plan, from: begin, to: last, unlessHeld: unlessHeld) }
    }
}
