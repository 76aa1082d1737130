/// What is removed by its age, and what is kept however old it is.
public protocol RetentionStore: Sendable {
    /// What a plan removes, by kind and connection, if it is carried out now. Where nothing goes there is no entry.
    func retentionPreview(_ plan: RetentionPlan) async throws -> [RetentionCount]

    /// Removes a few of the rows that are due. Never anything of an order that is open, waits for a person or is on legal hold, nor an event or run that has
    /// not ended well. To be called until nothing is left; what was removed stays removed, and calling from the beginning does no harm.
    /// - Parameter cursor: where the step before ended; nil to begin.
    func removeDue(_ plan: RetentionPlan, from cursor: RetentionCursor?) async throws -> RetentionStep

    /// Records in the audit, as `retention.run`, what was removed since that was last recorded, by runs that were cut short as well. Returns it, by kind; where
    /// nothing was, nothing is recorded.
    /// - Parameter time: what was due by then went.
    func recordRemoved(until time: Timestamp) async throws -> [RetentionKind: Int]

    /// Makes what was removed be gone from the disk as well, as far as the store can: after the last step.
    func finishRemoval() async throws

    /// When the oldest was received of what is kept, by kind; kinds of which there is nothing are left out.
    func oldestKept() async throws -> [RetentionKind: Timestamp]

    /// Keeps an order, or everything of a person, until it is let go. Calling again for the same changes note and time.
    func hold(_ hold: LegalHold) async throws

    /// Lets an order go. Returns whether it was held by itself; it may be held still because its person is.
    func release(order id: String) async throws -> Bool

    /// Lets a person go, by e-mail address. Returns whether anybody was held by it.
    func release(email: String) async throws -> Bool

    /// Why an order is kept: of itself, or because its person is.
    func holds(of order: String) async throws -> [LegalHold]

    /// Every hold, oldest first.
    func holds() async throws -> [LegalHold]

    /// How many bytes the store takes.
    func sizes() async throws -> StoreSizes

    /// Takes the turn at upkeep of a name for a time, unless another process has it. Whoever has it takes it again before the time is over.
    func takeTurn(_ name: String, owner: String, for time: Duration) async throws -> UpkeepState

    /// Gives the turn back, and notes when the upkeep was done; nil where it was not.
    func endTurn(_ name: String, owner: String, doneAt: Timestamp?) async throws
}
