import Screening

/// A query that can look for what events and runs are about.
protocol SubjectQuery: ListQuery {
    var externalID: String? { get }
    var text: Personal<String>? { get }
}

extension EventQuery: SubjectQuery {}
extension RunQuery: SubjectQuery {}

extension SubjectQuery {
    /// The query with the connections to search, where it searches and names none.
    func searchable(on connections: [String]) -> Self {
        guard externalID != nil || text != nil, self.connections == nil else { return self }
        var query = self
        query.connections = Set(connections)
        return query
    }
}
