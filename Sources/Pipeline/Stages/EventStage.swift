import Plugins
import Screening

/// Looks at an event that came in: an ATS's delivery becomes a run of `on_event`.
struct EventStage: Sendable {
    let environment: Environment

    func decide(_ event: Event) -> StageResult {
        let now = environment.clock.now()
        guard let connection = event.connection.flatMap(environment.registry.connection) else {
            let problem = Problem(
                code: "connection_missing",
                message: "the connection \(event.connection ?? "") is not configured; replay the event when it is",
                at: now
            )
            return .decided(Decision(.done, [.event(id: event.id, state: .dead, problem: problem)]))
        }
        let run = connection.run(
            id: environment.identifier(.run),
            hook: "on_event",
            event: event.id,
            order: nil,
            input: .event(parameters: [:]),
            at: now
        )
        return .decided(
            Decision(
                .done,
                [
                    .run(run), .queue(QueuedWork(.run(run.id), concurrencyKey: event.concurrencyKey, connection: connection.id, due: now)),
                    .event(id: event.id, state: .working, problem: nil),
                ]
            )
        )
    }
}
