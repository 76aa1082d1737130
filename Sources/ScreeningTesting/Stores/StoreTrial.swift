import Screening

/// One check's store, its clock, and invented things to put in.
struct StoreTrial: Sendable {
    let store: any Store
    let clock: ManualClock
    /// Opens the same store again, after it was closed.
    let reopen: @Sendable () async throws -> any Store

    private let random = SeededRandom(7)

    init(store: any Store, clock: ManualClock, reopen: @escaping @Sendable () async throws -> any Store) {
        self.store = store
        self.clock = clock
        self.reopen = reopen
    }

    var now: Timestamp { clock.now() }

    func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw CheckFailure(message: message()) }
    }

    func unwrap<Value>(_ value: Value?, _ message: @autoclosure () -> String) throws -> Value {
        guard let value else { throw CheckFailure(message: message()) }
        return value
    }

    /// Expects a ``StoreError`` that `matches` accepts.
    func expect(
        _ expected: String,
        from body: () async throws -> Void,
        where matches: (StoreError) -> Bool
    ) async throws {
        do {
            try await body()
        } catch let error as StoreError where matches(error) {
            return
        } catch {
            throw CheckFailure(message: "should have thrown \(expected), but threw \(error)")
        }
        throw CheckFailure(message: "should have thrown \(expected)")
    }

    func expectConflict(_ body: () async throws -> Void) async throws { try await expect("conflict", from: body) { $0 == .conflict } }

    // MARK: Invented things

    func id(_ kind: IdentifierKind) -> String { kind.make(at: now, from: random) }

    func event(
        kind: Event.Kind = .ats,
        connection: String? = "acme",
        account: String? = nil,
        order: String? = nil,
        body: [UInt8] = [0, 255, 123, 125],
        at receivedAt: Timestamp? = nil,
        occurredAt: Timestamp? = nil,
        group: String? = nil
    ) -> Event {
        let request = ReceivedRequest(
            method: "POST",
            path: "/webhook",
            query: ["a": "1"],
            headers: ["content-type": "application/json"],
            body: body
        )
        return Event(
            id: id(.event),
            kind: kind,
            connection: connection,
            account: account,
            order: order,
            request: request,
            receivedAt: receivedAt ?? now,
            occurredAt: occurredAt,
            group: group
        )
    }

    func order(
        _ externalID: String,
        connection: String = "acme",
        account: String = "zinc-uk",
        provider: String = "zinc",
        candidate: Candidate = Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000", country: "GB"),
        metadata: JSON = ["stage": 7, "note": "ü \u{1F600}", "ratio": 1.5, "none": .null, "list": [1, "two"]]
    ) -> Order {
        Order(
            id: id(.order),
            connection: connection,
            account: account,
            provider: provider,
            externalID: externalID,
            package: "pkg_1",
            candidate: candidate,
            metadata: metadata,
            callbackToken: Secret(random.token()),
            createdAt: now,
            updatedAt: now
        )
    }

    func run(
        connection: String = "acme",
        hook: String = "on_event",
        event: String? = nil,
        order: String? = nil,
        state: Run.State = .queued
    ) -> Run {
        Run(
            id: id(.run),
            connection: connection,
            plugin: "webhook",
            pluginVersion: "1.0.0",
            script: "abc",
            hook: hook,
            event: event,
            order: order,
            input: event == nil ? .update(Personal(["body": ["name": "Ana Roe"]])) : .event(parameters: ["id": "7"]),
            state: state,
            createdAt: now
        )
    }

    /// Work without a concurrency key, about nothing that is stored.
    func work(_ name: String, concurrencyKey: String? = nil, due: Timestamp? = nil, priority: Int = 5) -> QueuedWork {
        QueuedWork(.run(name), concurrencyKey: concurrencyKey, due: due ?? now, priority: priority)
    }

    /// Claims whatever there is, as one owner.
    func claim(_ limit: Int = 100, owner: String = "one", kinds: Set<Work.Kind> = Set(Work.Kind.allCases)) async throws -> [Claim] {
        try await store.claim(ClaimRequest(owner: owner, limit: limit, kinds: kinds))
    }

    /// Puts a run into the store, without work.
    func stored(_ run: Run) async throws -> Run {
        try await store.perform([.run(run)])
        return run
    }

    /// Places an order and takes its submission out of the queue.
    func placed(_ order: Order) async throws -> Order {
        let placed = try await store.place(order).order
        try await store.perform([.unqueue(.submit(order: placed.id))])
        return placed
    }
}

extension [Claim] {
    var subjects: [String] { map(\.work.subject) }
}

extension Order {
    /// The order one change later.
    func changed(to state: OrderState, outcome: Outcome? = nil) -> Order {
        var next = self
        next.version += 1
        next.status.state = state
        next.status.outcome = outcome
        return next
    }
}
