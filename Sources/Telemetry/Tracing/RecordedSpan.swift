import Synchronization
public import Tracing

/// A span under way. Of an error only its type is kept: its text may name anything.
public final class RecordedSpan: Span {
    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var links: [TraceContext] = []
        var events: [(name: String, at: UInt64)] = []
        var isFailed = false
        var hasEnded = false
    }

    /// More links and events than these are left out.
    private static let most = 32

    public let context: InstrumentationContext
    private let own: TraceContext
    private let kind: SpanKind
    private let parent: String?
    private let started: UInt64
    private let state: Mutex<State>
    private let ended: @Sendable (EndedSpan) -> Void

    init(
        _ name: String,
        _ kind: SpanKind,
        _ context: InstrumentationContext,
        _ own: TraceContext,
        parent: String?,
        at started: UInt64,
        _ ended: @escaping @Sendable (EndedSpan) -> Void
    ) {
        self.context = context
        self.own = own
        self.kind = kind
        self.parent = parent
        self.started = started
        self.ended = ended
        state = Mutex(State(name: name))
    }

    /// Whether what is noted of it is kept.
    public var isRecording: Bool { own.isSampled && !state.withLock { $0.hasEnded } }

    /// What it is called; may change while it is under way.
    public var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    /// What is noted of it.
    public var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { if own.isSampled { state.withLock { $0.attributes = newValue } } }
    }

    /// Notes whether it failed; the message is not kept.
    public func setStatus(_ status: SpanStatus) { state.withLock { $0.isFailed = status.code == .error } }

    /// Notes that something happened, by name and time.
    public func addEvent(_ event: SpanEvent) {
        state.withLock { if $0.events.count < Self.most { $0.events.append((event.name, event.nanosecondsSinceEpoch)) } }
    }

    /// Notes the type of an error.
    public func recordError<Instant: TracerInstant>(_ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant) {
        state.withLock { $0.attributes["error.type"] = String(reflecting: type(of: error)) }
    }

    /// Notes another span that this one has to do with.
    public func addLink(_ link: SpanLink) {
        guard let other = link.context[TraceContextKey.self] else { return }
        state.withLock { if $0.links.count < Self.most { $0.links.append(other) } }
    }

    /// Ends it. Ending it again does nothing.
    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let last: State? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return state
        }
        guard own.isSampled, let last else { return }
        ended(
            EndedSpan(
                name: last.name,
                kind: kind,
                context: own,
                parent: parent,
                started: started,
                ended: max(started, instant().nanosecondsSinceEpoch),
                attributes: last.attributes,
                links: last.links,
                events: last.events,
                isFailed: last.isFailed
            )
        )
    }
}

/// A span that ended.
public struct EndedSpan: Sendable {
    public let name: String
    public let kind: SpanKind
    public let context: TraceContext
    /// The span that it is a part of; nil for the first of a trace.
    public let parent: String?
    /// Nanoseconds since 1970.
    public let started: UInt64
    /// Nanoseconds since 1970.
    public let ended: UInt64
    public let attributes: SpanAttributes
    /// Other spans that it has to do with.
    public let links: [TraceContext]
    let events: [(name: String, at: UInt64)]
    public let isFailed: Bool
}
