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

    /// Has an erasure that was not begun be as if it had not been written down.
    func withdraw(_ given: LedgerEntry) async throws {
        var entry = LedgerEntry(given.erasure, ErasurePlan())
        entry.isWithdrawn = true
        try await write(ledger: entry)
    }

    func finish(_ given: LedgerEntry) async throws -> Erasure {
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
