/// Keeps history. Nothing of it is about people.
public protocol HistoryStore: Sendable {
    /// Adds to what was counted by hour. Calling again counts again.
    func add(history counts: [HistoryCount]) async throws

    /// How orders stand on a day: takes the place of what was kept of that day.
    func keep(orders counts: [HistoryCount], ofDay day: Int64) async throws

    /// Notes that the host changed. Calling again changes nothing.
    func note(_ mark: HostMark) async throws

    /// What is kept from a time on.
    func history(since: Timestamp) async throws -> [HistoryCount]

    /// When the host changed from a time on, oldest first.
    func marks(since: Timestamp) async throws -> [HostMark]

    /// The latest start of any replica; nil where none is kept.
    func lastStart() async throws -> HostMark?

    /// Forgets what was counted and noted before a time. Calling again forgets nothing more.
    func forgetHistory(before time: Timestamp) async throws
}
