import Screening
import Tracing

/// How a piece of claimed work ended.
enum WorkResult: String, Sendable {
    /// It left the queue.
    case done
    /// It is due again, as its stage decided.
    case again
    /// What it is about moved on meanwhile: it is decided again.
    case conflict
    /// It waits because hosts stopped over such work before.
    case postponed
    /// It was given back at shutdown.
    case released
    /// It failed, and is tried again.
    case failed
    /// Its row cannot be read.
    case unreadable
    /// Hosts stopped over it again and again: an event or a run is a dead letter, an order is looked at seldom.
    case givenUp = "given_up"

    init(_ disposition: Decision.Disposition) { self = if case .done = disposition { .done } else { .again } }
}

/// Counts, times and traces pieces of work. A span names what the work is about by its identifier, a metric by its kind alone.
enum WorkTelemetry {
    /// Does a piece of work, in a span of the trace that its subject belongs to. The span is linked to what the work came from, which may be long over.
    static func record(_ claim: Claim, _ subject: WorkSubject?, _ environment: Environment, _ work: () async -> WorkResult) async {
        let start = ContinuousClock.now
        let kind = claim.work.kind
        if let due = claim.due { environment.meters.waits.record(max(.zero, environment.clock.now() - due), kind.rawValue) }
        let context = subject.flatMap { TraceCarrier.context($0.trace) } ?? InstrumentationContext.current ?? .topLevel
        let result = await withSpan("process \(kind.destination)", context: context, ofKind: .consumer) { span in
            if let subject, let origin = TraceCarrier.context(subject.origin) { span.addLink(SpanLink(context: origin, attributes: [:])) }
            let result = await work()
            guard span.isRecording else { return result }
            span.updateAttributes { attributes in
                attributes["messaging.system"] = "fairlead"
                attributes["messaging.operation.name"] = "process"
                attributes["messaging.operation.type"] = "process"
                attributes["messaging.destination.name"] = kind.destination
                attributes["fairlead.work.kind"] = kind.rawValue
                attributes["fairlead.work.result"] = result.rawValue
                attributes["fairlead.attempt"] = claim.attempt
                if let order = subject?.order { attributes["fairlead.order.id"] = order }
                attributes[idAttribute(kind)] = claim.work.subject
            }
            if [.failed, .unreadable, .givenUp].contains(result) { span.setStatus(SpanStatus(code: .error)) }
            return result
        }
        environment.meters.work.record(.now - start, kind.rawValue, result.rawValue)
    }

    private static func idAttribute(_ kind: Work.Kind) -> String {
        switch kind {
        case .event: "fairlead.event.id"
        case .run: "fairlead.run.id"
        case .submit, .read: "fairlead.order.id"
        case .notice: "fairlead.notification.id"
        case .delivery: "fairlead.delivery.id"
        case .bulk: "fairlead.bulk.id"
        }
    }
}

extension Work.Kind {
    /// What work of the kind waits in, as spans name it.
    var destination: String {
        switch self {
        case .event: "events"
        case .run: "runs"
        case .submit: "submissions"
        case .read: "reads"
        case .notice: "notifications"
        case .delivery: "deliveries"
        case .bulk: "bulk"
        }
    }
}
