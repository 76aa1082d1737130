import Screening

/// What a piece of work is about, as the store has it.
enum WorkSubject: Sendable {
    case event(Event)
    /// A provider's webhook with the order whose address it came to.
    case webhook(Event, Order)
    case run(Run)
    case submit(Order)
    case read(Order)

    /// What was loaded of a piece of work; nil where it is gone, and where no trace goes through it.
    init?(_ work: Work, _ loaded: LoadedWork) {
        switch work {
        case .event:
            guard let event = loaded.event else { return nil }
            if event.kind == .webhook {
                guard let order = loaded.order else { return nil }
                self = .webhook(event, order)
            } else {
                self = .event(event)
            }
        case .run:
            guard let run = loaded.run else { return nil }
            self = .run(run)
        case .submit:
            guard let order = loaded.order else { return nil }
            self = .submit(order)
        case .read:
            guard let order = loaded.order else { return nil }
            self = .read(order)
        case .notice, .delivery, .bulk: return nil
        }
    }

    /// The trace that the work belongs to. Everything about an order belongs to the trace in which it was placed, however much later it happens; but for reads,
    /// which are many and mostly say nothing: each is a trace of its own.
    var trace: [String: String] {
        switch self {
        case .event(let event): event.trace
        case .webhook(let event, let order): order.record.trace.isEmpty ? event.trace : order.record.trace
        case .run(let run): run.trace
        case .submit(let order): order.record.trace
        case .read: [:]
        }
    }

    /// What the work came from.
    var origin: [String: String] {
        switch self {
        case .event(let event), .webhook(let event, _): event.trace
        case .run(let run): run.trace
        case .submit(let order), .read(let order): order.record.trace
        }
    }

    /// The order that it is about; nil where that is not known yet.
    var order: String? {
        switch self {
        case .event(let event): event.order
        case .webhook(_, let order), .submit(let order), .read(let order): order.id
        case .run(let run): run.order
        }
    }
}
