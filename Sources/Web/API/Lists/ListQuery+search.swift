import Screening

extension EventQuery {
    /// The query with the connections to search, where it searches and names none.
    func searchable(on connections: [String]) -> EventQuery {
        guard externalID != nil || text != nil, self.connections == nil else { return self }
        var query = self
        query.connections = Set(connections)
        return query
    }
}

extension RunQuery {
    /// The query with the connections to search, where it searches and names none.
    func searchable(on connections: [String]) -> RunQuery {
        guard externalID != nil || text != nil, self.connections == nil else { return self }
        var query = self
        query.connections = Set(connections)
        return query
    }
}
