/// Stores everything that comes in, from either side, before any answer is sent.
///
/// Returning from a method that writes means that what it wrote survives a crash of the process and of the machine. Throwing means that nothing was
/// written, except with ``StoreError/unknown(_:)``. This holds for every role of a store.
public protocol Inbox: Sendable {
    /// Puts an event into the inbox and queues the work of handling it, under the concurrency key of the order that it is about, or of
    /// its group.
    ///
    /// Calling again with the same `dedupe` key and connection changes nothing but a count, and names the first event, unless that was received longer ago
    /// than the key says. A nil key is never a duplicate.
    /// - Parameter run: a new run that the event leads to: then the run is stored with the event and queued in its place. A duplicate's is not stored.
    func accept(_ event: Event, dedupe: DedupeKey?, leadingTo run: Run?) async throws -> Acceptance

    /// An event; nil where there is none.
    func event(_ id: String) async throws -> Event?

    /// The events that were received on a connection with a dedupe key, newest first, at most twenty. The newest is among them however long ago it came; a store
    /// may have forgotten the key of those before it.
    func events(receivedAs key: DedupeKey, on connection: String) async throws -> [String]

    /// Events, by age, without what was received.
    func events(_ query: EventQuery, _ page: PageRequest) async throws -> Page<EventSummary>
}

extension Inbox {
    /// Puts an event into the inbox that is looked at first: what it leads to is decided later.
    public func accept(_ event: Event, dedupe: DedupeKey?) async throws -> Acceptance { try await accept(event, dedupe: dedupe, leadingTo: nil) }
}
