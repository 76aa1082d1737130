/// How much the waiting runs of each tenant hold.
struct SuspendedRuns {
    /// More than any run holds, yet small enough that many of them add up without overflow.
    private static let maximum = 1 << 40

    private var runs: [UInt32: (tenant: String, bytes: Int)] = [:]
    private var tenants: [String: Int] = [:]
    private var total = 0

    var count: Int { runs.count }
    var isEmpty: Bool { runs.isEmpty }

    func contains(_ run: UInt32) -> Bool {
        runs[run] != nil
    }

    /// Remembers what a run holds now. Returns the limit that its tenant is beyond: `tenant`, or its part of `all` where the tenants together hold
    /// more.
    mutating func hold(_ run: PoolRun, bytes: Int, tenant: Int, all: Int) -> Int? {
        remove(run.id)
        let bytes = min(max(bytes, 0), Self.maximum)
        runs[run.id] = (run.tenant, bytes)
        total += bytes
        let held = tenants[run.tenant, default: 0] + bytes
        tenants[run.tenant] = held
        let limit = total > all ? min(tenant, all / tenants.count) : tenant
        return held > limit ? limit : nil
    }

    mutating func remove(_ run: UInt32) {
        guard let held = runs.removeValue(forKey: run) else { return }
        total -= held.bytes
        let left = (tenants[held.tenant] ?? 0) - held.bytes
        tenants[held.tenant] = left > 0 ? left : nil
    }

    mutating func removeAll() {
        self = SuspendedRuns()
    }
}

extension PoolRun {
    /// The end of a run whose tenant holds too much: its own fault where it does by itself. Else it had room by itself, and may have when others are done.
    /// - Parameters:
    ///   - bytes: what it holds itself.
    ///   - limit: what its tenant is beyond.
    ///   - most: what one run may hold.
    func holdsTooMuch(_ bytes: Int, beyond limit: Int, most: Int) -> SliceEnd {
        guard bytes > most else { return .interrupted("the waiting runs of its connection or account hold more than \(limit) bytes in its worker") }
        return .failed(ScriptError(code: .memoryLimit, message: "the run holds more than \(most) bytes", script: bundle.plugin))
    }
}
