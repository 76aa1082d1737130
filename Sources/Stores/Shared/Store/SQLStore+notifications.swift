import Screening

extension SQLStore {
    func endpoints() async throws -> [WebhookEndpoint] { try await read { try $0.endpoints() } }
    func endpoint(_ id: String) async throws -> WebhookEndpoint? { try await lookUp { try $0.endpoint(id) } }
    func subscribers() async throws -> [String] { try await read { try $0.subscribers() } }
    func notice(_ id: String) async throws -> Notice? { try await lookUp { try $0.notice(id) } }
    func delivery(_ id: String) async throws -> WebhookDelivery? { try await lookUp { try $0.delivery(id) } }
    func deliveries(of endpoint: String, _ query: DeliveryQuery, _ page: PageRequest) async throws -> Page<WebhookDelivery> {
        try await read { try $0.deliveries(of: endpoint, query, page) }
    }

    func keep(_ endpoint: WebhookEndpoint, over version: Int) async throws {
        let row = try EndpointRow(endpoint, codec)
        try await audited(.endpoint(endpoint.id), about: endpoint.id) { try $0.keep(row, over: version) }
    }

    func remove(endpoint id: String) async throws { try await audited(.endpoint(id), about: id) { try $0.remove(endpoint: id) } }

    func subscribe(_ subscriber: String, to events: WebhookEndpoint.Events) async throws {
        let words = events.words
        var touched = TouchedRows()
        touched.concurrencyKeys = ["subscriber:" + subscriber]
        try await write(touched) { try $0.subscribe(subscriber, words) }
    }

    func forgetDeliveries(before time: Timestamp, keeping count: Int) async throws {
        try await write(TouchedRows()) { try $0.forgetDeliveries(before: time, keeping: count) }
    }
}

extension TouchedRows {
    /// An endpoint that may not be there yet: its name is held by a key.
    fileprivate static func endpoint(_ id: String) -> TouchedRows {
        var touched = TouchedRows()
        touched.endpoints = [id]
        touched.concurrencyKeys = ["endpoint:" + id]
        return touched
    }
}
