import Screening

/// What a budget has granted of late. Decides grants; the stores only keep it.
///
/// Every grant is remembered until it is more than a minute old, so that no sixty seconds, wherever they begin, hold more than a minute's budget.
struct SlidingWindowLimiter: Equatable {
    struct Taken: Equatable {
        var at: Int64
        var count: Int
    }

    var taken: [Taken] = []

    /// How long a grant counts, in milliseconds. A second more than a minute: requests do not reach a provider at the pace at which they were granted.
    static let length: Int64 = 61_000
    /// Beyond this many entries, neighbours are counted as one at the later time: the budget then grants a little late, never too much.
    private static let maximum = 128

    /// Takes up to `count`.
    mutating func take(_ count: Int, perMinute: Int, now: Int64) -> Grant {
        guard count > 0 else { return Grant(count: 0, next: nil) }
        // A clock that was set back must not make grants count for longer than a window from now.
        taken = taken.map { Taken(at: min($0.at, now), count: $0.count) }.filter { $0.at + Self.length > now }
        let used = taken.reduce(0) { $0 + $1.count }
        let granted = max(0, min(count, perMinute - used))
        if granted > 0 { remember(granted, at: now) }
        guard granted < count else { return Grant(count: granted, next: nil) }
        return Grant(count: granted, next: Timestamp(milliseconds: freed(below: perMinute) ?? now + Self.length))
    }

    private mutating func remember(_ count: Int, at now: Int64) {
        if taken.last?.at == now { taken[taken.count - 1].count += count } else { taken.append(Taken(at: now, count: count)) }
        guard taken.count > Self.maximum else { return }
        taken = stride(from: 0, to: taken.count, by: 2).map { index in
            guard index + 1 < taken.count else { return taken[index] }
            return Taken(at: taken[index + 1].at, count: taken[index].count + taken[index + 1].count)
        }
    }

    /// When so many have been forgotten that fewer than `limit` remain.
    private func freed(below limit: Int) -> Int64? {
        var left = taken.reduce(0) { $0 + $1.count }
        for entry in taken {
            left -= entry.count
            if left < limit { return entry.at + Self.length }
        }
        return nil
    }
}

extension SlidingWindowLimiter {
    /// How much was granted from a time on, in milliseconds.
    func granted(since time: Int64) -> Int { taken.reduce(0) { $0 + ($1.at >= time ? $1.count : 0) } }

    /// The grants as the text of their column.
    var text: String { JSON.array(taken.map { [.int($0.at), .int(Int64($0.count))] }).string() }

    /// A window as stored; text that is not one counts as a window without grants.
    init(text: String?) {
        let items = text.flatMap { try? JSON(parsing: $0).items } ?? []
        taken = items.compactMap { item in
            guard let at = item.at("0")?.integer, let count = item.at("1")?.integer else { return nil }
            return Taken(at: at, count: Int(count))
        }
    }
}
