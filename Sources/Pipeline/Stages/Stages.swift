/// The stages, each for one kind of work. A stage decides and returns what it decided; a worker writes it.
struct Stages: Sendable {
    let event: EventStage
    let webhook: WebhookStage
    let run: RunStage
    let submit: SubmitStage
    let read: ReadStage
    let notice: NoticeStage
    let delivery: DeliveryStage
}
