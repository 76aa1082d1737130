import Dispatch
import Synchronization

/// Which parts of the table of dedupe keys may hold a key. Almost every event is new, and is known to be new without asking the table.
///
/// Now and then it says "may" of a key that it was never given; it never says "no" of one that it was given. A key added by a transaction that was rolled
/// back does no harm.
final class ReceivedKeys: Sendable {
    /// Events in a bucket of the table, by their numbers.
    static let eventsPerBucket: Int64 = 1024
    /// Buckets that share one filter.
    static let bucketsPerSegment = 64

    private struct State {
        var filters: [KeyFilter]
        /// Segments whose stored keys are not all in their filter yet.
        var unread: Set<Int>
        var isStopped = false
    }

    private let state: Mutex<State>
    private let reading = DispatchQueue(label: "fairlead.store.keys", qos: .utility)

    /// - Parameter unread: the segments that have stored keys.
    init(unread: ClosedRange<Int>) {
        state = Mutex(State(filters: unread.map { _ in KeyFilter() }, unread: Set(unread)))
    }

    /// The bucket of an event.
    static func bucket(of event: Int64) -> Int { Int(event / eventsPerBucket) }

    /// The segments that may hold a key, the newest first.
    func segments(thatMayHold key: [UInt8]) -> [Int] {
        let places = KeyFilter.places(key)
        return state.withLock { state in
            state.filters.indices.reversed().filter { state.unread.contains($0) || state.filters[$0].mayHold(places) }
        }
    }

    /// Adds a key that is stored in a bucket.
    func add(_ key: [UInt8], bucket: Int) {
        let segment = bucket / Self.bucketsPerSegment
        state.withLock { state in
            while state.filters.count <= segment { state.filters.append(KeyFilter()) }
            state.filters[segment].add(key)
        }
    }

    /// Reads the filters of segments beside the work, one after the other. Where `read` returns nil, the segment stays unread, and its buckets are queried
    /// instead.
    func adopt(_ segments: [Int], read: @escaping @Sendable (Int) -> KeyFilter?) {
        reading.async { [self] in
            for segment in segments {
                guard !state.withLock({ $0.isStopped }) else { return }
                if let filter = read(segment) { adopt(segment, filter) }
            }
        }
    }

    /// Reads no more, and returns when nothing is being read: before what is read from is closed.
    func stop() {
        state.withLock { $0.isStopped = true }
        reading.sync {}
    }

    /// Takes the filter that was read of a segment.
    func adopt(_ segment: Int, _ filter: KeyFilter) {
        state.withLock { state in
            state.filters[segment].formUnion(filter)
            state.unread.remove(segment)
        }
    }
}

/// A Bloom filter for the keys of 65,536 events: 256 KiB, wrong about one new key in 40,000 when it is full. It must be wrong seldom: in a large store every
/// new key is checked against many of them, and each time one is wrong the 64 buckets behind it are queried for nothing.
struct KeyFilter {
    private static let bits = 1 << 21
    private var words: [UInt64] = []

    /// Whether a key with these places may have been added.
    func mayHold(_ places: [Int]) -> Bool {
        guard !words.isEmpty else { return false }
        for place in places where words[place >> 6] & (1 << UInt64(place & 63)) == 0 { return false }
        return true
    }

    mutating func add(_ key: [UInt8]) {
        if words.isEmpty { words = [UInt64](repeating: 0, count: Self.bits / 64) }
        for place in Self.places(key) { words[place >> 6] |= 1 << UInt64(place & 63) }
    }

    mutating func formUnion(_ other: KeyFilter) {
        guard !other.words.isEmpty else { return }
        guard !words.isEmpty else { return words = other.words }
        for index in words.indices { words[index] |= other.words[index] }
    }

    /// Keys are hashes: their own bytes say where they go.
    static func places(_ key: [UInt8]) -> [Int] {
        (0..<6).map { part in key[(part * 4)..<(part * 4 + 4)].reduce(0) { $0 << 8 | Int($1) } % bits }
    }
}
