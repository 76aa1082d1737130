import Screening
import Tracing

/// Spans in OTLP's JSON.
enum OTLPTraces {
    /// The body of a request to `/v1/traces`.
    static func body(_ spans: [EndedSpan], _ resource: JSON) -> JSON {
        [
            "resourceSpans": [
                ["resource": resource, "scopeSpans": [["scope": ["name": "fairlead"], "spans": .array(spans.map(json))]]]
            ]
        ]
    }

    private static func json(_ span: EndedSpan) -> JSON {
        var json: JSON = [
            "traceId": .string(span.context.traceID), "spanId": .string(span.context.spanID), "flags": 1, "name": .string(span.name),
            "kind": .int(number(span.kind)), "startTimeUnixNano": .string(String(span.started)), "endTimeUnixNano": .string(String(span.ended)),
            "attributes": attributes(span.attributes),
        ]
        json["parentSpanId"] = span.parent.map { .string($0) }
        if !span.links.isEmpty { json["links"] = .array(span.links.map { ["traceId": .string($0.traceID), "spanId": .string($0.spanID)] }) }
        if !span.events.isEmpty { json["events"] = .array(span.events.map { ["name": .string($0.name), "timeUnixNano": .string(String($0.at))] }) }
        if span.isFailed { json["status"] = ["code": 2] }
        return json
    }

    private static func number(_ kind: SpanKind) -> Int64 {
        switch kind {
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        default: 1
        }
    }

    private static func attributes(_ attributes: SpanAttributes) -> JSON {
        var all: [(String, JSON)] = []
        attributes.forEach { name, value in all.append((name, OTLPTraces.value(value))) }
        return .array(all.sorted { $0.0 < $1.0 }.map { ["key": .string($0.0), "value": $0.1] })
    }

    private static func value(_ value: SpanAttribute) -> JSON {
        switch value {
        case .int32(let number): ["intValue": .string(String(number))]
        case .int64(let number): ["intValue": .string(String(number))]
        case .double(let number): ["doubleValue": .double(number)]
        case .bool(let holds): ["boolValue": .bool(holds)]
        case .string(let text): ["stringValue": .string(text)]
        default: ["stringValue": .string("\(value)")]
        }
    }
}
