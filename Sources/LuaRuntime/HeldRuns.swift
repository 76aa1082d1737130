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

extension Run {
    /// The error of a run whose lane holds too much.
    func holdsTooMuch(_ limit: Int) -> TurnEnd {
        .failed(
            ScriptError(code: .memoryLimit, message: "the waiting runs of this lane hold more than \(limit) bytes", script: bundle.plugin)
        )
    }
}
