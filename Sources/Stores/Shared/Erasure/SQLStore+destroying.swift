import Screening

extension SQLStore {
    /// Destroys rows first, then the keys that open what is left of them anywhere.
    /// - Parameters:
    ///   - entry: the erasure that it is a part of; nil for what was received of somebody who is erased already.
    ///   - act: what the audit says of it.
    ///   - runs: what is to tell others of it.
    ///   - subjects: what stays where it is on legal hold, and all else with it.
    /// - Throws: ``StoreError/conflict`` where something of it is on hold.
    func destroy(
        _ plan: ErasurePlan,
        of entry: LedgerEntry?,
        as act: AuditAct?,
        telling runs: [Run] = [],
        unlessHeld subjects: Set<String> = []
    ) async throws {
        let (effects, keys) = try await prepare(
            runs.flatMap { [.run($0), .queue(QueuedWork(.run($0.id), connection: $0.connection, due: $0.createdAt))] }
        )
        var touched = TouchedRows(erasing: plan)
        touched.add(TouchedRows(effects, under: keys))
        touched.removed = subjects
        touched.audits = act != nil
        let row = try act.map { act in
            var act = act
            act.details = .object(JSON.Members(plan.counts.sorted { $0.key < $1.key }.map { ($0.key, JSON.int(Int64($0.value))) }))
            return try AuditRow(act, at: clock.now(), codec)
        }
        let now = clock.now()
        let (silenced, commands) = (try await silenced(plan.audits), try await silenced(commands: plan.commands))
        // The transaction that destroys is the act itself: whoever asked for it needs no second record.
        _ = act == nil ? nil : AuditedAct.current?.take()
        try await write(touched) { transaction in
            try transaction.require(keys)
            for subject in subjects where try transaction.isHeld(subject) { throw StoreError.conflict }
            try transaction.erase(plan)
            // What another erasure destroyed meanwhile stays gone.
            let silence = "UPDATE audit SET body = $1 WHERE seq = $2 AND body IS NOT NULL"
            for (seq, body) in silenced { try transaction.change(silence, [.bytes(body), .int(seq)]) }
            for (id, body) in commands { try transaction.change("UPDATE bulk_jobs SET body = $1 WHERE id = $2", [.bytes(body), .text(id)]) }
            for view in plan.views { try transaction.forget(view) }
            try transaction.apply(effects)
            if let entry {
                try transaction.change(
                    "INSERT INTO erasures (id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    [.text(entry.erasure.id), .int(now.milliseconds)]
                )
            }
            if let row { try transaction.append(row) }
        }
        codec.keys.forget(keys: plan.keys, of: plan.orders.union(plan.events).union(plan.runs))
        if !plan.keys.isEmpty { try await destroy(keys: plan.keys.sorted()) }
    }

    /// What is sealed of entries of the audit, without what people wrote: who did it stays. The chain is over the hash of what was sealed first.
    private func silenced(_ entries: Set<Int64>) async throws -> [(seq: Int64, body: [UInt8])] {
        var silenced: [(seq: Int64, body: [UInt8])] = []
        for seq in entries.sorted() {
            let body = try await read { reading in
                let row = try reading.fetch("SELECT \(AuditRow.columns) FROM audit WHERE seq = $1 AND body IS NOT NULL", [.int(seq)]).first
                return try row.flatMap { try AuditRow.silenced($0, reading.opener, reading.codec) }
            }
            if let body { silenced.append((seq, body)) }
        }
        return silenced
    }

    /// What is sealed of commands for many, without what people wrote.
    private func silenced(commands ids: Set<String>) async throws -> [(id: String, body: [UInt8])] {
        var silenced: [(id: String, body: [UInt8])] = []
        for id in ids.sorted() {
            let body = try await read { reading in
                let row = try reading.fetch("SELECT \(BulkJobRow.idAndBody) FROM bulk_jobs WHERE id = $1", [.text(id)]).first
                return try row.flatMap { try BulkJobRow.silenced($0, reading.opener, reading.codec) }
            }
            if let body { silenced.append((id, body)) }
        }
        return silenced
    }
}

extension TouchedRows {
    /// What an erasure takes away.
    fileprivate init(erasing plan: ErasurePlan) {
        self.init()
        orders = plan.orders.sorted()
        runs = plan.runs.sorted()
        events = plan.events.sorted()
        works = plan.works
        causes = Set(plan.notes.map(\.cause))
        concurrencyKeys =
            plan.places.map { Withdrawal.concurrencyKey($0.connection, $0.key) }
            + plan.orders.flatMap { [QueuedWork.concurrencyKey(order: $0), QueuedWork.concurrencyKey(updatesOf: $0)] }
    }
}

extension ErasurePlan {
    /// What of it may be on legal hold.
    var mayBeHeld: Set<String> { orders.union(events).union(journals) }

    /// The work that is queued for it.
    var works: [Work] {
        orders.sorted().flatMap { [Work.submit(order: $0), .read(order: $0)] } + events.sorted().map { .event($0) } + runs.sorted().map { .run($0) }
    }
}
