import Plugins
import Screening

/// Looks at an event that came in: an ATS's delivery becomes a run of `on_event`.
struct EventStage: Sendable {
    let context: PipelineContext

    func decide(_ event: Event) -> Verdict {
        let now = context.clock.now()
        guard let connection = event.connection.flatMap(context.directory.connection) else {
            let problem = Problem(
                code: "connection_missing",
                message: "the connection \(event.connection ?? "") is not configured; replay the event when it is",
                at: now
            )
            return .decided(Decision(.done, [.event(id: event.id, state: .dead, problem: problem)]))
        }
        let run = connection.run(
            id: context.environment.identifier(.run),
            hook: "on_event",
            event: event.id,
            order: nil,
            input: .event(parameters: [:]),
            at: now
        )
        return .decided(
            Decision(
                .done,
                [.run(run), .queue(QueuedWork(.run(run.id), due: now)), .event(id: event.id, state: .working, problem: nil)]
            )
        )
    }
}

extension Event {
    /// The event as scripts get it. The body goes in raw; the prelude decodes it.
    func scriptInput(parameters: [String: String]) -> JSON {
        let received = request.value
        var input: JSON = [
            "id": .string(id), "kind": .string(kind.rawValue), "received_at": JSON(receivedAt), "method": .string(received.method),
            "path": .string(received.path), "params": JSON(texts: parameters), "query": JSON(texts: received.query),
            "headers": JSON(texts: received.headers),
        ]
        if let text = String(validating: received.body, as: UTF8.self) {
            input["raw"] = .string(text)
        } else {
            input["raw_base64"] = .string(received.body.base64)
        }
        return input
    }
}
