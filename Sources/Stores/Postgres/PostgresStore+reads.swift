public import Screening

extension PostgresStore {
    /// See ``RunStore/steps(of:)``.
    public func steps(of run: String) async throws -> [Step] { try await read { try $0.steps(of: run) } }

    /// See ``RunStore/scripts(_:)``.
    public func scripts(_ id: String) async throws -> ScriptVersion? { try await read { try $0.scripts(id) } }

    /// See ``RunStore/value(connection:key:)``.
    public func value(connection: String, key: String) async throws -> JSON? { try await read { try $0.value(connection: connection, key: key) } }

    /// See ``TokenStore/token(by:)``.
    public func token(by secret: Secret) async throws -> AccessToken? {
        let fingerprint = codec.fingerprint(.accessToken, secret.value)
        return try await read { try $0.token(fingerprint) }
    }

    /// See ``TokenStore/tokens()``.
    public func tokens() async throws -> [AccessToken] { try await read { try $0.tokens() } }

    /// See ``Budgets/resting(_:)``.
    public func resting(_ budget: String) async throws -> Timestamp? { try await read { try $0.resting(budget) } }

    /// See ``OrderStore/order(_:)``.
    public func order(_ id: String) async throws -> Order? { try await read { try $0.order(id) } }

    /// See ``OrderStore/order(connection:externalID:)``.
    public func order(connection: String, externalID: String) async throws -> Order? {
        try await read { try $0.order(connection: connection, externalID: externalID) }
    }

    /// See ``OrderStore/order(callbackToken:)``.
    public func order(callbackToken: String) async throws -> Order? { try await read { try $0.order(callbackToken: callbackToken) } }

    /// See ``OrderStore/orders(_:_:)``.
    public func orders(_ query: OrderQuery, _ page: PageRequest) async throws -> Page<Order> { try await read { try $0.orders(query, page) } }

    /// See ``OrderStore/timeline(of:)``.
    public func timeline(of order: String) async throws -> [TimelineEntry] { try await read { try $0.timeline(of: order) } }

    /// See ``Inbox/event(_:)``.
    public func event(_ id: String) async throws -> Event? { try await read { try $0.event(id) } }

    /// See ``Inbox/events(_:_:)``.
    public func events(_ query: EventQuery, _ page: PageRequest) async throws -> Page<Event> { try await read { try $0.events(query, page) } }

    /// See ``RunStore/run(_:)``.
    public func run(_ id: String) async throws -> Run? { try await read { try $0.run(id) } }

    /// See ``RunStore/runs(_:_:)``.
    public func runs(_ query: RunQuery, _ page: PageRequest) async throws -> Page<Run> { try await read { try $0.runs(query, page) } }

    /// See ``WorkQueue/due(_:)``.
    public func due(_ work: Work) async throws -> Timestamp? { try await read { try $0.due(work) } }

    /// See ``StoreAdministration/tally()``.
    public func tally() async throws -> Tally { try await read { try $0.tally() } }

    /// See ``WorkQueue/load()``.
    public func load() async throws -> QueueLoad { try await read { try $0.load() } }
}
