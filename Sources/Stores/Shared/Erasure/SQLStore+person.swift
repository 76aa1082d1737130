import Screening

extension SQLStore {
    /// What there is of a person, looked for in many short reads: a long one holds up whatever else is to be cleared away.
    /// - Parameters:
    ///   - isWhole: whether texts that are kept of nobody alone are looked through as well.
    ///   - left: marks that are there already: what comes later of the same group is of the same applications.
    func plan(addresses: Set<String>, orders: Set<String>, isWhole: Bool, after left: Set<ErasurePlan.Mark> = []) async throws -> ErasurePlan {
        var plan = try await read { try $0.plan(addresses: addresses, orders: orders, after: left) }
        if !addresses.isEmpty {
            let before = plan
            for id in try await read({ try $0.subjectsOfMany() }).sorted() {
                let given = plan
                plan = try await read { reading in
                    var plan = given
                    try reading.add(ofMany: id, naming: addresses, to: &plan)
                    return plan
                }
            }
            let given = plan
            if given != before { plan = try await read { try $0.completed(given) } }
        }
        // An order that is kept without its candidate has no external id any more: an empty one would name everybody.
        let ids = plan.orders
        let (orders, unread) = try await read { try $0.readable(ids) }
        plan.unread.formUnion(unread)
        let found = orders.filter { !$0.externalID.isEmpty }
        for event in plan.events {
            let (marks, unread) = try await read { reading in
                var unread = UnreadThings()
                return (try reading.marks(of: found, in: event, &unread), unread)
            }
            plan.marks.formUnion(marks)
            plan.unread.formUnion(unread)
        }
        for order in found where order.mayStandAtProvider {
            let place = codec.blindIndex(.externalID, order.externalID, on: order.connection)
            let key = codec.markKey(.open(order.externalID), on: order.connection)
            plan.marks.insert(ErasurePlan.Mark(connection: order.connection, key: key, place: place))
        }
        plan.marks.subtract(left)
        if isWhole { try await add(textsOf: found, addresses, to: &plan) }
        return plan
    }

    private func add(textsOf orders: [Order], _ addresses: Set<String>, to plan: inout ErasurePlan) async throws {
        let person = PersonTexts(orders, addresses: addresses, identifiers: plan.orders)
        let written = PersonTexts(writtenOf: orders, addresses: addresses, identifiers: plan.orders)
        let byConnection = Dictionary(grouping: orders, by: \.connection)
        for connection in Set(byConnection.keys).union(plan.addresses.map(\.connection)).sorted() {
            let own = byConnection[connection] ?? []
            let named = own.isEmpty ? person : PersonTexts(orders, own: own, addresses: addresses, identifiers: plan.orders)
            plan.values.formUnion(try await pages(&plan.unread) { try $0.values(on: connection, naming: named, after: $1, &$2) })
        }
        plan.answers.formUnion(try await pages(&plan.unread) { try $0.answers(naming: person, after: $1, &$2) })
        plan.audits.formUnion(try await pages(&plan.unread) { reading, last, _ in try reading.audits(naming: written, after: last) })
        plan.commands.formUnion(try await pages(&plan.unread) { try $0.commands(naming: written, after: $1, &$2) })
        let (notes, views, unread) = try await read { reading in
            var unread = UnreadThings()
            return (try reading.notes(naming: written, &unread), try reading.views(naming: written, &unread), unread)
        }
        plan.notes.formUnion(notes)
        plan.views.formUnion(views)
        plan.unread.formUnion(unread)
    }

    /// What somebody wrote of an erasure, unless it names whom the erasure is of: it stays for longer than they do.
    func note(_ note: Personal<String>?, of plan: ErasurePlan, addresses: Set<String>) async throws -> Personal<String>? {
        guard let note else { return nil }
        let orders = try await read { try $0.readable(plan.orders) }.orders
        return PersonTexts(writtenOf: orders, addresses: addresses, identifiers: plan.orders).stand(in: note.value) ? nil : note
    }

    /// All that is found, a new read for each page.
    private func pages<Found: Hashable & Sendable, Key: Sendable>(
        _ unread: inout UnreadThings,
        _ page: @escaping @Sendable (any StoreReading, Key?, inout UnreadThings) throws -> (found: Set<Found>, last: Key?)
    ) async throws -> Set<Found> {
        var (all, last): (Set<Found>, Key?) = ([], nil)
        while true {
            let after = last
            let (found, next, failed) = try await read { reading in
                var unread = UnreadThings()
                let (found, next) = try page(reading, after, &unread)
                return (found, next, unread)
            }
            unread.formUnion(failed)
            all.formUnion(found)
            guard let next else { return all }
            last = next
        }
    }
}

