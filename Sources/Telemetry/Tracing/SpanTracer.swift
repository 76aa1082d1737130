import Crypto
public import Tracing

/// The backend for swift-distributed-tracing: makes spans, takes the trace of a caller over and tells it to others as W3C's `traceparent`, and hands what
/// ended to whoever exports it.
///
/// Whether a trace is recorded is decided here, by a keyed hash of its identifier, and so alike for all of its spans and wherever the key is the same. What a
/// caller decided is not taken over, and no identifier can be chosen so that it is recorded: anybody may call.
public struct SpanTracer: Tracer {
    private let share: Double
    private let key: SymmetricKey
    private let ended: @Sendable (EndedSpan) -> Void

    /// A tracer.
    /// - Parameters:
    ///   - share: which share of the traces is recorded, from 0 to 1.
    ///   - key: what decides which; all that record parts of the same traces have the same. Empty for one of this tracer's own.
    ///   - ended: takes each span that ended; called on whatever task ended it, and must not wait.
    public init(share: Double = 1, key: [UInt8] = [], ended: @escaping @Sendable (EndedSpan) -> Void) {
        self.share = share
        self.key = key.isEmpty ? SymmetricKey(size: .bits256) : SymmetricKey(data: key)
        self.ended = ended
    }

    /// Begins a span: of the trace in `context`, or of a new one.
    public func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> InstrumentationContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> RecordedSpan {
        var context = context()
        let parent = context[TraceContextKey.self]
        let trace = parent?.traceID ?? Self.hex(.random(in: 1 ... .max)) + Self.hex(.random(in: .min ... .max))
        let own = TraceContext(traceID: trace, spanID: Self.hex(.random(in: 1 ... .max)), isSampled: isSampled(trace))
        context[TraceContextKey.self] = own
        return RecordedSpan(operationName, kind, context, own, parent: parent?.spanID, at: instant().nanosecondsSinceEpoch, ended)
    }

    /// Nothing: whoever takes the spans sends them.
    public func forceFlush() {}

    /// Takes the trace of a caller over.
    public func extract<Carrier, Extract: Extractor>(_ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract)
    where Extract.Carrier == Carrier {
        guard let text = extractor.extract(key: TraceContext.header, from: carrier), let found = TraceContext(traceparent: text) else { return }
        context[TraceContextKey.self] = found
    }

    /// Tells the trace to somebody else.
    public func inject<Carrier, Inject: Injector>(_ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject)
    where Inject.Carrier == Carrier {
        guard let own = context[TraceContextKey.self] else { return }
        injector.inject(own.traceparent, forKey: TraceContext.header, into: &carrier)
    }

    private func isSampled(_ trace: String) -> Bool {
        if share >= 1 { return true }
        let number = HMAC<SHA256>.authenticationCode(for: Array(trace.utf8), using: key).prefix(7).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(number) / Double(1 << 56) < share
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
