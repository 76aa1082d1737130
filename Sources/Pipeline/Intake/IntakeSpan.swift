import Screening
import Tracing

/// The span of something that is taken in: what is done about it later goes on from here.
enum IntakeSpan {
    /// Stores an event, which knows its trace from then on.
    static func send(_ event: Event, _ accept: (Event) async throws -> Acceptance) async throws -> Acceptance {
        try await withSpan("send events", ofKind: .producer) { span in
            var event = event
            event.trace = TraceCarrier.texts(span.context)
            let acceptance = try await accept(event)
            guard span.isRecording else { return acceptance }
            span.updateAttributes { attributes in
                attributes["messaging.system"] = "fairlead"
                attributes["messaging.operation.name"] = "send"
                attributes["messaging.operation.type"] = "send"
                attributes["messaging.destination.name"] = "events"
                attributes["fairlead.event.id"] = acceptance.event
                attributes["fairlead.event.kind"] = event.kind.rawValue
                attributes["fairlead.event.duplicate"] = acceptance.duplicate
                if let order = event.order { attributes["fairlead.order.id"] = order }
            }
            return acceptance
        }
    }
}
