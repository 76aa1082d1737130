import Screening

@testable import Pipeline

extension StageResult {
    /// What was decided, where nothing has to be done first and nothing is worked out when it is written.
    var decision: Decision? { if case .decided(let decision, _) = self { decision } else { nil } }

    /// What is worked out on an order as it stands when it is written; nil where nothing is.
    func settled(on order: Order) -> (decision: Decision, updates: [Update])? {
        if case .settle(order.id, let work) = self { work(order) } else { nil }
    }

    /// What is written first, on its own; nil where nothing is.
    var first: [Effect]? { if case .first(let effects, _, _) = self { effects } else { nil } }

    /// What follows once that is written; nil where nothing is written first.
    func next() async throws -> StageResult? { if case .first(_, _, let then) = self { try await then() } else { nil } }

    /// What becomes of it where nobody knows whether that was written; nil where that makes no difference.
    var inDoubt: StageResult? { if case .first(_, let inDoubt, _) = self { inDoubt?() } else { nil } }
}

extension Decision {
    /// When the work is due again; nil where it is done.
    var again: Timestamp? { if case .again(let timestamp, _) = disposition { timestamp } else { nil } }
    /// Whether the attempt counts; nil where the work is done.
    var spent: Bool? { if case .again(_, let spent) = disposition { spent } else { nil } }
}

extension Decision {
    var order: Order? { effects.order }
    var run: Run? { effects.run }
    var kinds: [String] { effects.kinds }
    var queued: [QueuedWork] { effects.queued }
    var unqueued: [Work] { effects.unqueued }
    /// Until when an account is to rest; nil where none is.
    var restsUntil: Timestamp? { effects.lazy.compactMap { if case .rest(_, let until) = $0 { until } else { nil } }.first }
    /// Why an account is to be paused; nil where none is.
    var pause: OperatingState.Pause? { effects.lazy.compactMap { if case .pause(_, let pause) = $0 { pause } else { nil } }.first }
    var event: (id: String, state: Event.State, problem: Problem?)? { effects.event }
}

extension [Effect] {
    /// The order's new version.
    var order: Order? { compactMap { if case .order(let order) = $0 { order } else { nil } }.first }
    /// The run's new state, or the first new run.
    var run: Run? { compactMap { if case .run(let run) = $0 { run } else { nil } }.first }
    /// The kinds of timeline entries.
    var kinds: [String] { compactMap { if case .timeline(let entry) = $0 { entry.kind } else { nil } } }
    /// More work.
    var queued: [QueuedWork] { compactMap { if case .queue(let work) = $0 { work } else { nil } } }
    /// Work that is not needed any more.
    var unqueued: [Work] { compactMap { if case .unqueue(let work) = $0 { work } else { nil } } }
    /// An event's new state.
    var event: (id: String, state: Event.State, problem: Problem?)? {
        compactMap { if case .event(let id, let state, let problem) = $0 { (id: id, state: state, problem: problem) } else { nil } }.first
    }
    /// Events that are recorded after the fact.
    var recorded: [Event] { compactMap { if case .record(let event) = $0 { event } else { nil } } }
}
