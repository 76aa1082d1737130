/// The truth on disk: inbox, orders, runs, steps, queue. Every method is one intent in one transaction.
///
/// Returning from a method that writes means that what it wrote survives a crash of the process and of the machine. Throwing means that nothing
/// was written, ``StoreError/unknown(_:)`` apart. `ScreeningTesting` holds the conformance suite that every store passes.
public protocol Store: Sendable {
    // MARK: In

    /// Puts an event into the inbox and queues the work of looking at it, in the event's lane where it is about an order.
    ///
    /// Calling again with the same `dedupe` key and connection changes nothing but a count, and names the first event. A nil key is never a duplicate.
    func accept(_ event: Event, dedupe: String?) async throws -> Acceptance

    /// Places an order, begins its timeline with `accepted` and queues its submission, unless the connection has an order with the same external id: then that order comes back, unchanged.
    func place(_ order: Order) async throws -> (order: Order, isNew: Bool)

    // MARK: Work

    /// Claims due work, the most urgent first: of each lane only the head, and only when nobody holds it. Counts the attempt, and marks a run that is
    /// claimed as running.
    func claim(_ request: ClaimRequest) async throws -> [Claim]

    /// Holds claims for another `lease`; returns those that were still held by their owner.
    func renew(_ claims: [Claim], lease: Duration) async throws -> [Claim]

    /// Gives claims back as if they had never been taken: the attempt is not counted, the work is due at once. Claims lost meanwhile are passed over.
    func release(_ claims: [Claim]) async throws

    /// Writes what was decided about claimed work.
    /// - Throws: ``StoreError/conflict`` where the claim was lost or an order has moved on; nothing is written then.
    func commit(_ claim: Claim, _ decision: Decision) async throws

    /// Writes effects that no queued work led to: an operator's command, a route's run.
    /// - Throws: ``StoreError/conflict`` where an order has moved on.
    func perform(_ effects: [Effect]) async throws

    /// The time that the store goes by, the same for everybody on it: all moments that are given to it are to be this clock's.
    var clock: any WallClock { get }

    /// Brings everything forward by `within`: what waits for no longer is due now, in the order in which it would have been; what is held is held for
    /// half a minute at most unless it is renewed; and with `budgets` none rests for longer than a minute. For when ``clock`` was set back, or what work waited for
    /// is there again. Calling twice brings it forward twice.
    func hurry(_ within: Duration, budgets: Bool) async throws

    /// Yields whenever something may have become due, from this process or another one. Also yields now and then for nothing.
    func wakeUps() -> AsyncStream<Void>

    // MARK: Steps

    /// The steps that a run has made so far, by number.
    func steps(of run: String) async throws -> [Step]

    /// Remembers steps of a run (replacing those of the same number) and does what the last of them does, all or nothing.
    /// - Returns: the order that stands after an effect that places one.
    @discardableResult
    func remember(_ steps: [Step], of run: String, doing effect: StepEffect?) async throws -> Order?

    /// A value that a connection's scripts keep; nil where there is none or it has expired.
    func value(connection: String, key: String) async throws -> JSON?

    // MARK: Scripts

    /// Keeps versions of scripts, for the runs that begin on them. Keeping one again only says that it is still in use; versions that nobody has kept
    /// for thirty days, and that no unfinished run began on, are forgotten.
    func keep(_ versions: [ScriptVersion]) async throws

    /// A version of scripts by its hash; nil where it is not kept.
    func scripts(_ id: String) async throws -> ScriptVersion?

    // MARK: Tokens

    /// Keeps a token with the secret by which its holder is known. Only a keyed hash of the secret is stored.
    func keep(_ token: AccessToken, secret: Secret) async throws

    /// The token that is known by a secret; nil where there is none. An expired one is there until it is removed.
    func token(by secret: Secret) async throws -> AccessToken?

    /// Every token, oldest first.
    func tokens() async throws -> [AccessToken]

    /// Forgets a token. Does nothing where there is none.
    func remove(token id: String) async throws

    // MARK: Budgets

    /// Takes up to `count` from a budget that grants `perMinute` in any sixty seconds, shared by everybody on this store.
    func take(_ count: Int, from budget: String, perMinute: Int) async throws -> Grant

    /// Rests a budget: nothing is granted before `until`. A rest is never shortened.
    func rest(_ budget: String, until: Timestamp) async throws

    /// Until when a budget rests; nil where it does not.
    func resting(_ budget: String) async throws -> Timestamp?

    // MARK: API requests that must not be done twice

    /// Begins a request that carries an idempotency key; keys are kept for 24 hours, and a request that was never answered for two minutes.
    func begin(key: String, bodyHash: String) async throws -> KeyedAnswer

    /// Remembers the answer to the request that ``begin(key:bodyHash:)`` called fresh; nil forgets the key, so that it may be used again.
    func answer(key: String, status: Int?, body: [UInt8]) async throws

    // MARK: Out

    /// An order by identifier; nil where there is none.
    func order(_ id: String) async throws -> Order?
    /// An order by the ATS's name for it; nil where there is none.
    func order(connection: String, externalID: String) async throws -> Order?
    /// The order whose webhooks come to this token; nil where there is none.
    func order(callbackToken: String) async throws -> Order?
    /// Orders, by age.
    func orders(_ query: OrderQuery, _ page: PageRequest) async throws -> Page<Order>
    /// An order's story, oldest first.
    func timeline(of order: String) async throws -> [TimelineEntry]
    /// An event; nil where there is none.
    func event(_ id: String) async throws -> Event?
    /// Events, by age.
    func events(_ query: EventQuery, _ page: PageRequest) async throws -> Page<Event>
    /// A run; nil where there is none.
    func run(_ id: String) async throws -> Run?
    /// Runs, by age.
    func runs(_ query: RunQuery, _ page: PageRequest) async throws -> Page<Run>
    /// When work on a subject is next due; nil where none is queued.
    func due(_ work: Work) async throws -> Timestamp?
    /// How many there are of what operators count.
    func tally() async throws -> Tally
    /// How full the queue is.
    func load() async throws -> QueueLoad
    /// Returns where the store takes what is written, as far as can be found out: it writes a little, and remembers what it refused lately.
    /// - Throws: ``StoreError`` where it does not.
    func tryWriting() async throws

    /// Finishes what was begun and closes. Calling anything afterwards throws ``StoreError/unavailable(_:)``.
    func close() async
}

extension Store {
    /// Writes a moment that nobody needs.
    public func tryWriting() async throws {
        try await remember([], of: "", doing: .value(connection: "", key: "tried", .string("\(clock.now())"), expires: nil))
    }
}

/// Why the store did not do what was asked.
public enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Something moved on since it was read: read again and decide again.
    case conflict
    /// The store cannot be had or cannot take more (away, full, read-only, closed): nothing was written. The text says why.
    case unavailable(String)
    /// The connection was lost during the commit: it may have been written.
    case unknown(String)
    /// What is stored cannot be read. The text says what, without content.
    case corrupt(String)
    /// The database was written by a newer Fairlead. The text says which.
    case newer(String)

    /// The store was closed: nothing will be written any more.
    public static let closed = StoreError.unavailable("it is closed")

    /// One sentence.
    public var description: String {
        switch self {
        case .conflict: "what is stored has changed meanwhile"
        case .unavailable(let why): "the store is not available: \(why)"
        case .unknown(let why): "the store did not say whether it wrote: \(why)"
        case .corrupt(let what): "the store holds something unreadable: \(what)"
        case .newer(let what): "the store was written by a newer version: \(what)"
        }
    }
}
