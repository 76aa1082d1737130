import Screening

extension StoreReading {
    /// Every connection of which something is stored.
    func connectionsStored() throws -> Set<String> {
        let named = try fetch("SELECT DISTINCT connection FROM event_addresses", []).compactMap { $0.text(at: 0) }
        return Set(try connectionsToSearch() + named)
    }

    /// What there is of a person who is known by some addresses, or of some orders.
    /// - Parameter left: marks that are there already.
    func plan(addresses: Set<String>, orders: Set<String>, after left: Set<ErasurePlan.Mark> = []) throws -> ErasurePlan {
        var plan = ErasurePlan()
        (plan.orders, plan.marks) = (orders, left)
        for connection in try connectionsStored() {
            for address in addresses {
                plan.addresses.insert(ErasurePlan.Address(connection: connection, key: codec.addressKey(address, on: connection)))
                plan.orders.formUnion(try self.orders(of: address, on: connection, &plan.unread))
                try add(try named(address, on: connection, &plan.unread), to: &plan)
            }
        }
        return try completed(plan)
    }

    /// What belongs to orders, events and addresses that are named: to be asked again and again until it adds nothing.
    func completed(_ given: ErasurePlan) throws -> ErasurePlan {
        var plan = given
        for address in plan.addresses {
            let sql = "SELECT event_id FROM event_addresses WHERE connection = $1 AND key = $2"
            for row in try fetch(sql, [.text(address.connection), .int(address.key)]) {
                if let id = row.text(at: 0) { try add(addressed: id, to: &plan) }
            }
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
                if let id = row.text(at: 0), try !isOfOthers(id, than: plan), plan.events.insert(id).inserted {
                    var none: Set<String> = []
                    try add(event: id, to: &plan, &none)
                }
            }
        }
        plan.journals.subtract(plan.events.union(plan.runs))
        return plan == given ? try marked(plan) : try completed(plan)
    }

    /// What a plan takes that others may have to be told of.
    func things(in plan: inout ErasurePlan) throws -> ErasedThings {
        var connections = Set(plan.places.map(\.connection))
        for event in plan.events {
            if let name = try fetch("SELECT connection FROM events WHERE id = $1", [.text(event)]).first?.text(at: 0) { connections.insert(name) }
        }
        var orders: [Order] = []
        for id in plan.orders.sorted() { if let order = try plan.unread.reading(id, { try self.order(id) }) { orders.append(order) } }
        return ErasedThings(orders: orders, connections: connections)
    }

    /// What runs said that they are about: a text, and nothing that only begins like it.
    private func named(_ text: String, on connection: String, _ unread: inout UnreadThings) throws -> FoundSubjects {
        guard !text.isEmpty else { return FoundSubjects() }
        let ways = codec.lookUps.all.map { LookUpWay(.reference(text, on: connection, by: $0)) }
        var found = try subjects(ways: [(connection, ways)], groups: [EventRow.groupKey(text, on: connection, codec)], orders: [], within: .all)
        let folded = SearchText.folded(text)
        for candidate in found.candidates {
            guard let run = try unread.reading(candidate.run, { try self.run(candidate.run) }) else { continue }
            guard run.searchTexts.value.contains(where: { SearchText.folded($0) == folded }) else { continue }
            found.runs.insert(run.id)
            if let event = candidate.event { found.events.insert(event) }
        }
        return found
    }

    private func add(_ found: FoundSubjects, to plan: inout ErasurePlan) throws {
        plan.events.formUnion(found.events)
        for run in found.runs {
            // A run of an order is of that order's person, whoever else it names.
            let row = try fetch("SELECT event_id, order_id FROM runs WHERE id = $1", [.text(run)]).first
            if row?.text(at: 1) == nil { try add(subject: row?.text(at: 0) ?? run, to: &plan) }
        }
    }

    /// Adds an event, or a run that handles none. Such a run may read of many people, and one that goes on is not stopped for one of them.
    private func add(subject id: String, to plan: inout ErasurePlan) throws {
        guard id.hasPrefix("run_") else {
            plan.events.insert(id)
            return
        }
        guard let state = try fetch("SELECT state FROM runs WHERE id = $1", [.text(id)]).first?.text(at: 0) else { return }
        guard !["queued", "running", "waiting"].contains(state) else {
            plan.later.insert(id)
            return
        }
        let placed = try ordersPlaced(by: id, &plan.unread)
        if placed.isEmpty || !placed.isDisjoint(with: plan.orders) { plan.runs.insert(id) } else { plan.journals.insert(id) }
    }

    /// Adds what is found by an address. An event that does not name it itself is of somebody else: a run of it was answered with it.
    private func add(addressed id: String, to plan: inout ErasurePlan) throws {
        guard !id.hasPrefix("run_") else { return try add(subject: id, to: &plan) }
        guard !plan.events.contains(id), !plan.journals.contains(id) else { return }
        if try isNamed(plan.addresses, in: id, &plan.unread) { plan.events.insert(id) } else { plan.journals.insert(id) }
    }

    /// Whether what was received names one of some addresses.
    private func isNamed(_ addresses: Set<ErasurePlan.Address>, in id: String, _ unread: inout UnreadThings) throws -> Bool {
        guard let event = try unread.reading(id, { try self.eventAlone(id) }) else { return false }
        let connection = event.connection ?? ""
        return AddressScan.find(in: event.request.value, limit: .max).addresses.contains { address in
            addresses.contains(ErasurePlan.Address(connection: connection, key: codec.addressKey(address, on: connection)))
        }
    }

    /// The orders that a run asked for and that are there still.
    func ordersPlaced(by run: String, _ unread: inout UnreadThings) throws -> Set<String> {
        let steps = try unread.reading("steps of \(run)") { try self.steps(of: run) } ?? []
        let placed = steps.filter { $0.kind == "orders.place" }.compactMap(\.orderFound)
        return try Set(placed).filter { try !fetch("SELECT 1 FROM orders WHERE id = $1", [.text($0)]).isEmpty }
    }

    /// Whether an event asked for orders, and for none of a plan's.
    func isOfOthers(_ event: String, than plan: ErasurePlan) throws -> Bool {
        let asked = try fetch("SELECT order_id FROM order_sources WHERE event_id = $1 AND asked", [.text(event)]).compactMap { $0.text(at: 0) }
        return !asked.isEmpty && plan.orders.isDisjoint(with: asked)
    }

    /// Events, and runs of none, that hold more addresses than they are found by, or were answered more.
    func subjectsOfMany() throws -> Set<String> {
        try connectionsStored().reduce(into: []) { found, connection in
            let sql = "SELECT DISTINCT event_id FROM event_addresses WHERE connection = $1 AND key = $2"
            for row in try fetch(sql, [.text(connection), .int(codec.manyAddressesKey(on: connection))]) {
                if let id = row.text(at: 0) { found.insert(id) }
            }
        }
    }

    /// Adds what holds many addresses where one of some is among them.
    func add(ofMany id: String, naming addresses: Set<String>, to plan: inout ErasurePlan) throws {
        guard !plan.events.contains(id), !plan.journals.contains(id), !plan.runs.contains(id) else { return }
        guard !id.hasPrefix("run_") else {
            let steps = try plan.unread.reading("steps of \(id)") { try self.steps(of: id) } ?? []
            if steps.wereAnswered(addresses) { try add(subject: id, to: &plan) }
            return
        }
        guard let event = try plan.unread.reading(id, { try self.eventAlone(id) }) else { return }
        if AddressScan.contains(addresses, in: event.request.value) {
            plan.events.insert(id)
        } else {
            for run in try runs(of: id) {
                let steps = try plan.unread.reading("steps of \(run)") { try self.steps(of: run) } ?? []
                if steps.wereAnswered(addresses) { plan.journals.insert(id) }
            }
        }
    }

    private func runs(of event: String) throws -> [String] {
        try fetch("SELECT id FROM runs WHERE event_id = $1", [.text(event)]).compactMap { $0.text(at: 0) }
    }

    /// The orders on a connection whose candidate has an address.
    private func orders(of address: String, on connection: String, _ unread: inout UnreadThings) throws -> [String] {
        var orders: [String] = []
        for id in try ordersFound(on: connection, by: { BlindIndexTerm.reference(address, on: connection, by: $0) }) {
            guard let order = try unread.reading(id, { try self.order(id) }) else { continue }
            if AddressScan.folded(order.candidate.email.value) == address { orders.append(id) }
        }
        return orders
    }

    /// The orders that a look-up finds, by every key that it may be hashed with.
    func ordersFound(on connection: String, by term: (BlindIndexKey) -> BlindIndexTerm?) throws -> Set<String> {
        let sql = "SELECT l.order_id FROM lookup_buckets AS b JOIN lookups AS l ON l.bucket = b.bucket WHERE b.connection = $1 AND l.key = $2"
        return try codec.lookUps.all.compactMap(term).reduce(into: []) { found, key in
            found.formUnion(try fetch(sql, [.text(connection), .int(key.bits)]).compactMap { $0.text(at: 0) })
        }
    }

    private func add(order id: String, to plan: inout ErasurePlan) throws {
        guard let row = try fetch("SELECT connection, external_key, key_id FROM orders WHERE id = $1", [.text(id)]).first,
            let connection = row.text(at: 0)
        else { return }
        plan.places.insert(ErasurePlan.Place(connection: connection, key: row.bytes(at: 1)))
        if let key = row.int(at: 2), key != codec.keys.general.id { plan.keys.insert(key) }
        let order = try plan.unread.reading(id) { try self.order(id) }
        for row in try fetch(Self.sources, [.text(id)]) {
            guard let source = row.text(at: 0) else { continue }
            // What only came upon the order is of somebody else, unless it names this person as well.
            if try source.hasPrefix("run_") || row.int(at: 1) == 1 || order.map({ try isNamed($0, in: source, &plan.unread) }) ?? false {
                try add(subject: source, to: &plan)
            } else {
                plan.journals.insert(source)
            }
        }
        plan.events.formUnion(try fetch("SELECT id FROM events WHERE order_id = $1", [.text(id)]).compactMap { $0.text(at: 0) })
        for row in try fetch("SELECT id FROM runs WHERE order_id = $1", [.text(id)]) { if let run = row.text(at: 0) { plan.runs.insert(run) } }
        // What said that it is about the application, and never came to the order.
        if let order { try add(try named(order.externalID, on: connection, &plan.unread), to: &plan) }
    }

    /// The events, or runs without one, that had to do with an order, and whether they asked for it.
    private static var sources: String {
        """
        SELECT coalesce(s.event_id, s.run_id), CASE WHEN s.asked THEN 1 ELSE 0 END FROM order_sources AS s WHERE s.order_id = $1 AND (
            s.event_id IS NOT NULL OR EXISTS (SELECT 1 FROM runs AS r WHERE r.id = s.run_id AND r.order_id IS NULL)
        )
        """
    }

    /// Whether what was received names an order's person.
    private func isNamed(_ order: Order, in id: String, _ unread: inout UnreadThings) throws -> Bool {
        guard let request = try unread.reading(id, { try self.eventAlone(id) })?.request.value else { return false }
        let text = String(decoding: EscapedText.plain(request.body) ?? request.body, as: UTF8.self)
        return PersonTexts([order], own: [order]).stand(in: text) || !DeliveredValues.marks(of: [order.externalID], in: request).isEmpty
    }

    private func add(event id: String, to plan: inout ErasurePlan, _ groups: inout Set<String>) throws {
        guard let row = try fetch("SELECT group_key, key_id FROM events WHERE id = $1", [.text(id)]).first else { return }
        if let group = row.text(at: 0), try !isOfOthers(id, than: plan) { groups.insert(group) }
        if let key = row.int(at: 1), key != codec.keys.general.id { plan.keys.insert(key) }
        for row in try fetch("SELECT id FROM runs WHERE event_id = $1", [.text(id)]) { if let run = row.text(at: 0) { plan.runs.insert(run) } }
    }

    /// A plan with the marks that it leaves, each of the applications that it is of.
    private func marked(_ given: ErasurePlan) throws -> ErasurePlan {
        var plan = given
        for place in plan.places { plan.marks.insert(ErasurePlan.Mark(connection: place.connection, key: place.key, place: place.key)) }
        for order in plan.orders {
            for row in try fetch("SELECT token_key, reference_key FROM orders WHERE id = $1", [.text(order)]) {
                // The provider goes on naming the request: it is nobody else's, and nobody is shown it.
                for key in [row.bytes(at: 0), row.bytes(at: 1)] where !key.isEmpty { plan.marks.insert(ErasurePlan.Mark(connection: "", key: key)) }
            }
        }
        // What names no application itself is of those of its group.
        var groups: [ErasurePlan.Place: Set<[UInt8]>] = [:]
        for mark in given.marks where mark.place != ErasurePlan.Mark.nobodys {
            groups[ErasurePlan.Place(connection: mark.connection, key: mark.key), default: []].insert(mark.place)
        }
        var found: [(connection: String, group: ErasurePlan.Place?, places: Set<[UInt8]>, keys: [[UInt8]])] = []
        for id in plan.events {
            guard let row = try fetch("SELECT connection, group_key FROM events WHERE id = $1", [.text(id)]).first else { continue }
            let connection = row.text(at: 0) ?? ""
            let all = try applications(of: id)
            let places = all.filter { plan.places.contains(ErasurePlan.Place(connection: connection, key: $0)) }
            // What the ATS says of somebody else goes on to be heard.
            guard try (all.isEmpty || !places.isEmpty) && !isOfOthers(id, than: plan) else { continue }
            let group = row.text(at: 1).flatMap { [UInt8](hex: $0) }.map { ErasurePlan.Place(connection: connection, key: $0) }
            if let group { groups[group, default: []].formUnion(places) }
            found.append((connection, group, places, try dedupeKeys(of: id)))
        }
        for event in found {
            let ofGroup = event.group.flatMap { groups[$0] } ?? []
            if let group = event.group { plan.marks.formUnion(Self.marks(group.key, on: group.connection, of: ofGroup)) }
            let places = event.places.isEmpty ? ofGroup : event.places
            for key in event.keys { plan.marks.formUnion(Self.marks(key, on: event.connection, of: places)) }
        }
        return plan
    }

    /// The applications that an event had to do with.
    private func applications(of event: String) throws -> Set<[UInt8]> {
        let sql = """
            SELECT o.external_key FROM orders AS o WHERE o.id IN (
                SELECT order_id FROM order_sources WHERE event_id = $1 UNION SELECT order_id FROM events WHERE id = $1
            )
            """
        return Set(try fetch(sql, [.text(event)]).map { $0.bytes(at: 0) })
    }

    private static func marks(_ key: [UInt8], on connection: String, of places: Set<[UInt8]>) -> [ErasurePlan.Mark] {
        (places.isEmpty ? [ErasurePlan.Mark.nobodys] : places).map { ErasurePlan.Mark(connection: connection, key: key, place: $0) }
    }

    /// The values at places in what was received that the external ids of orders were made of, as marks.
    func marks(of orders: [Order], in id: String, _ unread: inout UnreadThings) throws -> Set<ErasurePlan.Mark> {
        guard let event = try unread.reading(id, { try self.eventAlone(id) }), let connection = event.connection else { return [] }
        return orders.filter { $0.connection == connection }.reduce(into: []) { found, order in
            let place = codec.blindIndex(.externalID, order.externalID, on: connection)
            for mark in DeliveredValues.marks(of: [order.externalID], in: event.request.value) {
                found.insert(ErasurePlan.Mark(connection: connection, key: codec.markKey(mark, on: connection), place: place))
            }
        }
    }
}
