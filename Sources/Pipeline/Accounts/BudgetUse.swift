import Screening
import Synchronization

/// How much of each account's budget of reads this process used in the last minute, as a share of it; all of it where a read was refused.
final class BudgetUse: Sendable {
    private struct Use {
        /// Reads by the second in which they were taken.
        var taken: [Int64: Int] = [:]
        var limit = 1
        var refusedAt: Int64?
    }

    private let meters: Meters
    private let uses = Mutex<[String: Use]>([:])

    init(_ meters: Meters) { self.meters = meters }

    /// Notes what was taken of what was asked for.
    func note(_ account: String, took count: Int, of asked: Int, perMinute limit: Int, at now: Timestamp) {
        let second = now.milliseconds / 1000
        uses.withLock { uses in
            uses[account, default: Use()].limit = max(1, limit)
            if count > 0 { uses[account]?.taken[second, default: 0] += count }
            if count < asked { uses[account]?.refusedAt = second }
        }
        show(at: now)
    }

    /// Shows how it stands now.
    func show(at now: Timestamp) {
        let second = now.milliseconds / 1000
        let minute = (second - 59)...second
        let ratios = uses.withLock { uses in
            uses = uses.mapValues { use in
                var use = use
                use.taken = use.taken.filter { minute.contains($0.key) }
                return use
            }
            return uses.mapValues { use in
                let isRefused = use.refusedAt.map(minute.contains) ?? false
                return isRefused ? 1 : min(1, Double(use.taken.values.reduce(0, +)) / Double(use.limit))
            }
        }
        for (account, ratio) in ratios { meters.budgetUsed.set(ratio, account) }
    }

    /// Forgets accounts that are not configured any more.
    func retain(_ accounts: Set<String>) { uses.withLock { $0 = $0.filter { accounts.contains($0.key) } } }
}
