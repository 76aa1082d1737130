import Logging
import Screening
import Synchronization
import Testing
import Tracing

@testable import Telemetry

@Suite("The tracer")
struct TracerTests {
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    private struct Texts: Extractor, Injector {
        func extract(key: String, from texts: [String: String]) -> String? { texts[key] }
        func inject(_ value: String, forKey key: String, into texts: inout [String: String]) { texts[key] = value }
    }

    private final class Spans: Sendable {
        let ended = Mutex<[EndedSpan]>([])
        func add(_ span: EndedSpan) { ended.withLock { $0.append(span) } }
        var all: [EndedSpan] { ended.withLock { $0 } }
    }

    @Test(
        "Only what the standard allows is a traceparent",
        arguments: [
            (parent, true), ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", true),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false),
            ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false), ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false),
            ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false), ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01", false),
            ("", false),
        ]
    )
    func traceparent(_ text: String, _ isOne: Bool) {
        let context = TraceContext(traceparent: text)
        #expect((context != nil) == isOne)
        if isOne { #expect(context?.traceparent == Self.parent) }
    }

    @Test("A caller's trace is taken over and told on; a span without one begins a trace")
    func propagation() {
        let spans = Spans()
        let tracer = SpanTracer { spans.add($0) }
        var context = InstrumentationContext.topLevel
        tracer.extract(["traceparent": Self.parent], into: &context, using: Texts())
        let told = tracer.withSpan("outer", context: context, ofKind: .server) { outer in
            tracer.withSpan("inner", ofKind: .client) { inner in
                var texts: [String: String] = [:]
                tracer.inject(inner.context, into: &texts, using: Texts())
                #expect(TraceContext.current?.traceparent == texts["traceparent"])
                return texts["traceparent"]
            }
        }
        tracer.withSpan("another") { _ in }
        let (inner, outer, another) = (spans.all[0], spans.all[1], spans.all[2])
        #expect(told == "00-0af7651916cd43dd8448eb211c80319c-\(inner.context.spanID)-01")
        #expect(outer.parent == "b7ad6b7169203331" && inner.parent == outer.context.spanID)
        #expect(another.parent == nil && another.context.traceID != outer.context.traceID && another.context.traceID.utf8.count == 32)
        #expect(TraceContext.current == nil && TraceContext.metadataProvider.get().isEmpty)
    }

    @Test("Whether a trace is recorded is decided here, and alike for all of its spans")
    func sampling() {
        let spans = Spans()
        let (all, none, half) = (
            SpanTracer(ended: { spans.add($0) }), SpanTracer(share: 0) { spans.add($0) }, SpanTracer(share: 0.5) { spans.add($0) }
        )
        var context = InstrumentationContext.topLevel
        all.extract(["traceparent": String(Self.parent.dropLast()) + "0"], into: &context, using: Texts())
        all.withSpan("recorded", context: context) { #expect($0.isRecording) }
        #expect(spans.all.map(\.name) == ["recorded"])
        none.withSpan("not", context: context) { span in
            #expect(!span.isRecording)
            var texts: [String: String] = [:]
            none.inject(span.context, into: &texts, using: Texts())
            #expect(texts["traceparent"]?.hasSuffix("-00") == true)
        }
        #expect(spans.all.count == 1)
        for _ in 0..<200 { half.withSpan("outer") { _ in half.withSpan("inner") { _ in } } }
        let traces = Dictionary(grouping: spans.all.dropFirst(), by: \.context.traceID)
        #expect((1..<200).contains(traces.count) && traces.values.allSatisfy { $0.count == 2 })
    }

    @Test("Which traces are recorded depends on a key that whoever sends an identifier does not know, alike wherever the key is the same")
    func chosen() {
        func recorded(_ tracer: SpanTracer) -> [Bool] {
            (1...64).map { number in
                let text = "00-\(String(repeating: "0", count: 30))\(String(number + 15, radix: 16))-b7ad6b7169203331-01"
                var context = InstrumentationContext.topLevel
                tracer.extract(["traceparent": text], into: &context, using: Texts())
                return tracer.withSpan("asked", context: context) { $0.isRecording }
            }
        }
        let (one, two) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32))
        let first = recorded(SpanTracer(share: 0.5, key: one) { _ in })
        #expect(first == recorded(SpanTracer(share: 0.5, key: one) { _ in }))
        #expect(first != recorded(SpanTracer(share: 0.5, key: two) { _ in }))
        // Small numbers, which were below any share, are no better than others.
        #expect((16...48).contains(first.count { $0 }))
    }

    @Test("Of an error only the type is kept, and a span ends once")
    func errors() {
        struct Failure: Error { let text = "Ana Roe" }
        let spans = Spans()
        let tracer = SpanTracer { spans.add($0) }
        try? tracer.withSpan("failing") { span in
            span.addLink(SpanLink(context: span.context, attributes: [:]))
            span.addEvent("happened")
            span.setStatus(SpanStatus(code: .error, message: "Ana Roe"))
            throw Failure()
        }
        let span = tracer.startSpan("twice")
        span.end()
        span.end()
        #expect(spans.all.map(\.name) == ["failing", "twice"])
        let body = OTLPTraces.body(spans.all, [:]).string()
        #expect(!body.contains("Ana") && body.contains("Failure") && body.contains(#""status":{"code":2}"#) && body.contains("happened"))
        #expect(spans.all[0].links.count == 1 && spans.all[0].isFailed)
    }
}
