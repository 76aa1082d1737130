public import Screening

/// What is stored of one person, for themselves: found by an address, or by one of their orders.
public struct Candidates: Sendable {
    private let store: any Store

    /// The most events whose bodies are given out.
    private static let events = 200

    init(store: any Store) { self.store = store }

    /// What there is of a person, by identifier.
    /// - Throws: ``CommandError`` 404 for an order that is not there, 503.
    public func find(_ subject: ErasureSubject) async throws -> JSON {
        let found = try await records(of: subject)
        var unread = found.unread
        var (orders, events): ([JSON], [JSON]) = ([], [])
        for id in found.orders.sorted(by: >) {
            if let order = try await readable(id, &unread, { try await store.order(id) }) { orders.append(Self.summary(order)) }
        }
        for id in found.events.suffix(Self.events) {
            if let event = try await readable(id, &unread, { try await store.event(id) }) { events.append(Self.summary(event)) }
        }
        return ["orders": .array(orders), "events": .array(events.reversed()), "counts": Self.counts(found), "unread": unread.json]
    }

    /// All that is stored of a person, with who received what and who looked.
    /// - Parameter view: an order as the caller may see it.
    /// - Throws: ``CommandError`` 404 for an order that is not there, 503.
    public func export(_ subject: ErasureSubject, at now: Timestamp, view: (Order) async throws -> JSON) async throws -> JSON {
        let found = try await records(of: subject)
        var unread = found.unread
        var orders: [JSON] = []
        for id in found.orders.sorted() {
            guard let order = try await readable(id, &unread, { try await store.order(id) }) else { continue }
            var query = AuditQuery()
            query.subject = order.id
            let access = try await mapStoreError { [query] in try await store.audit(query, PageRequest(limit: 200)) }
            let timeline = try await readable("timeline of \(id)", &unread) { try await store.timeline(of: id) } ?? []
            orders.append([
                "order": try await view(order), "timeline": .array(timeline.map(\.json)), "received_by": .array(Self.recipients(of: order)),
                "access": .array(access.items.map(\.json)),
            ])
        }
        var events: [JSON] = []
        for id in found.events.suffix(Self.events) {
            guard let event = try await readable(id, &unread, { try await store.event(id) }) else { continue }
            var json = Self.summary(event)
            let body = event.request.value.body
            let text = String(validating: body, as: UTF8.self)
            json[text == nil ? "body_base64" : "body"] = .string(text ?? body.base64)
            events.append(json)
        }
        try await noteLook(at: orders.compactMap { $0.at("order.id")?.text })
        return [
            "exported_at": JSON(now), "orders": .array(orders), "events": .array(events), "counts": Self.counts(found), "unread": unread.json,
            "events_left_out": .int(Int64(max(0, found.events.count - Self.events))),
        ]
    }

    /// Each order that is given out shows who was given it, as it does for who looks at it alone.
    private func noteLook(at orders: [String]) async throws {
        guard let act = AuditedAct.current?.act, !orders.isEmpty else { return }
        let looks = orders.map { AuditAct(by: act.actor, act.action, subject: $0, reason: act.reason) }
        guard let page = AuditedPage.current else { return try await mapStoreError { try await store.record(looks) } }
        for look in looks { page.shows(look) }
    }

    private func records(of subject: ErasureSubject) async throws -> PersonRecords {
        guard let found = try await mapStoreError({ try await store.records(of: subject) }) else { throw CommandError.notFound("order") }
        return found
    }

    /// What cannot be read is left out, and said: it stands in nobody's way, and nobody takes the rest for all.
    private func readable<Value>(_ name: String, _ unread: inout UnreadThings, _ read: () async throws -> Value?) async throws -> Value? {
        do { return try await read() } catch let error as StoreError {
            guard unread.note(name, error) else { throw CommandError(error) }
            return nil
        }
    }

    private static func counts(_ found: PersonRecords) -> JSON {
        ["orders": .int(Int64(found.orders.count)), "events": .int(Int64(found.events.count)), "runs": .int(Int64(found.runs.count))]
    }

    private static func summary(_ order: Order) -> JSON {
        [
            "id": .string(order.id), "connection": .string(order.connection), "external_id": .string(order.externalID),
            "state": .string(order.state.rawValue),
            "outcome": JSON(order.outcome?.rawValue), "created_at": JSON(order.createdAt),
        ]
    }

    private static func summary(_ event: Event) -> JSON {
        [
            "id": .string(event.id), "kind": .string(event.kind.rawValue), "connection": JSON(event.connection), "account": JSON(event.account),
            "received_at": JSON(event.receivedAt), "orders": .array(event.orders.map { .string($0) }),
        ]
    }

    /// Who outside was given the person's data: the provider, where it was sent to it, and the ATS, which gave it.
    private static func recipients(of order: Order) -> [JSON] {
        var recipients: [JSON] = []
        if let sent = order.record.sentAt ?? (order.providerRef == nil ? nil : order.createdAt) {
            let candidate = order.candidate
            var fields = ["first_name", "last_name", "email"].map { JSON.string($0) }
            if candidate.phone != nil { fields.append("phone") }
            if candidate.country != nil { fields.append("country") }
            fields += candidate.other.value.pairs.map { .string($0.name) }
            recipients.append([
                "who": .string(order.provider), "account": .string(order.account), "at": JSON(sent), "fields": .array(fields),
                "reference": JSON(order.providerRef),
            ])
        }
        recipients.append([
            "who": .string(order.connection), "account": .null, "at": JSON(order.updatedAt), "fields": ["state", "outcome", "report_url"],
            "reference": .string(order.externalID),
        ])
        return recipients
    }
}
