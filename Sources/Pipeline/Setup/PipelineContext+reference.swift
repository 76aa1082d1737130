import Screening

extension PipelineContext {
    /// The other order of the account that the provider knows by a reference; nil where there is none. What is about that reference is about that order's
    /// candidate: it is not to become anybody else's.
    func holder(of reference: String, besides order: Order) async throws -> Order? {
        var query = OrderQuery()
        query.account = order.account
        query.providerRef = reference
        return try await store.orders(query, PageRequest(limit: 2)).items.first { $0.id != order.id }
    }
}
