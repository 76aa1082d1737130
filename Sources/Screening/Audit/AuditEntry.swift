import Crypto

/// One link of the audit's chain: an act with its place in the order of all acts, and the hash that ties it to the one before.
///
/// The hash is SHA-256 over ``canonical``. What people wrote, and their own addresses, stand in it only as the hash of what is sealed, so that they can be
/// erased, or sealed anew, and the chain still verifies.
public struct AuditEntry: Sendable, Equatable {
    /// Its number, from 1, without gaps.
    public let seq: Int64
    public let at: Timestamp
    /// Who did it, in a word that holds no personal data: `token:tok_…`, `person:` and a keyed hash, `system`.
    public let actorKey: String
    public let action: String
    public let subject: String?
    public let outcome: String
    public let details: JSON
    /// The SHA-256 of what is sealed with the entry.
    public let content: [UInt8]
    /// The hash of the entry before; zeros for the first.
    public let previous: [UInt8]
    public let hash: [UInt8]
    /// Who did it; nil where what was sealed is erased.
    public let actor: Actor?
    public let note: Personal<String>?
    public let reason: Personal<String>?

    /// An entry as it is stored.
    public init(
        seq: Int64,
        at: Timestamp,
        actorKey: String,
        action: String,
        subject: String?,
        outcome: String,
        details: JSON,
        content: [UInt8],
        previous: [UInt8],
        hash: [UInt8],
        actor: Actor? = nil,
        note: Personal<String>? = nil,
        reason: Personal<String>? = nil
    ) {
        self.seq = seq
        self.at = at
        self.actorKey = actorKey
        self.action = action
        self.subject = subject
        self.outcome = outcome
        self.details = details
        self.content = content
        self.previous = previous
        self.hash = hash
        self.actor = actor
        self.note = note
        self.reason = reason
    }

    /// What is hashed: a JSON list, compact, the members of `details` by name.
    public var canonical: [UInt8] {
        let parts: [JSON] = [
            "fairlead.audit.1", .int(seq), .string(at.iso8601), .string(actorKey), .string(action), JSON(subject), .string(outcome), details,
            .string(content.hex), .string(previous.hex),
        ]
        return JSON.array(parts).bytes(.sorted)
    }

    /// The hash that the entry should have.
    public var computedHash: [UInt8] { Array(SHA256.hash(data: canonical)) }

    /// The entry as it is shown and exported, with all that its hash is over.
    public var json: JSON {
        [
            "seq": .int(seq), "at": JSON(at), "actor": actor?.json ?? .null, "actor_key": .string(actorKey), "action": .string(action),
            "subject": JSON(subject), "outcome": .string(outcome), "details": details, "note": JSON(note?.value), "reason": JSON(reason?.value),
            "content": .string(content.hex), "previous": .string(previous.hex), "hash": .string(hash.hex),
        ]
    }

    /// An entry from its exported form; nil where it is none.
    public init?(json: JSON) {
        guard let seq = json["seq"]?.integer, let at = json["at"]?.text.flatMap({ Timestamp(iso8601: $0) }), let actorKey = json["actor_key"]?.text,
            let action = json["action"]?.text, let outcome = json["outcome"]?.text, let content = json["content"]?.text.flatMap({ [UInt8](hex: $0) }),
            let previous = json["previous"]?.text.flatMap({ [UInt8](hex: $0) }), let hash = json["hash"]?.text.flatMap({ [UInt8](hex: $0) })
        else { return nil }
        self.init(
            seq: seq,
            at: at,
            actorKey: actorKey,
            action: action,
            subject: json["subject"]?.text,
            outcome: outcome,
            details: json["details"] ?? [:],
            content: content,
            previous: previous,
            hash: hash,
            actor: json["actor"].flatMap { Actor(json: $0) },
            note: json["note"]?.text.map { Personal($0) },
            reason: json["reason"]?.text.map { Personal($0) }
        )
    }
}

/// Where the chain ends, or ended once: what is written down elsewhere, so that what was changed since can be told.
public struct AuditHead: Sendable, Equatable, CustomStringConvertible {
    /// The number of the last entry; 0 for an empty chain.
    public let seq: Int64
    public let hash: [UInt8]

    public init(seq: Int64, hash: [UInt8]) {
        self.seq = seq
        self.hash = hash
    }

    /// An empty chain.
    public static let empty = AuditHead(seq: 0, hash: [UInt8](repeating: 0, count: 32))

    /// A head as it is written down, `SEQ:HASH`; nil where the text is none.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let seq = Int64(parts[0]), seq >= 0, let hash = [UInt8](hex: parts[1]), hash.count == 32 else { return nil }
        self.init(seq: seq, hash: hash)
    }

    /// `SEQ:HASH`.
    public var description: String { "\(seq):\(hash.hex)" }

    /// `{seq, hash}`.
    public var json: JSON { ["seq": .int(seq), "hash": .string(hash.hex)] }
}

/// Which entries. Every filter that is set must hold.
public struct AuditQuery: Sendable, Equatable {
    /// By this actor: a token's identifier, `system`, or a person's address.
    public var actor: Personal<String>?
    /// Of this action; one that ends in `.` stands for all that begin with it.
    public var action: String?
    public var subject: String?
    /// At or after.
    public var since: Timestamp?
    /// Before.
    public var until: Timestamp?

    /// Every entry.
    public init() {}
}
