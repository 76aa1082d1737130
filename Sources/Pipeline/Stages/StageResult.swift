import Screening

/// What a stage decided, for the worker to write.
enum StageResult: Sendable {
    /// The decision to write: its effects, and how the work is settled.
    case decided(Decision, updates: [Update] = [])

    /// Something has happened outside that must not be lost: what follows from it is worked out on the order as it stands when it is written, and
    /// worked out again where the order has moved on meanwhile.
    case settle(order: String, @Sendable (Order) -> (decision: Decision, updates: [Update]))

    /// These effects first, in a transaction of their own; then go on. Where nobody can say whether they were written, `inDoubt` says what becomes of it
    /// instead: nothing has happened outside.
    case first([Effect], inDoubt: (@Sendable () -> StageResult)? = nil, then: @Sendable () async throws -> StageResult)

    /// The same with more effects: whatever is written at the end is written with them.
    func adding(_ more: [Effect]) -> StageResult {
        guard !more.isEmpty else { return self }
        switch self {
        case .decided(var decision, let reported):
            decision.effects += more
            return .decided(decision, updates: reported)
        case .settle(let order, let work):
            return .settle(order: order) { present in
                var (decision, published) = work(present)
                decision.effects += more
                return (decision, published)
            }
        case .first(let effects, let inDoubt, let then):
            var doubtful: (@Sendable () -> StageResult)?
            if let inDoubt { doubtful = { inDoubt().adding(more) } }
            return .first(effects, inDoubt: doubtful) { try await then().adding(more) }
        }
    }
}
