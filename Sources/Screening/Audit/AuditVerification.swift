/// What became of a chain that was looked through.
public struct AuditVerification: Sendable, Equatable {
    /// One thing that is wrong.
    public struct Finding: Sendable, Equatable {
        /// What kind of thing.
        public enum Kind: String, Sendable {
            /// An entry is not what was hashed.
            case changed
            /// Entries are missing between others, or at the beginning without a record of it.
            case dropped
            /// Entries are missing at the end.
            case cutOff = "cut_off"
            /// From some entry on the chain is another one than it was.
            case forked

            /// What to do where one of the kind is found.
            var advice: String {
                switch self {
                case .changed: "A backup or an export from before says what the entry was: fairlead audit verify --file, fairlead audit list."
                case .dropped: "What is missing stands in backups and exports from before it was taken out: compare with the newest of these."
                case .cutOff: "What was cut off stands in backups and exports that were made after the last entry that is here, where there are any."
                case .forked: "Compare with a backup or an export from before: it says which of both histories is the true one."
                }
            }
        }

        public let kind: Kind
        /// Where.
        public let seq: Int64
        /// What that means, in a sentence.
        public let explanation: String

        /// `{kind, seq, explanation, advice}`.
        public var json: JSON {
            ["kind": .string(kind.rawValue), "seq": .int(seq), "explanation": .string(explanation), "advice": .string(kind.advice)]
        }
    }

    /// A chain without entries.
    public init() {}

    /// How many entries were looked at.
    public internal(set) var count = 0
    /// The number of the first entry that there is; 0 where there is none.
    public internal(set) var first: Int64 = 0
    /// Where the chain ends.
    public internal(set) var head = AuditHead.empty
    /// What is wrong, in the order of the chain; at most a hundred things.
    public internal(set) var findings: [Finding] = []
    /// Anchors that nothing can be said about, for the entry that they stand for is not there any more.
    public internal(set) var unchecked: [AuditHead] = []

    /// Whether nothing is wrong.
    public var isWhole: Bool { findings.isEmpty }

    /// `{ok, entries, first, head, problems, unchecked}`.
    public var json: JSON {
        [
            "ok": .bool(isWhole), "entries": .int(Int64(count)), "first": .int(first), "head": head.json,
            "problems": .array(findings.map(\.json)), "unchecked": .array(unchecked.map { .string($0.description) }),
        ]
    }
}

/// Looks a chain through, entry by entry, oldest first.
public struct AuditVerifier: Sendable {
    /// The action of the record that a prefix of the chain was pruned: its details say up to where, and with what hash that ended.
    public static let pruned = "audit.pruned"
    /// The action of the record that a backup was restored: what was written between the backup and it is in no chain any more.
    public static let restored = "store.restore"

    private static let limit = 100

    private var result = AuditVerification()
    private var last: AuditEntry?
    /// Where pruned prefixes ended, as the chain itself says.
    private var prunedTo: [AuditHead] = []
    private var firstPrevious = AuditHead.empty
    /// The last entry that says that a backup was restored.
    private var restore: AuditEntry?
    /// Entries whose sealed part the store's keys do not open.
    private var unopened: [Int64] = []
    private let anchors: [Int64: [AuditHead]]

    /// - Parameter anchors: heads that were written down elsewhere, in a backup, a certificate or a log.
    public init(anchors: [AuditHead] = []) { self.anchors = Dictionary(grouping: anchors, by: \.seq) }

    /// Looks at the next entry.
    /// - Parameter opens: whether the store's keys open what is sealed of it; true where nothing is, or where that is not looked at.
    public mutating func check(_ entry: AuditEntry, opens: Bool = true) {
        result.count += 1
        if !opens { unopened.append(entry.seq) }
        if let last {
            if entry.seq <= last.seq {
                let what = entry.seq == last.seq ? "Entry \(entry.seq) stands there twice" : "Entry \(entry.seq) stands behind entry \(last.seq)"
                return note(.forked, entry.seq, "\(what): it was put there from elsewhere, or entries changed places.")
            }
            if entry.seq > last.seq + 1 {
                let isOne = entry.seq == last.seq + 2
                let missing = isOne ? "Entry \(last.seq + 1) is missing" : "Entries \(last.seq + 1) to \(entry.seq - 1) are missing"
                note(.dropped, last.seq + 1, "\(missing): somebody took \(isOne ? "it" : "them") out of the middle of the chain.")
            } else if entry.previous != last.hash {
                note(
                    .forked,
                    entry.seq,
                    "Entry \(entry.seq) does not follow entry \(last.seq): it names another hash as the one before, so one of both histories was put here "
                        + "from elsewhere."
                )
            }
        } else {
            result.first = entry.seq
            firstPrevious = AuditHead(seq: entry.seq - 1, hash: entry.previous)
        }
        if entry.computedHash != entry.hash {
            note(.changed, entry.seq, "Entry \(entry.seq) was changed after it was written: its hash is of something else.")
        }
        if entry.action == Self.pruned, let seq = entry.details["through"]?.integer,
            let hash = entry.details["hash"]?.text.flatMap({ [UInt8](hex: $0) })
        {
            prunedTo.append(AuditHead(seq: seq, hash: hash))
        }
        if entry.action == Self.restored { restore = entry }
        for anchor in anchors[entry.seq] ?? [] where anchor.hash != entry.hash {
            let why = restored ?? "the chain was written anew, from this entry or from one before it."
            note(.forked, entry.seq, "Entry \(entry.seq) is another one than it was when its hash was written down elsewhere: \(why)")
        }
        last = entry
    }

