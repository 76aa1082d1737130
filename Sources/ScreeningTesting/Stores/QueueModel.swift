import Screening

/// A queue in memory, as simple as it can be: what a store's queue is compared with.
struct QueueModel {
    struct Entry {
        let number: Int
        /// The store's own number, once a claim has told it.
        var id: Int64?
        let work: Work
        let concurrencyKey: String?
        var priority: Int
        var due: Timestamp
        var again: Timestamp?
        var attempts = 0
        var abandonedCount = 0
        var owner: String?
        var leasedUntil = Timestamp(milliseconds: 0)
    }

    private var entries: [Entry] = []
    private var last = 0

    private func index(of work: Work) -> Int? { entries.firstIndex { $0.work == work } }

    private func index(of claim: Claim) -> Int? {
        entries.firstIndex { $0.id == claim.id && $0.owner == claim.owner && $0.attempts == claim.attempt }
    }

    mutating func queue(_ work: QueuedWork) {
        guard let index = index(of: work.work) else {
            last += 1
            entries.append(Entry(number: last, work: work.work, concurrencyKey: work.concurrencyKey, priority: work.priority, due: work.due))
            return
        }
        entries[index].priority = min(entries[index].priority, work.priority)
        if entries[index].owner == nil {
            entries[index].due = min(entries[index].due, work.due)
        } else {
            entries[index].again = min(entries[index].again ?? work.due, work.due)
        }
    }

    mutating func unqueue(_ work: Work) {
        guard let index = index(of: work) else { return }
        if entries[index].owner == nil { entries.remove(at: index) } else { entries[index].again = nil }
    }

    /// What is claimed, the most urgent first, with the attempt and the abandoned count of each.
    mutating func claim(_ limit: Int, _ owner: String, lease: Duration, at now: Timestamp) -> [(work: Work, attempt: Int, abandonedCount: Int)] {
        for index in entries.indices where entries[index].owner != nil && entries[index].leasedUntil <= now {
            free(index, at: now)
            entries[index].abandonedCount += 1
        }
        let heads = entries.indices.filter { index in
            let entry = entries[index]
            return entry.owner == nil && entry.due <= now
                && !entries.contains { $0.concurrencyKey != nil && $0.concurrencyKey == entry.concurrencyKey && $0.number < entry.number }
        }
        let urgent = heads.sorted {
            (entries[$0].priority, entries[$0].due, entries[$0].number) < (entries[$1].priority, entries[$1].due, entries[$1].number)
        }
        return urgent.prefix(limit).map { index in
            entries[index].owner = owner
            entries[index].leasedUntil = now + lease
            entries[index].attempts += 1
            return (entries[index].work, entries[index].attempts, entries[index].abandonedCount)
        }
    }

    /// Takes over the numbers that the store gave to what was claimed.
    mutating func name(_ claims: [Claim]) {
        for claim in claims { if let index = index(of: claim.work) { entries[index].id = claim.id } }
    }

    /// Whether the claim was still held.
    mutating func renew(_ claim: Claim, lease: Duration, at now: Timestamp) -> Bool {
        guard let index = index(of: claim) else { return false }
        entries[index].leasedUntil = now + lease
        return true
    }

    mutating func release(_ claim: Claim, at now: Timestamp) {
        if let index = index(of: claim) { free(index, at: now) }
    }

    /// Whether the claim was still held.
    mutating func settle(_ claim: Claim, _ disposition: Decision.Disposition) -> Bool {
        guard let index = index(of: claim) else { return false }
        let entry = entries[index]
        switch disposition {
        case .done:
            entries.remove(at: index)
            if let again = entry.again { queue(QueuedWork(entry.work, concurrencyKey: entry.concurrencyKey, due: again, priority: entry.priority)) }
        case .again(let timestamp, let spent):
            entries[index].owner = nil
            entries[index].again = nil
            entries[index].due = min(timestamp, entry.again ?? timestamp)
            if spent { entries[index].abandonedCount = 0 } else { entries[index].attempts -= 1 }
        }
        return true
    }

    func due(_ work: Work) -> Timestamp? {
        guard let index = index(of: work) else { return nil }
        return entries[index].owner == nil ? entries[index].due : entries[index].again ?? entries[index].due
    }

    var count: Int { entries.count }

    private mutating func free(_ index: Int, at now: Timestamp) {
        entries[index].owner = nil
        entries[index].again = nil
        entries[index].due = min(entries[index].due, now)
        entries[index].attempts -= 1
    }
}