extension StoreReading {
    private static var page: Int { 1000 }

    /// Those of some orders that are there and can be read.
    fileprivate func readable(_ ids: Set<String>) throws -> (orders: [Order], unread: UnreadThings) {
        var (orders, unread) = ([Order](), UnreadThings())
        for id in ids.sorted() { if let order = try unread.reading(id, { try self.order(id) }) { orders.append(order) } }
        return (orders, unread)
    }

    fileprivate func values(
        on connection: String,
        naming person: PersonTexts,
        after last: [UInt8]?,
        _ unread: inout UnreadThings
    ) throws -> (found: Set<ErasurePlan.Place>, last: [UInt8]?) {
        let sql = "SELECT key, body FROM kv WHERE connection = $1 AND key > $2 ORDER BY key LIMIT \(Self.page)"
        let rows = try fetch(sql, [.text(connection), .bytes(last ?? [])])
        let found = try rows.filter { row in
            let (key, name) = (row.bytes(at: 0), "value \(row.bytes(at: 0).hex) of \(connection)")
            let json = try unread.reading(name) { try opener.open(row.bytes(at: 1), at: PreparedValue.place(connection, key)).json }
            return json.map { person.stand(in: $0) } ?? false
        }
        return (Set(found.map { ErasurePlan.Place(connection: connection, key: $0.bytes(at: 0)) }), next(rows.map { $0.bytes(at: 0) }))
    }

    fileprivate func answers(
        naming person: PersonTexts,
        after last: [UInt8]?,
        _ unread: inout UnreadThings
    ) throws -> (found: Set<[UInt8]>, last: [UInt8]?) {
        let sql = "SELECT key, body FROM idempotency_records WHERE body IS NOT NULL AND key > $1 ORDER BY key LIMIT \(Self.page)"
        let rows = try fetch(sql, [.bytes(last ?? [])])
        let found = try rows.filter { row in
            let key = row.bytes(at: 0)
            let body = try unread.reading("answer \(key.hex)") { try IdempotencyRow.opened(row.bytes(at: 1), of: key, opener) }
            guard let body else { return false }
            return (try? JSON(parsing: body)).map { person.stand(in: $0) } ?? false
        }
        return (Set(found.map { $0.bytes(at: 0) }), next(rows.map { $0.bytes(at: 0) }))
    }

    /// What is about the person's own things goes with these; of the rest, what people wrote.
    fileprivate func audits(naming person: PersonTexts, after last: Int64?) throws -> (found: Set<Int64>, last: Int64?) {
        let sql = """
            SELECT \(AuditRow.columns) FROM audit WHERE seq > $1 AND body IS NOT NULL ORDER BY seq LIMIT \(Self.page)
            """
        let entries = try fetch(sql, [.int(last ?? 0)]).map { try AuditRow.entry($0, opener) }
        let found = entries.filter { entry in [entry.note, entry.reason].contains { $0.map { person.stand(in: $0.value) } ?? false } }
        return (Set(found.map(\.seq)), next(entries.map(\.seq)))
    }

    /// Commands for many whose note names the person.
    fileprivate func commands(
        naming person: PersonTexts,
        after last: String?,
        _ unread: inout UnreadThings
    ) throws -> (found: Set<String>, last: String?) {
        let sql = "SELECT \(BulkJobRow.idAndBody) FROM bulk_jobs WHERE id > $1 ORDER BY id LIMIT \(Self.page)"
        let rows = try fetch(sql, [.text(last ?? "")])
        let ids = rows.compactMap { $0.text(at: 0) }
        let found = try rows.filter { row in
            let note = try unread.reading(row.text(at: 0) ?? "") { try BulkJobRow.note(row, opener) }
            return note.map { person.stand(in: $0) } ?? false
        }
        return (Set(found.compactMap { $0.text(at: 0) }), next(ids))
    }

    fileprivate func notes(naming person: PersonTexts, _ unread: inout UnreadThings) throws -> Set<ErasurePlan.Note> {
        try fetch("SELECT \(IssueRow.columns) FROM issues", []).reduce(into: []) { found, row in
            guard let issue = try unread.reading("issue \(row.text(at: 0) ?? "")", { try IssueRow.issue(row, opener) }) else { return }
            for note in issue.notes where person.stand(in: note.text.value) {
                found.insert(ErasurePlan.Note(cause: issue.cause.key, at: note.at.milliseconds))
            }
        }
    }

    private func next<Key>(_ keys: [Key]) -> Key? { keys.count < Self.page ? nil : keys.last }
}
