import Screening

extension StoreReading {
    /// Every connection of which something is stored.
    func connectionsStored() throws -> Set<String> {
        let named = try fetch("SELECT DISTINCT connection FROM event_addresses", []).compactMap { $0.text(at: 0) }
        return Set(try connectionsToSearch() + named)
    }

    /// What there is of a person who is known by some addresses, or of some orders.
    func plan(addresses: Set<String>, orders: Set<String>) throws -> ErasurePlan {
        var plan = ErasurePlan()
        plan.orders = orders
        for connection in try connectionsStored() {
            for address in addresses {
                plan.addresses.insert(ErasurePlan.Address(connection: connection, key: codec.addressKey(address, on: connection)))
                plan.orders.formUnion(try self.orders(of: address, on: connection))
            }
        }
        return try completed(plan)
    }

    /// What belongs to orders, events and addresses that are named: to be asked again and again until it adds nothing.
    func completed(_ given: ErasurePlan) throws -> ErasurePlan {
        var plan = given
        for address in plan.addresses {
            let sql = "SELECT event_id FROM event_addresses WHERE connection = $1 AND key = $2"
            for row in try fetch(sql, [.text(address.connection), .int(address.key)]) { if let id = row.text(at: 0) { plan.events.insert(id) } }
        }
        for place in plan.places {
            let sql = "SELECT id FROM orders WHERE connection = $1 AND external_key = $2"
            for row in try fetch(sql, [.text(place.connection), .bytes(place.key)]) { if let id = row.text(at: 0) { plan.orders.insert(id) } }
        }
        for order in plan.orders { try add(order: order, to: &plan) }
        var groups: Set<String> = []
        for event in plan.events { try add(event: event, to: &plan, &groups) }
        for group in groups {
            for row in try fetch("SELECT id FROM events WHERE group_key = $1", [.text(group)]) {
                if let id = row.text(at: 0), plan.events.insert(id).inserted {
                    var none: Set<String> = []
                    try add(event: id, to: &plan, &none)
                }
            }
        }
        return plan == given ? plan : try completed(plan)
    }

    /// The orders on a connection whose candidate has an address.
    private func orders(of address: String, on connection: String) throws -> [String] {
        // What cannot be read is nobody's any more.
        return try ordersFound(on: connection) { BlindIndexTerm.reference(address, on: connection, by: $0) }.compactMap { try? order($0) }.filter {
            AddressScan.folded($0.candidate.email.value) == address
        }.map(\.id)
    }

    /// The orders that a look-up finds, by every key that it may be hashed with.
    func ordersFound(on connection: String, by term: (BlindIndexKey) -> BlindIndexTerm?) throws -> Set<String> {
        let sql = "SELECT l.order_id FROM lookup_buckets AS b JOIN lookups AS l ON l.bucket = b.bucket WHERE b.connection = $1 AND l.key = $2"
        return try codec.lookUps.all.compactMap(term).reduce(into: []) { found, key in
            found.formUnion(try fetch(sql, [.text(connection), .int(key.bits)]).compactMap { $0.text(at: 0) })
        }
    }

    private func add(order id: String, to plan: inout ErasurePlan) throws {
        guard let row = try fetch("SELECT connection, external_key, token_key, key_id FROM orders WHERE id = $1", [.text(id)]).first,
            let connection = row.text(at: 0)
        else { return }
        let place = ErasurePlan.Mark(connection: connection, key: row.bytes(at: 1))
        plan.places.insert(place)
        plan.marks.formUnion([place, ErasurePlan.Mark(connection: "", key: row.bytes(at: 2))])
        if let key = row.int(at: 3), key != codec.keys.general.id { plan.keys.insert(key) }
        let sources = "SELECT event_id FROM order_sources WHERE order_id = $1 AND event_id IS NOT NULL AND asked"
        for sql in [sources, "SELECT id FROM events WHERE order_id = $1"] {
            plan.events.formUnion(try fetch(sql, [.text(id)]).compactMap { $0.text(at: 0) })
        }
        for row in try fetch("SELECT id FROM runs WHERE order_id = $1", [.text(id)]) { if let run = row.text(at: 0) { plan.runs.insert(run) } }
    }

    private func add(event id: String, to plan: inout ErasurePlan, _ groups: inout Set<String>) throws {
        guard let row = try fetch("SELECT connection, group_key, key_id FROM events WHERE id = $1", [.text(id)]).first else { return }
        let connection = row.text(at: 0) ?? ""
        if let group = row.text(at: 1), let key = [UInt8](hex: group) {
            groups.insert(group)
            plan.marks.insert(ErasurePlan.Mark(connection: connection, key: key))
        }
        if let key = row.int(at: 2), key != codec.keys.general.id { plan.keys.insert(key) }
        for key in try dedupeKeys(of: id) { plan.marks.insert(ErasurePlan.Mark(connection: connection, key: key)) }
        for row in try fetch("SELECT id FROM runs WHERE event_id = $1", [.text(id)]) { if let run = row.text(at: 0) { plan.runs.insert(run) } }
    }

    /// The values at places in what was received that external ids were made of, as marks; and kept values and answers that name the person.
    func named(in plan: ErasurePlan, addresses: Set<String>) throws -> ErasurePlan {
        var found = plan
        let orders = plan.orders.compactMap { try? order($0) }
        var names: [String: Set<String>] = [:]
        // An order that is kept without its candidate has no external id any more: an empty one would name everybody.
        for order in orders where !order.externalID.isEmpty { names[order.connection, default: []].insert(order.externalID) }
        for id in plan.events {
            guard let event = try? eventAlone(id), let connection = event.connection, let names = names[connection] else { continue }
            for mark in DeliveredValues.marks(of: names, in: event.request.value) {
                found.marks.insert(ErasurePlan.Mark(connection: connection, key: codec.markKey(mark, on: connection)))
            }
        }
        let (texts, tokens) = (addresses.filter { !$0.isEmpty }.union(plan.orders), Set(names.values.joined()))
        for connection in Set(names.keys).union(plan.addresses.map(\.connection)) {
            for row in try fetch("SELECT key, body FROM kv WHERE connection = $1", [.text(connection)]) {
                let place = PreparedValue.place(connection, row.bytes(at: 0))
                guard let json = try? opener.open(row.bytes(at: 1), at: place).json, json.names(texts, tokens) else { continue }
                found.values.insert(ErasurePlan.Mark(connection: connection, key: row.bytes(at: 0)))
            }
        }
        for row in try fetch("SELECT key, body FROM idempotency_records WHERE body IS NOT NULL", []) {
            let key = row.bytes(at: 0)
            guard let body = try? IdempotencyRow.opened(row.bytes(at: 1), of: key, opener), let json = try? JSON(parsing: body) else { continue }
            if json.names(texts, []) { found.answers.insert(key) }
        }
        return found
    }
}

extension JSON {
    /// Whether a text in it holds one of some texts, or is, or has as one of its parts, one of some tokens. Compared without case.
    fileprivate func names(_ texts: Set<String>, _ tokens: Set<String>) -> Bool {
        switch self {
        case .string(let text):
            let folded = text.lowercased()
            if texts.contains(where: { folded.contains($0.lowercased()) }) || tokens.contains(text) { return true }
            return text.split(whereSeparator: { ":/| ".contains($0) }).contains { tokens.contains(String($0)) }
        case .int(let number): return tokens.contains(String(number))
        case .array(let items): return items.contains { $0.names(texts, tokens) }
        case .object(let members):
            return members.pairs.contains { JSON.string($0.name).names(texts, tokens) || $0.value.names(texts, tokens) }
        case .null, .bool, .double: return false
        }
    }
}
