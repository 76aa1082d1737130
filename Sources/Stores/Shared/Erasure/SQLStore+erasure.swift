import Screening

extension SQLStore {
    func records(of subject: ErasureSubject) async throws -> PersonRecords? {
        // Whoever lacks a key would say of somebody who is stored that they are not.
        try await requireKeys()
        guard let addresses = try await addresses(of: subject) else { return nil }
        let orders = subject.order.map { Set([$0]) } ?? []
        let plan = try await plan(addresses: addresses, orders: orders, isWhole: false)
        var records = PersonRecords(addresses: addresses)
        (records.orders, records.events, records.runs) = (plan.orders.sorted(), plan.events.sorted(), plan.runs.sorted())
        records.unread = plan.unread
        return records
    }

    /// What came of an erasure's orders and applications while they were being destroyed, without naming the person.
    /// - Parameters:
    ///   - end: until when at least it may have come in: looking for what is to go can take long.
    ///   - unlessHeld: whether what is on legal hold stays.
    private func late(after entry: LedgerEntry, until end: Timestamp, unlessHeld: Bool = false) async throws -> ErasurePlan {
        let requested = entry.erasure.requestedAt
        let (begin, last) = (requested + .seconds(-5), max(end, requested + .seconds(120)))
        return try await read { try $0.late(after: entry.plan, from: begin, to: last, unlessHeld: unlessHeld) }
    }

    func erasable(_ subject: ErasureSubject) async throws -> [String: Int]? {
        try await requireKeys()
        guard let addresses = try await addresses(of: subject) else { return nil }
        let orders = subject.order.map { Set([$0]) } ?? []
        return try await plan(addresses: addresses, orders: orders, isWhole: true).counts
    }

    /// What is to be destroyed is written down first. It is looked for once more after it was destroyed, for somebody may have sent more meanwhile.
    func erase(
        _ subject: ErasureSubject,
        as id: String,
        window: Duration,
        by actor: Actor,
        note: Personal<String>?,
        telling: @Sendable (ErasedThings) async -> ErasureTelling
    ) async throws -> Erasure? {
        // What cannot be read here may be the person's: whoever has the key finds all.
        try await requireKeys()
        guard let addresses = try await addresses(of: subject) else { return nil }
        let orders = subject.order.map { Set([$0]) } ?? []
        let name = codec.subject(addresses.sorted().first ?? subject.order ?? "")
        var entry = LedgerEntry(Erasure(id: id, subject: name, requestedAt: clock.now()), ErasurePlan())
        let backup = try await backupState().madeAt.map { Erasure.Backup(madeAt: $0, at: clock.now(), window: window) }
        // The keys of the newest backup stay until there is a newer one, for nothing could be restored without them.
        entry.erasure.copiesUntil = backup?.outlivesWindow == true ? nil : clock.now() + window
        entry.erasure.limits = [Erasure.limits, backup?.text].compactMap(\.self).joined(separator: " ")
        var rounds = 0
        while rounds < 5 {
            let isFirst = rounds == 0
            var plan = try await plan(addresses: addresses, orders: isFirst ? orders : [], isWhole: isFirst, after: entry.plan.marks)
            if !isFirst { plan.formUnion(try await late(after: entry, until: clock.now() + .seconds(5))) }
            var more = plan
            // What runs that go on were answered goes later.
            more.journals.subtract(entry.plan.journals)
            // What could not be read is said, also where nothing else is left to destroy.
            entry.plan.unread.formUnion(plan.unread)
            guard isFirst || !more.isEmpty else { break }
            let before = (entry.plan, entry.erasure.told)
            let (things, unread) = try await read { [plan] reading in
                var plan = plan
                return (try reading.things(in: &plan), plan.unread)
            }
            plan.unread.formUnion(unread)
            let others = await telling(things)
            // Somebody may have begun to seal with a key that is not here while it was looked for: what that covers of the person is not in the plan. Written down
            // as it is by then, an erasure is finished by whoever has the key.
            try await requireKeys()
            entry.plan.formUnion(plan)
            entry.erasure.told.merge(others.told, uniquingKeysWith: ErasureTelling.both)
            rounds += 1
            try await write(ledger: entry)
            let kept = isFirst ? try await self.note(note, of: plan, addresses: addresses) : nil
            let act = isFirst ? AuditAct(by: actor, "candidate.erase", subject: id, note: kept) : nil
            do {
                try await destroy(plan, of: entry, as: act, telling: others.runs, unlessHeld: plan.mayBeHeld)
            } catch StoreError.conflict where isFirst {
                try await withdraw(entry)
                throw StoreError.conflict
            } catch StoreError.conflict {
                // What came meanwhile was put on hold: it stays, and so it is no part of what was erased.
                (entry.plan, entry.erasure.told) = before
                break
            }
        }
        try await requireKeys()
        return try await finish(entry)
    }

    /// - Throws: ``StoreError/keyMissing(_:)`` where something may be sealed with a key that is not here.
    private func requireKeys() async throws { if let key = try await missingKeys().first { throw StoreError.keyMissing(key) } }

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

    func erasures() async throws -> [Erasure] { try await ledger().map(\.erasure).sorted { $0.id > $1.id } }

    func erasure(_ id: String) async throws -> Erasure? { try await ledger().first { $0.erasure.id == id }?.erasure }

