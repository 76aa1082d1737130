import Screening

extension SQLStore {
    func records(of subject: ErasureSubject) async throws -> PersonRecords? {
        guard let addresses = try await addresses(of: subject) else { return nil }
        let orders = subject.order.map { Set([$0]) } ?? []
        let plan = try await plan(addresses: addresses, orders: orders, isWhole: false)
        var records = PersonRecords(addresses: addresses)
        (records.orders, records.events, records.runs) = (plan.orders.sorted(), plan.events.sorted(), plan.runs.sorted())
        return records
    }

    func erasable(_ subject: ErasureSubject) async throws -> [String: Int]? {
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
        telling: @Sendable (ErasedThings) -> ErasureTelling
    ) async throws -> Erasure? {
        guard let addresses = try await addresses(of: subject) else { return nil }
        let orders = subject.order.map { Set([$0]) } ?? []
        let name = codec.subject(addresses.sorted().first ?? subject.order ?? "")
        var entry = LedgerEntry(Erasure(id: id, subject: name, requestedAt: clock.now()), ErasurePlan())
        entry.erasure.copiesUntil = clock.now() + window
        var rounds = 0
        while rounds < 5 {
            let isFirst = rounds == 0
            let plan = try await plan(addresses: addresses, orders: isFirst ? orders : [], isWhole: isFirst, after: entry.plan.marks)
            var more = plan
            // What runs that go on were answered goes later.
            more.journals.subtract(entry.plan.journals)
            guard isFirst || !more.isEmpty else { break }
            let before = (entry.plan, entry.erasure.told)
            let others = telling(try await read { try $0.things(in: plan) })
            entry.plan.formUnion(plan)
            entry.erasure.told.merge(others.told, uniquingKeysWith: ErasureTelling.both)
            rounds += 1
            try await write(ledger: entry)
            let act = isFirst ? AuditAct(by: actor, "candidate.erase", subject: id, note: note) : nil
            do {
                try await destroy(plan, of: entry, as: act, telling: others.runs, unlessHeld: true)
            } catch StoreError.conflict where isFirst {
                try await withdraw(entry)
                throw StoreError.conflict
            } catch StoreError.conflict {
                // What came meanwhile was put on hold: it stays, and so it is no part of what was erased.
                (entry.plan, entry.erasure.told) = before
                break
            }
        }
        return try await finish(entry)
    }