    /// What was found, once every entry was looked at.
    /// - Parameter head: where the store says that the chain ends.
    public mutating func finish(head: AuditHead) -> AuditVerification {
        let end = last.map { AuditHead(seq: $0.seq, hash: $0.hash) } ?? .empty
        result.head = end
        if firstPrevious.seq > 0, !prunedTo.contains(firstPrevious) {
            note(.dropped, 1, "Entries 1 to \(firstPrevious.seq) are missing, and no record says that they were pruned.")
        }
        if last != nil, firstPrevious.seq == 0, firstPrevious.hash != AuditHead.empty.hash {
            note(.forked, 1, "Entry 1 follows something else: the chain does not begin with it.")
        }
        let newest = ([head] + anchors.values.joined()).max { $0.seq < $1.seq } ?? head
        if newest.seq > end.seq {
            let by = head.seq == newest.seq ? "as the store itself says" : "as was written down elsewhere"
            let why = head.seq == newest.seq ? nil : restored
            note(.cutOff, end.seq + 1, "The chain went on to entry \(newest.seq), \(by), and ends with \(end.seq): \(why ?? "its end was cut off.")")
        } else if head.seq < end.seq {
            let there = "and there are entries up to \(end.seq): somebody set the end back"
            note(.forked, head.seq + 1, "The store says that the chain ends with entry \(head.seq), \(there).")
        } else if head != end {
            note(.forked, end.seq, "The store says that the chain ends with another entry \(end.seq).")
        }
        for anchor in anchors.values.joined() where anchor.seq > 0 && anchor.seq < result.first || (last == nil && anchor.seq > 0) {
            if prunedTo.contains(anchor) || anchor.seq > end.seq { continue }
            if let record = prunedTo.first(where: { $0.seq == anchor.seq }), record.hash != anchor.hash {
                note(.forked, anchor.seq, "Entry \(anchor.seq), pruned since, was another one when its hash was written down elsewhere.")
            } else {
                result.unchecked.append(anchor)
            }
        }
        noteUnopened()
        result.findings.sort { $0.seq < $1.seq }
        result.unchecked.sort { $0.seq < $1.seq }
        return result
    }

    /// What a restore has to do with a chain that is not the one that it was; nil where there was none.
    private var restored: String? {
        guard let restore else { return nil }
        let backup = restore.details["backup_at"]?.text.map { " of \($0)" } ?? ""
        let entry = "at \(restore.at.iso8601) (entry \(restore.seq))"
        return "a backup\(backup) was restored \(entry), and what was written between is in no chain any more. Where it was written down before "
            + "the backup, or after the restore, the chain was written anew."
    }

    private mutating func noteUnopened() {
        guard let first = unopened.first, let last = unopened.last else { return }
        if unopened.count > 1, first == result.first, last - first == Int64(unopened.count - 1) {
            let which = "Entries \(first) to \(last) do not open with the keys of this store"
            return note(.forked, first, "\(which): they are of another store, whose chain was put here.")
        }
        for seq in unopened {
            let what = "What is sealed of entry \(seq) does not open with the keys of this store"
            note(.changed, seq, "\(what): it was changed, or is of another entry or store.")
        }
    }

    private mutating func note(_ kind: AuditVerification.Finding.Kind, _ seq: Int64, _ explanation: String) {
        guard result.findings.count < Self.limit else { return }
        result.findings.append(AuditVerification.Finding(kind: kind, seq: seq, explanation: explanation))
    }
}
