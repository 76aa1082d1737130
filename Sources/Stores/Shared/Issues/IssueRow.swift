import Screening

/// An issue as a row: what people wrote to it, and who sees to it, is opaque.
struct IssueRow {
    static let columns = "id, cause, first_seen_at, opened_at, last_seen_at, resolved_at, snoozed_until, count, body"

    /// Puts an issue in, or writes it over what was known of its cause. Of the columns only those change that a known cause may change.
    static let upsert = """
        INSERT INTO issues (id, cause, kind, connection, account, first_seen_at, opened_at, last_seen_at, resolved_at, snoozed_until, count, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (cause) DO UPDATE SET opened_at = excluded.opened_at, last_seen_at = excluded.last_seen_at, resolved_at = excluded.resolved_at,
            snoozed_until = excluded.snoozed_until, count = excluded.count, body = excluded.body
        """

    /// The values of ``upsert``.
    static func values(_ issue: IssueRecord, _ codec: RowCodec) throws(StoreError) -> [SQLValue] {
        var json: JSON = ["details": issue.details, "notes": .array(issue.notes.map(note))]
        json["owner"] = issue.owner.map { .string($0.value) }
        json["resolved_by"] = issue.resolvedBy?.json
        let body = try codec.seal(RowCodec.Content(json: json), at: place(issue.id), under: codec.keys.general)
        return [
            .text(issue.id), .text(issue.cause.key), .text(issue.cause.kind.rawValue), .text(issue.cause.connection), .text(issue.cause.account),
            .int(issue.firstSeenAt.milliseconds), .int(issue.openedAt.milliseconds), .int(issue.lastSeenAt.milliseconds),
            .int(issue.resolvedAt?.milliseconds), .int(issue.snoozedUntil?.milliseconds), .int(Int64(issue.count)), .bytes(body),
        ]
    }

    /// The issue of a row of ``columns``; nil for a kind that this version does not know.
    static func issue(_ row: some StoredRow, _ opener: RowOpener) throws -> IssueRecord? {
        guard let id = row.text(at: 0), let cause = row.text(at: 1).flatMap({ IssueCause(key: $0) }), let first = row.time(at: 2),
            let opened = row.time(at: 3), let last = row.time(at: 4)
        else { return nil }
        let json = try opener.open(row.bytes(at: 8), at: place(id)).json
        return IssueRecord(
            id: id,
            cause: cause,
            firstSeenAt: first,
            openedAt: opened,
            lastSeenAt: last,
            resolvedAt: row.time(at: 5),
            resolvedBy: json["resolved_by"].flatMap { Actor(json: $0) },
            snoozedUntil: row.time(at: 6),
            count: Int(row.int(at: 7) ?? 0),
            details: json["details"] ?? [:],
            owner: json["owner"]?.text.map { Personal($0) },
            notes: (json["notes"]?.items ?? []).compactMap(note)
        )
    }

    private static func note(_ note: IssueRecord.Note) -> JSON { ["at": JSON(note.at), "actor": note.actor.json, "text": .string(note.text.value)] }

    private static func note(_ json: JSON) -> IssueRecord.Note? {
        guard let at = json["at"]?.text.flatMap({ Timestamp(iso8601: $0) }), let text = json["text"]?.text else { return nil }
        return IssueRecord.Note(at: at, actor: json["actor"].flatMap { Actor(json: $0) } ?? .system, text: Personal(text))
    }

    private static func place(_ id: String) -> AssociatedData { AssociatedData(.issues, id) }
}
