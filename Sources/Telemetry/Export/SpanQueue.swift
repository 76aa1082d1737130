import Synchronization

/// Spans that wait to be sent: so many, and no more. What comes when it is full is dropped and counted.
final class SpanQueue: Sendable {
    private struct State {
        var spans: [EndedSpan] = []
        var dropped = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    func add(_ span: EndedSpan) {
        state.withLock { state in
            if state.spans.count < limit { state.spans.append(span) } else { state.dropped += 1 }
        }
    }

    var isEmpty: Bool { state.withLock { $0.spans.isEmpty } }

    /// Takes the oldest out, at most so many.
    func take(_ count: Int) -> [EndedSpan] {
        state.withLock { state in
            let taken = Array(state.spans.prefix(count))
            state.spans.removeFirst(taken.count)
            return taken
        }
    }

    /// Puts what could not be sent back before the rest. What there is no room for any more is dropped.
    func putBack(_ spans: [EndedSpan]) {
        state.withLock { state in
            let room = max(0, limit - state.spans.count)
            state.dropped += max(0, spans.count - room)
            state.spans = spans.suffix(room) + state.spans
        }
    }

    /// How many were dropped since this was asked last.
    func takeDropped() -> Int {
        state.withLock { state in
            defer { state.dropped = 0 }
            return state.dropped
        }
    }
}
