import CLuaSandbox

/// Executes turns, one at a time. It belongs to a thread, which may lend it for a moment: two never use it at once.
protocol Engine: AnyObject {
    /// The process of the worker that is alive, if there is one. May be asked at any time.
    var worker: Int32? { get }
    /// Whether it may be given runs that it does not hold yet.
    var acceptsStarts: Bool { get }
    /// Does one turn and returns how it ended. Blocks.
    func take(_ turn: Turn, of run: Run) -> TurnEnd
    /// Begins a turn and looks for its end for a few microseconds, without blocking. Only while the engine is lent.
    func attempt(_ turn: Turn, of run: Run) -> Attempt
    /// Goes on with the turn that an attempt left under way, and returns how it ended. Blocks.
    func finish() -> TurnEnd
    /// Forgets a run that waits; nothing where it does not.
    func drop(_ run: UInt32)
    /// Blocks until the bell rings, and silences it, or until what executes runs has ended: then true. The engine may be lent meanwhile.
    func wait(bell: Int32) -> Bool
    /// Cleans up after what executed runs has ended.
    func bury()
    /// Ends everything. The engine is not used afterwards.
    func close()
}

/// What came of a turn that its caller did itself.
enum Attempt {
    case ended(TurnEnd)
    /// It is begun, and ``Engine/finish()`` has to follow.
    case underWay
    /// It has to be done by the engine's thread.
    case notBegun
}

/// How much the waiting runs of each lane hold.
struct HeldRuns {
    /// More than any run holds; so many of them can still be added up.
    private static let most = 1 << 40

    private var runs: [UInt32: (lane: String, bytes: Int)] = [:]
    private var lanes: [String: Int] = [:]
    private var total = 0

    var count: Int { runs.count }
    var isEmpty: Bool { runs.isEmpty }

    func contains(_ run: UInt32) -> Bool {
        runs[run] != nil
    }

    /// Remembers what a run holds now. Returns the limit that its lane is beyond: `lane`, or its part of `all` where the lanes together hold more.
    mutating func hold(_ run: Run, bytes: Int, lane: Int, all: Int) -> Int? {
        remove(run.id)
        let bytes = min(max(bytes, 0), Self.most)
        runs[run.id] = (run.lane, bytes)
        total += bytes
        let held = lanes[run.lane, default: 0] + bytes
        lanes[run.lane] = held
        let limit = total > all ? min(lane, all / lanes.count) : lane
        return held > limit ? limit : nil
    }

    mutating func remove(_ run: UInt32) {
        guard let held = runs.removeValue(forKey: run) else { return }
        total -= held.bytes
        let left = (lanes[held.lane] ?? 0) - held.bytes
        lanes[held.lane] = left > 0 ? left : nil
    }

    mutating func removeAll() {
        self = HeldRuns()
    }
}

/// Which bundles an engine has compiled; the one that was not used for longest makes room.
struct KnownBundles<Value> {
    private var entries: [String: (value: Value, used: UInt64)] = [:]
    private var uses: UInt64 = 0
    private let most: Int

    init(most: Int = 64) {
        self.most = most
    }

    var values: [Value] { entries.values.map(\.value) }

    mutating func find(_ id: String) -> Value? {
        uses += 1
        entries[id]?.used = uses
        return entries[id]?.value
    }

    /// Adds a bundle and returns the one that had to go.
    mutating func add(_ id: String, _ value: Value) -> Value? {
        uses += 1
        let oldest = entries.count >= most ? entries.min { $0.value.used < $1.value.used }?.key : nil
        let removed = oldest.flatMap { entries.removeValue(forKey: $0)?.value }
        entries[id] = (value, uses)
        return removed
    }

    mutating func remove(_ id: String) {
        entries[id] = nil
    }
}

extension Run {
    /// The error of a run whose lane holds too much.
    func holdsTooMuch(_ limit: Int) -> TurnEnd {
        .failed(
            ScriptError(code: .memoryLimit, message: "the waiting runs of this lane hold more than \(limit) bytes", script: bundle.plugin)
        )
    }
}
