import Screening

/// Which external ids of a page are those of orders.
///
/// What events and runs are about is any text that a script or a sender wrote, so it may be a person's name. One that an order has is shown with the order
/// to whoever may read.
struct NamedOrders: Sendable {
    private var names: Set<OrderName> = []

    /// Looks all up in one reading; none for those who see personal data anyway.
    init(_ subjects: [(connection: String?, externalID: String?)], for principal: Principal, in store: any OrderStore) async throws {
        guard !principal.seesPersonal else { return }
        var asked: Set<OrderName> = []
        for case (let connection?, let externalID?) in subjects { asked.insert(OrderName(connection: connection, externalID: externalID)) }
        names = try await store.named(asked)
    }

    /// What runs are about.
    init(_ runs: [RunSummary], for principal: Principal, in store: any OrderStore) async throws {
        try await self.init(runs.map { ($0.connection, $0.externalID) }, for: principal, in: store)
    }

    /// Whether an order of the connection has this external id.
    func has(_ externalID: String?, on connection: String?) -> Bool {
        guard let externalID, let connection else { return false }
        return names.contains(OrderName(connection: connection, externalID: externalID))
    }
}

extension SubjectQuery {
    /// The query with the connections to search, where it searches and names none. By an external id, those who may not read personal data only search
    /// where an order has it: else they could find out what a script or a sender wrote.
    func searchable(on connections: [String], for principal: Principal, in store: any OrderStore) async throws -> Self {
        var query = searchable(on: connections)
        guard let externalID, !principal.seesPersonal else { return query }
        let names = (query.connections ?? []).map { OrderName(connection: $0, externalID: externalID) }
        query.connections = Set(try await store.named(Set(names)).map(\.connection))
        return query
    }
}
