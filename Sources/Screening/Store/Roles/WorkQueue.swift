/// Which work is to be done, who holds it, and how the decisions about it are written.
public protocol WorkQueue: Sendable {
    /// The store's clock, shared by all replicas on it: every timestamp given to the store must come from this clock.
    var clock: any WallClock { get }

    /// Claims due work, most urgent first: only the first item of each concurrency key, and only when nobody holds that key. Counts the attempt, and marks a
    /// run that is claimed as running. Calling again claims other work.
    func claim(_ request: ClaimRequest) async throws -> [Claim]

    /// What a piece of work is about. Of an event that is not there, a run, an order, nothing is loaded; of a run that has ended, nothing but the run.
    /// - Throws: ``StoreError/corrupt(_:)`` where any part of it cannot be read.
    func load(_ work: Work) async throws -> LoadedWork

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

    /// Where pieces of work stand in the queue; those that are not queued are left out.
    func places(of works: [Work]) async throws -> [Work: WorkPlace]

    /// How much of the same kind and lane goes before a piece of work that waits; nil where it is not queued, waits behind other work of its concurrency key,
    /// or is being done. No more than `limit` are counted.
    func ahead(of work: Work, limit: Int) async throws -> Int?

    /// How full the queue is.
    func load() async throws -> QueueLoad

    /// Moves every due time earlier by `within`: work due within that time is due now, in its original order. Leases end in half a
    /// minute at most unless they are renewed, and with `rests` no account rests for longer than a minute.
    ///
    /// For use after ``clock`` was set back, or when what the work waited for is available again. Calling twice moves it twice.
    func advanceDueTimes(by within: Duration, rests: Bool) async throws

    /// Yields whenever work of one of some kinds may have become due, from this process or another one. Sometimes yields although nothing is due. Every call
    /// makes a stream of its own.
    func wakeUps(for kinds: Set<Work.Kind>) -> AsyncStream<Void>

    /// How long whoever claimed should wait before claiming again, so that places that came free meanwhile are filled together. Zero, as it is by default,
    /// where a claim costs little.
    var pauseBetweenClaims: Duration { get }
}

extension WorkQueue {
    /// None.
    public var pauseBetweenClaims: Duration { .zero }
}
