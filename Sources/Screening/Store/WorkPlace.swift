/// Where one piece of work stands in the queue.
public struct WorkPlace: Sendable, Equatable {
    /// When it is due; for work that is being done, when it is due once more.
    public var due: Timestamp
    /// How often it was tried and failed, or is being tried.
    public var attempts: Int
    /// Whether somebody is doing it.
    public var isHeld: Bool

    public init(due: Timestamp, attempts: Int, isHeld: Bool) {
        self.due = due
        self.attempts = attempts
        self.isHeld = isHeld
    }
}
