public import Screening

extension SQLiteStore {
    /// See ``Store/steps(of:)``.
    public func steps(of run: String) async throws -> [Step] { try await read { try $0.steps(of: run) } }

    /// See ``Store/scripts(_:)``.
    public func scripts(_ id: String) async throws -> ScriptVersion? { try await read { try $0.scripts(id) } }

    /// See ``Store/value(connection:key:)``.
    public func value(connection: String, key: String) async throws -> JSON? {
        let now = now
        return try await read { try $0.value(connection: connection, key: key, now: now) }
    }

    /// See ``Store/token(by:)``.
    public func token(by secret: Secret) async throws -> AccessToken? {
        let fingerprint = codec.fingerprint(.accessToken, secret.value)
        return try await read { try $0.token(fingerprint) }
    }

    /// See ``Store/tokens()``.
    public func tokens() async throws -> [AccessToken] { try await read { try $0.tokens() } }

    /// See ``Store/resting(_:)``.
    public func resting(_ budget: String) async throws -> Timestamp? {
        guard let until = try await read({ try $0.budget(budget).restUntil }), until > now.milliseconds else { return nil }
        return Timestamp(milliseconds: until)
    }

    /// See ``Store/order(_:)``.
    public func order(_ id: String) async throws -> Order? { try await read { try $0.order(id) } }

    /// See ``Store/order(connection:externalID:)``.
    public func order(connection: String, externalID: String) async throws -> Order? {
        try await read { try $0.order(connection: connection, externalID: externalID) }
    }

    /// See ``Store/order(callbackToken:)``.
    public func order(callbackToken: String) async throws -> Order? { try await read { try $0.order(callbackToken: callbackToken) } }

    /// See ``Store/orders(_:_:)``.
    public func orders(_ query: OrderQuery, _ page: PageRequest) async throws -> Page<Order> { try await read { try $0.orders(query, page) } }

    /// See ``Store/timeline(of:)``.
    public func timeline(of order: String) async throws -> [TimelineEntry] { try await read { try $0.timeline(of: order) } }

    /// See ``Store/event(_:)``.
    public func event(_ id: String) async throws -> Event? { try await read { try $0.event(id) } }

    /// See ``Store/events(_:_:)``.
    public func events(_ query: EventQuery, _ page: PageRequest) async throws -> Page<Event> { try await read { try $0.events(query, page) } }

    /// See ``Store/run(_:)``.
    public func run(_ id: String) async throws -> Run? { try await read { try $0.run(id) } }

    /// See ``Store/runs(_:_:)``.
    public func runs(_ query: RunQuery, _ page: PageRequest) async throws -> Page<Run> { try await read { try $0.runs(query, page) } }

    /// See ``Store/due(_:)``.
    public func due(_ work: Work) async throws -> Timestamp? { try await read { try $0.due(work) } }

    /// See ``Store/tally()``.
    public func tally() async throws -> Tally { try await read { try $0.tally() } }

    /// See ``Store/load()``.
    public func load() async throws -> QueueLoad {
        let now = now
        return try await read { try $0.load(now: now) }
    }
}
