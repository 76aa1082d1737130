import Screening
import Synchronization

/// What was refused at the door of late. One wrong delivery is nobody's business: scanners knock everywhere, and senders repeat what failed. What is refused
/// again and again, while nothing of the same sender is accepted, needs a person.
final class RefusedLately: Sendable {
    private struct Entry {
        var count = 0
        var firstAt: Timestamp
        var lastAt: Timestamp
        /// How much of it was reported.
        var reported = 0
        /// The names that strangers called, some of them.
        var names: Set<String> = []
    }

    /// What somebody has to know of.
    struct Refused {
        let kind: RefusedDeliveries.Kind
        let count: Int
        let lastAt: Timestamp
        let names: Set<String>
    }

    /// From how many on somebody has to know, and over how long they must have come at least.
    private static let known = 3
    private static let unknown = 10
    private static let span = Duration.seconds(60)
    private static let named = 10
    /// After how long without any it begins anew.
    private static let quiet = Duration.seconds(6 * 3600)

    private let entries = Mutex<[RefusedDeliveries.Kind: Entry]>([:])

    /// Names that nobody knows are chosen by senders: all of them are one thing to see to.
    func note(_ called: RefusedDeliveries.Kind, at time: Timestamp) {
        let kind = called.isStranger ? called.ofStrangers : called
        entries.withLock { entries in
            var entry = entries[kind] ?? Entry(firstAt: time, lastAt: time)
            if time - entry.lastAt > Self.quiet { entry = Entry(firstAt: time, lastAt: time) }
            entry.count += 1
            if called.isStranger, entry.names.count < Self.named { entry.names.insert(called.subject.id) }
            entry.lastAt = max(entry.lastAt, time)
            entries[kind] = entry
        }
    }

    /// What somebody has to know of, with how many came since it was last asked.
    /// - Parameter heard: when something was last accepted, by subject.
    func take(at now: Timestamp, heard: [OperatingState.Subject: Timestamp]) -> [Refused] {
        entries.withLock { entries in
            var taken: [Refused] = []
            for (kind, entry) in entries {
                if now - entry.lastAt > Self.quiet {
                    entries[kind] = nil
                    continue
                }
                // Of a sender who is heard, most is right: an old delivery that is repeated, or a second sender with an old secret.
                let isHeard = heard[kind.subject].map { $0 > entry.firstAt } ?? false
                guard entry.count > entry.reported, entry.count >= (kind.isStranger ? Self.unknown : isHeard ? Self.unknown : Self.known),
                    entry.lastAt - entry.firstAt >= Self.span
                else { continue }
                taken.append(Refused(kind: kind, count: entry.count - entry.reported, lastAt: entry.lastAt, names: entry.names))
                entries[kind]?.reported = entry.count
            }
            return taken.sorted { ($0.kind.subject.kind, $0.kind.subject.id) < ($1.kind.subject.kind, $1.kind.subject.id) }
        }
    }
}
