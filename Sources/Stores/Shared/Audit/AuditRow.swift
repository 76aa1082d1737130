import Crypto
import Screening

/// An act as a row of the audit, all but its place in the chain, which is known last.
struct AuditRow: Sendable {
    static let columns = "seq, at, actor, action, subject, outcome, details, content, previous, hash, body"
    static let insert = "INSERT INTO audit (\(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    static let moveHead = """
        INSERT INTO audit_head (number, seq, hash) VALUES (1, $1, $2) ON CONFLICT (number) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
        """
    static let selectHead = "SELECT seq, hash FROM audit_head WHERE number = 1"
    /// The newest entry: where somebody set the head back, the chain goes on behind what is there, or nothing could be recorded any more.
    static let selectNewest = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"

    /// Of both the one that the next entry follows, the head where they have the same number.
    static let selectTip = """
        SELECT seq, hash FROM (
            SELECT seq, hash, 1 AS place FROM audit_head WHERE number = 1
            UNION ALL SELECT seq, hash, 0 FROM audit WHERE seq = (SELECT max(seq) FROM audit)
        ) AS ends ORDER BY seq DESC, place DESC LIMIT 1
        """

    private let act: AuditAct
    private let at: Timestamp
    private let actorKey: String
    private let content: [UInt8]
    private let body: [UInt8]

    init(_ act: AuditAct, at time: Timestamp, _ codec: RowCodec) throws(StoreError) {
        var sealed: JSON = ["actor": act.actor.json, "salt": .string(codec.keys.random.bytes(16).hex)]
        sealed["note"] = act.note.map { .string($0.value) }
        sealed["reason"] = act.reason.map { .string($0.value) }
        self.act = act
        at = time
        actorKey = Self.key(of: act.actor, codec)
        content = Array(SHA256.hash(data: sealed.bytes(.sorted)))
        body = try codec.seal(RowCodec.Content(json: sealed), at: Self.place(content), under: codec.keys.general)
    }

    /// The entry that follows a chain's end.
    func entry(after head: AuditHead) -> AuditEntry {
        func made(_ hash: [UInt8]) -> AuditEntry {
            AuditEntry(
                seq: head.seq + 1,
                at: at,
                actorKey: actorKey,
                action: act.action,
                subject: act.subject,
                outcome: act.outcome.rawValue,
                details: act.details,
                content: content,
                previous: head.hash,
                hash: hash,
                actor: act.actor,
                note: act.note,
                reason: act.reason
            )
        }
        return made(made([]).computedHash)
    }

    /// The values of ``insert``.
    func values(_ entry: AuditEntry) -> [SQLValue] {
        [
            .int(entry.seq), .int(entry.at.milliseconds), .text(entry.actorKey), .text(entry.action), .text(entry.subject), .text(entry.outcome),
            .text(entry.details.string(.sorted)), .bytes(entry.content), .bytes(entry.previous), .bytes(entry.hash), .bytes(body),
        ]
    }

    /// The entry of a row of ``columns``. What does not open any more is left out: the chain is over its hash.
    static func entry(_ row: some StoredRow, _ opener: RowOpener) throws -> AuditEntry {
        let (content, body) = (row.bytes(at: 7), row.bytes(at: 10))
        let sealed = body.isEmpty ? nil : try? opener.open(body, at: place(content)).json
        guard let seq = row.int(at: 0), let at = row.time(at: 1) else { throw StoreError.corrupt("a row of audit") }
        // What was made unreadable is not what was hashed: whoever looks the chain through says so, and of which entry.
        let text = row.text(at: 6) ?? ""
        let details = (try? JSON(parsing: Array(text.utf8))) ?? .string(text)
        return AuditEntry(
            seq: seq,
            at: at,
            actorKey: row.text(at: 2) ?? "",
            action: row.text(at: 3) ?? "",
            subject: row.text(at: 4),
            outcome: row.text(at: 5) ?? "",
            details: details,
            content: content,
            previous: row.bytes(at: 8),
            hash: row.bytes(at: 9),
            actor: sealed?["actor"].flatMap { Actor(json: $0) },
            note: sealed?["note"]?.text.map { Personal($0) },
            reason: sealed?["reason"]?.text.map { Personal($0) }
        )
    }

    /// Whether what was sealed of a row of ``columns`` is erased.
    static func isSilent(_ row: some StoredRow) -> Bool { row.bytes(at: 10).isEmpty }

    /// What is sealed of a row of ``columns`` without note and reason; nil where it does not open any more.
    static func silenced(_ row: some StoredRow, _ opener: RowOpener, _ codec: RowCodec) throws(StoreError) -> [UInt8]? {
        let place = place(row.bytes(at: 7))
        guard var sealed = try? opener.open(row.bytes(at: 10), at: place).json else { return nil }
        (sealed["note"], sealed["reason"]) = (nil, nil)
        return try codec.seal(RowCodec.Content(json: sealed), at: place, under: codec.keys.general)
    }

    /// An actor in a word without personal data.
    static func key(of actor: Actor, _ codec: RowCodec) -> String {
        switch actor {
        case .token(let id, _): "token:" + id
        case .person(let address, _): personKey(address.value, codec)
        case .script(let run): "script:" + run
        case .system: "system"
        }
    }

    /// The words that an actor may be meant by who is called so.
    static func keys(calling name: String, _ codec: RowCodec) -> [String] { [name, "token:" + name, "script:" + name, personKey(name, codec)] }

    private static func personKey(_ address: String, _ codec: RowCodec) -> String {
        "person:" + codec.blindIndex(.auditActor, address.lowercased()).prefix(16).hex
    }

    private static func place(_ content: [UInt8]) -> AssociatedData { AssociatedData(.audit, content.hex) }
}
