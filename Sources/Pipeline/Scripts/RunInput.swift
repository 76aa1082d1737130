public import Screening

/// What a run's hook is called with. What an event brought stands in the event alone, and is read there.
public struct RunInput: Sendable {
    private let inbox: any Inbox

    public init(_ inbox: any Inbox) { self.inbox = inbox }

    /// What the run's hook is called with.
    /// - Parameter event: the run's event, where it is at hand.
    /// - Throws: ``StoreError/corrupt(_:)`` where the event is not there or cannot be read.
    public func json(of run: Run, event given: Event? = nil) async throws -> JSON { try await read(run, event: given).json }

    /// The same, with when what the run is about happened: the event where it handles one, else the change or the slot that the run was made for.
    func read(_ run: Run, event given: Event?) async throws -> (json: JSON, happenedAt: Timestamp) {
        switch run.input {
        case .update(let update): return (update.value, run.createdAt)
        case .event(let parameters):
            var event = given
            if event == nil, let id = run.event { event = try await inbox.event(id) }
            guard let event else { throw StoreError.corrupt("the event of the run \(run.id) is not there") }
            return (event.scriptInput(parameters: parameters), min(event.occurredAt ?? event.firstReceivedAt, event.firstReceivedAt))
        }
    }
}
