public import Screening
import Synchronization

/// Causes that were seen and are not written yet. However often one is seen, it is written every few seconds at most; the first time at once.
public final class IssueCollector: Sendable {
    private struct Seen {
        var times = 0
        var at: Timestamp
        var details: JSON
    }
    private struct State {
        var seen: [IssueCause: Seen] = [:]
        var gone: Set<IssueCause> = []
        /// Causes that have been written since the host began, or since they were gone.
        var written: Set<IssueCause> = []
        /// Causes that the store did not take when they were to be written last.
        var refused: Set<IssueCause> = []
    }

    /// How many causes are told apart at most: a cause never names anything that a stranger may choose freely, so there are far fewer.
    private static let limit = 2_000

    private let state = Mutex(State())
    private let first: AsyncStream<Void>.Continuation
    /// Yields when a cause is seen for the first time.
    let firsts: AsyncStream<Void>

    public init() { (firsts, first) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// Causes that were seen and that the store has not taken, in the order of their keys.
    public var refused: [IssueCause] { state.withLock { $0.refused.sorted { $0.key < $1.key } } }

    /// A cause was seen. May be called any number of times a second.
    /// - Parameters:
    ///   - times: how often.
    ///   - details: what is known of it now, without personal data.
    public func saw(_ cause: IssueCause, times: Int = 1, at time: Timestamp, details: JSON = [:]) {
        let isFirst = state.withLock { state in
            guard state.seen[cause] != nil || state.seen.count < Self.limit else { return false }
            state.gone.remove(cause)
            var seen = state.seen[cause] ?? Seen(at: time, details: details)
            seen.times += times
            seen.at = max(seen.at, time)
            seen.details = details
            state.seen[cause] = seen
            return !state.written.contains(cause)
        }
        if isFirst { first.yield() }
    }

    /// A cause that was reported is gone. Calling again changes nothing.
    public func isGone(_ cause: IssueCause) {
        state.withLock { state in
            state.written.remove(cause)
            state.refused.remove(cause)
            state.gone.insert(cause)
        }
    }

    /// What is to be written, once: what was seen, then what is gone.
    func take(identifier: () -> String) -> (sightings: [IssueSighting], gone: [IssueCause]) {
        let (seen, gone) = state.withLock { state in
            defer { (state.seen, state.gone) = ([:], []) }
            state.refused.subtract(state.seen.keys)
            if state.written.count > Self.limit { state.written = [] }
            state.written.formUnion(state.seen.keys.filter { !state.gone.contains($0) })
            return (state.seen, state.gone)
        }
        let sightings = seen.map { IssueSighting($0, id: identifier(), at: $1.at, .more($1.times), details: $1.details) }
        return (sightings.sorted { $0.cause.key < $1.cause.key }, gone.sorted { $0.key < $1.key })
    }

    /// Takes back what could not be written.
    func putBack(_ sightings: [IssueSighting], _ gone: [IssueCause]) {
        state.withLock { state in
            for sighting in sightings {
                guard case .more(let times) = sighting.amount else { continue }
                var seen = state.seen[sighting.cause] ?? Seen(at: sighting.at, details: sighting.details)
                seen.times += times
                state.seen[sighting.cause] = seen
                state.written.remove(sighting.cause)
                state.refused.insert(sighting.cause)
            }
            state.gone.formUnion(gone.filter { state.seen[$0] == nil })
        }
    }
}
