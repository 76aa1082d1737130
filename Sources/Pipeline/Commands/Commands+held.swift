public import Screening

extension Commands {
    /// A query by what is shown of orders: what waits because its account or connection is paused may have no problem of its own that is stored.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func shown(_ query: OrderQuery) async throws -> OrderQuery {
        guard let code = query.problem, [Problem.paused, Problem.credentialsRefused].contains(code) else { return query }
        let isByHand = code == Problem.paused
        var held = OrderQuery.Held(accounts: [], connections: [], problem: code)
        for account in environment.registry.accounts {
            if let pause = try await pause(of: account), pause.isByHand == isByHand { held.accounts.insert(account.account.id) }
        }
        if isByHand {
            for connection in environment.registry.connections {
                if try await pause(of: connection) != nil { held.connections.insert(connection.id) }
            }
        }
        var query = query
        (query.problem, query.held) = (nil, held)
        return query
    }
}