    @discardableResult
    func replayErasures() async throws -> Int {
        try await replayRevocations()
        let entries = try await ledger()
        guard !entries.isEmpty else { return 0 }
        let known = Set(try await read { reading in try reading.fetch("SELECT id FROM erasures", []).compactMap { $0.text(at: 0) } })
        var count = 0
        for entry in entries where entry.erasure.doneAt == nil || !known.contains(entry.erasure.id) {
            // An older copy may have more of the person than there was: what is found by the same keys goes, too.
            var entry = entry
            let given = entry.plan
            let isDone = entry.erasure.doneAt != nil
            // One that was only cut short is finished as it was written down: what was ordered for the person since is not of it.
            if !known.contains(entry.erasure.id) { entry.plan.formUnion(try await read { try $0.completed(given) }) }
            try await write(ledger: entry)
            let act = AuditAct(by: .system, "erasure.replayed", subject: entry.erasure.id)
            let isBegun = isDone || known.contains(entry.erasure.id)
            do {
                // One that was done once is done again whatever this copy holds; of one that was only written down nothing is gone yet.
                try await destroy(entry.plan, of: entry, as: known.contains(entry.erasure.id) ? nil : act, unlessHeld: !isBegun)
            } catch StoreError.conflict where !isBegun {
                try await withdraw(entry)
                continue
            }
            // A certificate that was given out stays as it is.
            if isDone { try await forgetTraces() } else { _ = try await finish(entry) }
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
        try await read { reading in
            var found: Set<Int> = []
            for connection in try reading.connectionsStored() {
                for (index, text) in texts.enumerated() where !found.contains(index) {
                    if try reading.isKnown(text.value, on: connection) { found.insert(index) }
                }
            }
            return found
        }
    }

    func note(told: [String: String], of erasure: String) async throws {
        guard var entry = try await ledger().first(where: { $0.erasure.id == erasure }) else { return }
        entry.erasure.told.merge(told) { $1 }
        entry.erasure = try entry.erasure.signed(with: try await signingKey())
        try await write(ledger: entry)
    }

    /// The addresses of a person; nil where an order is named that is not there.
    private func addresses(of subject: ErasureSubject) async throws -> Set<String>? {
        switch subject {
        case .email(let email): return [AddressScan.folded(email.value)]
        case .order(let id):
            guard let order = try await order(id) else { return nil }
            let address = AddressScan.folded(order.candidate.email.value)
            return address.isEmpty ? [] : [address]
        }
    }

    /// Destroys rows first, then the keys that open what is left of them anywhere.
    /// - Parameters:
    ///   - entry: the erasure that it is a part of; nil for what was received of somebody who is erased already.
    ///   - act: what the audit says of it.
    ///   - runs: what is to tell others of it.
    ///   - unlessHeld: whether what is on legal hold stays, and all else with it.
    /// - Throws: ``StoreError/conflict`` where something of it is on hold.
    private func destroy(
        _ plan: ErasurePlan,
        of entry: LedgerEntry?,
        as act: AuditAct?,
        telling runs: [Run] = [],
        unlessHeld: Bool = false
    ) async throws {
        let (effects, keys) = try await prepare(
            runs.flatMap { [.run($0), .queue(QueuedWork(.run($0.id), connection: $0.connection, due: $0.createdAt))] }
        )
        var touched = TouchedRows(erasing: plan)
        touched.add(TouchedRows(effects, under: keys))
        let subjects = unlessHeld ? plan.orders.union(plan.events).union(plan.journals) : []
        touched.removed = subjects
        touched.audits = act != nil
        let row = try act.map { act in
            var act = act
            act.details = .object(JSON.Members(plan.counts.sorted { $0.key < $1.key }.map { ($0.key, JSON.int(Int64($0.value))) }))
            return try AuditRow(act, at: clock.now(), codec)
        }
        let now = clock.now()
        let silenced = try await silenced(plan.audits)
        // The transaction that destroys is the act itself: whoever asked for it needs no second record.
        _ = act == nil ? nil : AuditedAct.current?.take()
        try await write(touched) { transaction in
            try transaction.require(keys)
            for subject in subjects where try transaction.isHeld(subject) { throw StoreError.conflict }
            try transaction.erase(plan)
            for (seq, body) in silenced { try transaction.change("UPDATE audit SET body = $1 WHERE seq = $2", [.bytes(body), .int(seq)]) }
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
    /// The work that is queued for it.
    var works: [Work] {
        orders.sorted().flatMap { [Work.submit(order: $0), .read(order: $0)] } + events.sorted().map { .event($0) } + runs.sorted().map { .run($0) }
    }
}

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
        return try row.text(at: 0) != nil || !ordersPlaced(by: run).isEmpty
    }

    /// Whether a text is an address, a name or an identifier of somebody on a connection.
    func isKnown(_ text: String, on connection: String) throws -> Bool {
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
        return try isNamed(text, on: connection)
    }

    /// Whether two words are the names of one candidate: a first name alone says nothing of anybody.
    private func isNamed(_ text: String, on connection: String) throws -> Bool {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 2, words[0] != words[1] else { return false }
        let found = try words.map { word in try ordersFound(on: connection) { BlindIndexTerm.reference(word, on: connection, by: $0) } }
        return !found[0].isDisjoint(with: found[1])
    }
}

extension StoreTransaction {
    /// Somebody orders for a person who was erased, who may be there again from now on.
    mutating func lift(_ place: NewOrder) throws {
        guard let reorder = place.reorder, reorder.endedBefore == nil else { throw StoreError.conflict }
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
                "DELETE FROM orders WHERE id = $1",
            ] { try change(sql, [.text(order)]) }
            // A notice's identifier begins with what it is about; "`" comes right after "_".
            try change("DELETE FROM notices WHERE id >= $1 AND id < $2", [.text("ntf_\(order)_"), .text("ntf_\(order)`")])
        }
        for place in plan.places {
            try change("DELETE FROM withdrawals WHERE connection = $1 AND external_key = $2", [.text(place.connection), .bytes(place.key)])
        }
        for value in plan.values {
            try change("DELETE FROM kv WHERE connection = $1 AND key = $2", [.text(value.connection), .bytes(value.key)])
        }
        for answer in plan.answers { try change("DELETE FROM idempotency_records WHERE key = $1", [.bytes(answer)]) }
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
