/// What is to be done, who holds it, and the writing of what was decided about it.
public protocol WorkQueue: Sendable {
    /// The time that the store goes by, the same for everybody on it: every timestamp that is given to it is to be this clock's.
    var clock: any WallClock { get }

    /// Claims due work, the most urgent first: of each concurrency key only the first, and only when nobody holds it. Counts the attempt, and marks a
    /// run that is claimed as running. Calling again claims other work.
    func claim(_ request: ClaimRequest) async throws -> [Claim]

    /// Holds claims for another `lease`; returns those that were still held by their owner. Calling again extends them again.
    func renew(_ claims: [Claim], lease: Duration) async throws -> [Claim]

    /// Gives claims back as if they had never been taken: the attempt is not counted, the work is due at once. Claims lost meanwhile, and those given
    /// back before, are passed over.
    func release(_ claims: [Claim]) async throws

    /// Writes what was decided about claimed work. Calling again is a conflict, for the claim is gone.
    /// - Throws: ``StoreError/conflict`` where the claim was lost or an order has moved on; nothing is written then.
    func commit(_ claim: Claim, _ decision: Decision) async throws

    /// Writes effects that no queued work led to: an operator's command, a route's run. Calling again writes again: what must not be done twice carries
    /// an expectation.
    /// - Throws: ``StoreError/conflict`` where an expectation does not hold; nothing is written then.
    func perform(_ effects: [Effect]) async throws

    /// When work on a subject is next due; nil where none is queued.
    func due(_ work: Work) async throws -> Timestamp?

    /// How full the queue is.
    func load() async throws -> QueueLoad

    /// Moves every due time forward by `within`: what waits for no longer is due now, in the order in which it would have been. Leases end in half a
    /// minute at most unless they are renewed, and with `rests` no account rests for longer than a minute.
    ///
    /// For when ``clock`` was set back, or what work waited for is there again. Calling twice moves it twice.
    func advanceDueTimes(by within: Duration, rests: Bool) async throws

    /// Yields whenever something may have become due, from this process or another one. Also yields now and then for nothing. Every call makes a stream
    /// of its own.
    func wakeUps() -> AsyncStream<Void>
}
