import Screening

/// A hold as it is stored.
private enum HoldRow {
    /// What names an order's own hold: it has at most one.
    static let ofOrder = "order"
    /// What a person's hold stands under itself.
    static let personPrefix = "candidate:"

    static func place(_ subject: String, _ hold: String) -> AssociatedData { AssociatedData(.legalHolds, "\(subject):\(hold)") }

    static func sealed(_ hold: LegalHold, _ subject: String, _ name: String, _ codec: RowCodec) throws -> [UInt8] {
        var json: JSON = ["id": .string(hold.id), "at": .int(hold.at.milliseconds), "actor": hold.actor.json]
        json["order"] = hold.order.map { .string($0) }
        json["email"] = (hold.email?.value).map { .string($0) }
        json["note"] = (hold.note?.value).map { .string($0) }
        return try codec.seal(RowCodec.Content(json: json), at: place(subject, name), under: codec.keys.general)
    }

    static func hold(_ row: any StoredRow, _ opener: RowOpener) throws -> LegalHold? {
        guard let subject = row.text(at: 0), let name = row.text(at: 1) else { return nil }
        let json = try opener.open(row.bytes(at: 2), at: place(subject, name)).json
        guard let id = json["id"]?.text, let at = json["at"]?.integer, let actor = json["actor"].flatMap({ Actor(json: $0) }) else { return nil }
        return LegalHold(
            id: id,
            order: json["order"]?.text,
            email: json["email"]?.text,
            at: Timestamp(milliseconds: at),
            actor: actor,
            note: json["note"]?.text
        )
    }
}

extension LegalHold {
    /// What is held by whoever sets a hold, and whoever removes what may be on one: so that one of them sees the other.
    static let concurrencyKey = "legal_holds"
}

extension TouchedRows {
    /// The holds.
    fileprivate static var holds: TouchedRows {
        var touched = TouchedRows()
        touched.concurrencyKeys = [LegalHold.concurrencyKey]
        return touched
    }
}

extension SQLStore {
    func hold(_ hold: LegalHold) async throws {
        if let order = hold.order { return try await keep(hold, order, HoldRow.ofOrder) }
        guard let email = hold.email?.value else { return }
        let subjects = try await subjects(of: email)
        if let present = try await person(email) {
            let again = LegalHold(id: present.id, order: nil, email: email, at: hold.at, actor: hold.actor, note: hold.note?.value)
            try await keep(again, HoldRow.personPrefix + present.id, present.id, with: subjects)
        } else {
            try await keep(hold, HoldRow.personPrefix + hold.id, hold.id, with: subjects)
        }
        try await extendHolds()
    }

    /// - Parameter subjects: what stands under it from the same moment on.
    private func keep(_ hold: LegalHold, _ subject: String, _ name: String, with subjects: Set<String> = []) async throws {
        let body = try HoldRow.sealed(hold, subject, name, codec)
        let sql = """
            INSERT INTO legal_holds (subject, hold, body) VALUES ($1, $2, $3) ON CONFLICT (subject, hold) DO UPDATE SET body = excluded.body
            """
        try await audited(.holds, about: hold.order ?? hold.id) { transaction in
            try transaction.change(sql, [.text(subject), .text(name), .bytes(body)])
            try transaction.put(subjects, under: hold.id)
        }
    }

    func release(order id: String) async throws -> Bool {
        let isHeld = try await holds(of: id).contains { $0.order != nil }
        guard isHeld else { return false }
        try await audited(TouchedRows(), about: id) { transaction in
            try transaction.change("DELETE FROM legal_holds WHERE subject = $1 AND hold = $2", [.text(id), .text(HoldRow.ofOrder)])
        }
        return true
    }

    func release(email: String) async throws -> Bool {
        guard let hold = try await person(email) else { return false }
        try await audited(TouchedRows(), about: hold.id) { try $0.change("DELETE FROM legal_holds WHERE hold = $1", [.text(hold.id)]) }
        return true
    }

    func holds(of order: String) async throws -> [LegalHold] {
        try await read { reading in
            // The rows that say why: an order's own, and those of the persons under whose holds it stands.
            let sql = """
                SELECT w.subject, w.hold, w.body FROM legal_holds AS h JOIN legal_holds AS w ON w.hold = h.hold AND w.body IS NOT NULL
                    AND (w.subject = h.subject OR w.subject = 'candidate:' || h.hold)
                WHERE h.subject = $1
                """
            return try reading.fetch(sql, [.text(order)]).compactMap { try HoldRow.hold($0, reading.opener) }.sorted {
                ($0.at, $0.id) < ($1.at, $1.id)
            }
        }
    }

    func holds() async throws -> [LegalHold] {
        try await read { reading in
            try reading.fetch("SELECT subject, hold, body FROM legal_holds WHERE body IS NOT NULL", [])
                .compactMap { try HoldRow.hold($0, reading.opener) }.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        }
    }

    /// The hold of a person; nil where there is none.
    private func person(_ email: String) async throws -> LegalHold? {
        let wanted = SearchText.folded(email)
        return try await holds().first { $0.email.map { SearchText.folded($0.value) == wanted } ?? false }
    }

    /// Puts what belongs to persons who are held under their holds: also what came after they were.
    func extendHolds() async throws {
        for hold in try await holds() {
            guard let email = hold.email?.value else { continue }
            let subjects = try await subjects(of: email)
            guard !subjects.isEmpty else { continue }
            try await write(.holds) { try $0.put(subjects, under: hold.id) }
        }
    }

    /// The orders and events of a person.
    /// - Throws: ``StoreError/keyMissing(_:)`` where one that may be theirs cannot be read here: it would go, although they are held.
    private func subjects(of email: String) async throws -> Set<String> {
        var (subjects, wanted): (Set<String>, String) = ([], SearchText.folded(email))
        var orders = OrderQuery()
        orders.text = Personal(email)
        var page = PageRequest(limit: 200)
        repeat {
            let found = try await self.orders(orders, page)
            for order in try found.whole() where SearchText.folded(order.candidate.email.value) == wanted { subjects.insert(order.id) }
            page.cursor = found.next
        } while page.cursor != nil
        var events = EventQuery()
        events.text = Personal(email)
        page = PageRequest(limit: 200)
        repeat {
            let found = try await self.events(events, page)
            subjects.formUnion(try found.whole().map(\.id))
            page.cursor = found.next
        } while page.cursor != nil
        // What was received of somebody and never became an order is theirs, too.
        if let found = try await records(of: .email(Personal(email))) { subjects.formUnion(found.orders + found.events) }
        return subjects
    }
}

extension StoreTransaction {
    fileprivate mutating func put(_ subjects: Set<String>, under hold: String) throws {
        for subject in subjects.sorted() {
            try change("INSERT INTO legal_holds (subject, hold) VALUES ($1, $2) ON CONFLICT DO NOTHING", [.text(subject), .text(hold)])
        }
    }
}