    func isErased(_ marks: [ErasureMark], on connection: String) async throws -> Bool {
        let keys = marks.map { codec.markKey($0, on: connection) }
        return try await lookUp { reading in try keys.contains { try reading.isMarked($0, on: connection) } }
    }

    func hasErasureMarks(on connection: String) async throws -> Bool {
        try await read { try !$0.fetch("SELECT 1 FROM erasure_marks WHERE connection = $1 LIMIT 1", [.text(connection)]).isEmpty }
    }

    func isErased(callbackToken: String) async throws -> Bool {
        let key = codec.blindIndex(.callbackToken, callbackToken)
        return try await lookUp { try $0.isMarked(key, on: "") }
    }

    func isErased(reference: String, at account: String) async throws -> Bool {
        let key = codec.blindIndex(.reference, reference, on: account)
        return try await lookUp { try $0.isMarked(key, on: "") }
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

    func known(_ texts: [Personal<String>]) async throws -> Set<Int> {
        let places = Dictionary(grouping: texts.indices) { texts[$0].value }
        // Pairs with one first word come together.
        var left = places.keys.sorted()
        var found: Set<Int> = []
        for connection in try await read({ try $0.connectionsStored() }) {
            var (words, start, hits) = (WordsFound(), 0, Set<String>())
            while start < left.count {
                let (part, given) = (Array(left[start..<min(start + 300, left.count)]), words)
                start += part.count
                let new: Set<String>
                // A few at a time: others read in between.
                (new, words) = try await read { reading in
                    var words = given
                    return (Set(try part.filter { try reading.isKnown($0, on: connection, &words) }), words)
                }
                hits.formUnion(new)
            }
            left.removeAll(where: hits.contains)
            for text in hits { found.formUnion(places[text] ?? []) }
        }
        return found
    }

    func note(told: [String: String], of erasure: String) async throws {
        guard var entry = try await ledger().first(where: { $0.erasure.id == erasure }) else { return }
        entry.erasure.told.merge(told) { $1 }
        entry.erasure = try entry.erasure.signed(with: try await signingKey())
        try await write(ledger: entry)
    }

    /// The addresses of a person, none where the order that is named is damaged; nil where it is not there.
    private func addresses(of subject: ErasureSubject) async throws -> Set<String>? {
        switch subject {
        case .email(let email): return [AddressScan.folded(email.value)]
        case .order(let id):
            do {
                guard let order = try await order(id) else { return nil }
                let address = AddressScan.folded(order.candidate.email.value)
                return address.isEmpty ? [] : [address]
            } catch StoreError.corrupt {
                // Whose it was is not known any more: it goes all the same, with what is found by it alone.
                let isThere = try await read { try !$0.fetch("SELECT 1 FROM orders WHERE id = $1", [.text(id)]).isEmpty }
                return isThere ? [] : nil
            }
        }
    }

    /// Destroys rows first, then the keys that open what is left of them anywhere.
    /// - Parameters:
    ///   - entry: the erasure that it is a part of; nil for what was received of somebody who is erased already.
    ///   - act: what the audit says of it.
    ///   - runs: what is to tell others of it.
    ///   - subjects: what stays where it is on legal hold, and all else with it.
    /// - Throws: ``StoreError/conflict`` where something of it is on hold.
    private func destroy(
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

    /// Has an erasure that was not begun be as if it had not been written down.
    private func withdraw(_ given: LedgerEntry) async throws {
        var entry = LedgerEntry(given.erasure, ErasurePlan())
        entry.isWithdrawn = true
        try await write(ledger: entry)
    }

    private func finish(_ given: LedgerEntry) async throws -> Erasure {
        var entry = given
        try await forgetTraces()
        entry.erasure.doneAt = entry.erasure.doneAt ?? clock.now()
        entry.erasure.counts = entry.plan.counts
        entry.erasure.unread = entry.plan.unread.counts
        entry.erasure.chain = try await auditHead()
        entry.erasure = try entry.erasure.signed(with: try await signingKey())
        try await write(ledger: entry)
        return entry.erasure
    }

    /// The store's key for certificates, made where there is none yet.
    private func signingKey() async throws -> [UInt8] {
        let place = AssociatedData(.signingKey, "1")
        func stored() async throws -> [UInt8]? {
            try await read { reading in
                let row = try reading.fetch("SELECT body FROM signing_key WHERE number = 1", []).first
                return try row.map { try reading.opener.open($0.bytes(at: 0), at: place).raw }
            }
        }
        if let key = try await stored() { return key }
        let made = try codec.seal(RowCodec.Content(json: [:], raw: codec.keys.random.bytes(32)), at: place, under: codec.keys.general)
        try await write(TouchedRows()) {
            try $0.change("INSERT INTO signing_key (number, body) VALUES (1, $1) ON CONFLICT DO NOTHING", [.bytes(made)])
        }
        guard let key = try await stored() else { throw StoreError.conflict }
        return key
    }
}

extension ErasureSubject {
    fileprivate var order: String? { if case .order(let id) = self { id } else { nil } }
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
    fileprivate var mayBeHeld: Set<String> { orders.union(events).union(journals) }

    /// The work that is queued for it.
    var works: [Work] {
        orders.sorted().flatMap { [Work.submit(order: $0), .read(order: $0)] } + events.sorted().map { .event($0) } + runs.sorted().map { .run($0) }
    }
}
