public import Screening

/// What a run's hook is called with. What an event brought stands in the event alone, and is read there.
public struct RunInput: Sendable {
    private let inbox: any Inbox

    public init(_ inbox: any Inbox) { self.inbox = inbox }

    /// What the run's hook is called with.
    /// - Parameter event: the run's event, where it is at hand.
    /// - Throws: ``StoreError/corrupt(_:)`` where the event is not there or cannot be read.
    public func json(of run: Run, event given: Event? = nil) async throws -> JSON {
        switch run.input {
        case .update(let update): return update.value
        case .event(let parameters):
            var event = given
            if event == nil, let id = run.event { event = try await inbox.event(id) }
            guard let event else { throw StoreError.corrupt("the event of the run \(run.id) is not there") }
            return event.scriptInput(parameters: parameters)
        }
    }
}
