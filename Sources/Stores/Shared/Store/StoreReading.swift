import Screening

/// The rows as they stand in one read: what each table's file of a store adds its reading to.
protocol StoreReading {
    var codec: RowCodec { get }

    func event(_ id: String) throws -> Event?
    /// An event without the runs and orders that it led to.
    func eventAlone(_ id: String) throws -> Event?
    func events(_ query: EventQuery, _ page: PageRequest) throws -> Page<EventSummary>
    /// Of some identifiers, which are given in order, the events that plain columns do not rule out, as many as may be read at once.
    func events(among ids: [String], _ query: EventQuery, ascending: Bool) throws -> FoundRows<EventSummary>
    func order(_ id: String) throws -> Order?
    func order(connection: String, externalID: String) throws -> Order?
    func orders(_ ids: [String]) throws -> [Order]
    /// Whether a connection has an order of this external id, which is given as its blind index.
    func hasOrder(connection: String, external: [UInt8]) throws -> Bool
    func order(callbackToken: String) throws -> Order?
    func orders(_ query: OrderQuery, _ page: PageRequest) throws -> Page<Order>
    func timeline(of order: String) throws -> [TimelineEntry]
    /// What a piece of work is about.
    func load(_ work: Work) throws -> LoadedWork
    func run(_ id: String) throws -> Run?
    func runSummary(_ id: String) throws -> RunSummary?
    func runs(_ query: RunQuery, _ page: PageRequest) throws -> Page<RunSummary>
    /// Of some identifiers, which are given in order, the runs that plain columns do not rule out, as many as may be read at once.
    func runs(among ids: [String], _ query: RunQuery, ascending: Bool) throws -> FoundRows<RunSummary>
    /// The events that were received with a dedupe key, given as its blind index, newest first, at most twenty.
    func events(receivedAs key: [UInt8]) throws -> [String]
    /// Events and runs that are found in one of some ways on their connection, that are of a group, or that belong to an order. Of ways and groups those of a
    /// window, in its order.
    func subjects(
        ways: [(connection: String, ways: [LookUpWay])],
        groups: [String],
        orders: [String],
        within window: SubjectWindow
    ) throws -> FoundSubjects
    /// How far a search for several words has come, in a window's order, when so many runs that have the first word were looked at in the way that comes to
    /// them soonest; nil where none has as many. It is an identifier of the window's order, which none of the ways has to have found.
    func bound(of ways: [(connection: String, ways: [LookUpWay])], after count: Int, in window: SubjectWindow) throws -> String?
    /// Events, or runs, whose identifier begins with a text, and the runs of these events or the events of these runs.
    func subjects(beginning text: String, isRun: Bool) throws -> FoundSubjects
    /// The orders that runs and events placed, found, or are about.
    func orders(ofRuns runs: [String], events: [String]) throws -> Set<String>
    func laterUpdateTold(than run: String) throws -> String?
    func updates(of orders: [String]) throws -> [String: (told: Run?, pending: Run?)]
    func steps(of run: String) throws -> [Step]
    func stepSummaries(of run: String) throws -> [StepSummary]
    func steps(_ numbers: [Int], of run: String) throws -> [Step]
    func value(connection: String, key: String) throws -> JSON?
    func withdrawal(connection: String, external: [UInt8]) throws -> Occurrence?
    func asked(for order: String) throws -> [Occurrence]
    func usage(of connection: String) throws -> Usage
    func scriptVersion(_ id: String) throws -> ScriptVersion?
    func token(_ blindIndex: [UInt8]) throws -> AccessToken?
    func token(id: String) throws -> AccessToken?
    func tokens() throws -> [AccessToken]
    func state(of subject: OperatingState.Subject) throws -> OperatingState
    func operatingStates() throws -> [OperatingState]
    func replicas() throws -> [Replica]
    func endpoints() throws -> [WebhookEndpoint]
    func endpoint(_ id: String) throws -> WebhookEndpoint?
    func subscribers() throws -> [String]
    func notice(_ id: String) throws -> Notice?
    func delivery(_ id: String) throws -> WebhookDelivery?
    func deliveries(of endpoint: String, _ query: DeliveryQuery, _ page: PageRequest) throws -> Page<WebhookDelivery>
    func due(_ work: Work) throws -> Timestamp?
    func places(of works: [Work]) throws -> [Work: WorkPlace]
    func ahead(of work: Work, limit: Int) throws -> Int?
    func bulkJob(_ id: String) throws -> BulkJob?
    func runningBulkJobs() throws -> [BulkJob]
    func bulkJobs(limit: Int) throws -> [BulkJob]
    func bulkItems(of job: String, from position: Int) throws -> [String]
    func turnarounds(of account: String, since month: Int64) throws -> TurnaroundHistory
    func counts() throws -> Counts
    func load() throws -> QueueLoad
    /// The rows of a statement whose text both databases understand.
    func fetch(_ sql: String, _ values: [SQLValue]) throws -> [any StoredRow]

    /// The data keys of events, orders and runs, by their identifiers: a run's is its event's or order's. What is not there is left out.
    func keyIDs(of subjects: [String]) throws -> [String: Int64]
    /// The dedupe keys that an event was received under.
    func dedupeKeys(of event: String) throws -> [[UInt8]]
    /// The event that a run handles; nil where it handles none.
    func event(of run: String) throws -> String?
    /// What the key table's schema is called.
    static var keySchema: String { get }
    /// Data keys as they are stored. Those that were destroyed are left out.
    func wrappedKeys(_ ids: [Int64]) throws -> [Int64: [UInt8]]
}

extension StoreReading {
    /// Opens what is read, reading the keys that are not at hand.
    var opener: RowOpener { RowOpener(codec: codec) { id in try self.wrappedKeys([id])[id] } }

    func load(_ work: Work) throws -> LoadedWork {
        var loaded = LoadedWork()
        switch work {
        case .event(let id):
            loaded.event = try eventAlone(id)
            if loaded.event?.kind == .webhook, let about = loaded.event?.order { loaded.order = try order(about) }
        case .run(let id):
            loaded.run = try run(id)
            guard let run = loaded.run, !run.state.isEnded else { break }
            loaded.steps = try steps(of: id)
            if let event = run.event { loaded.event = try eventAlone(event) }
            guard let about = run.order else { break }
            loaded.laterUpdateTold = try laterUpdateTold(than: id)
            loaded.order = try order(about)
        case .submit(let id), .read(let id): loaded.order = try order(id)
        case .notice, .delivery, .bulk: break
        }
        return loaded
    }

    /// A run's steps, those of them whole that fit into some bytes together.
    func steps(of run: String, within bytes: Int) throws -> [StepSummary] {
        let summaries = try stepSummaries(of: run)
        var room = bytes
        let fitting = summaries.filter { summary in
            guard summary.size <= room else { return false }
            room -= summary.size
            return true
        }
        guard !fitting.isEmpty else { return summaries }
        let whole = Dictionary(try steps(fitting.map(\.number), of: run).map { ($0.number, $0) }, uniquingKeysWith: { $1 })
        return summaries.map { summary in
            StepSummary(
                number: summary.number,
                kind: summary.kind,
                attempts: summary.attempts,
                at: summary.at,
                milliseconds: summary.milliseconds,
                size: summary.size,
                step: whole[summary.number]
            )
        }
    }

    /// The opened data keys of subjects.
    func keys(of subjects: [String]) throws -> [String: DataKey] {
        try keyIDs(of: subjects).mapValues { id in try codec.keys.key(id) { id in try self.wrappedKeys([id])[id] } }
    }
}
