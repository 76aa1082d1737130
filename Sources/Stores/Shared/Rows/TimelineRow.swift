import Screening

/// An entry of an order's timeline as a row.
struct TimelineRow {
    var order: String
    var at: Int64
    var kind: String
    var body: [UInt8]

    /// An entry on its way into the store.
    init(_ entry: TimelineEntry, _ codec: RowCodec, under key: DataKey) throws(StoreError) {
        order = entry.order
        at = entry.at.milliseconds
        kind = entry.kind
        var json: JSON = ["text": .string(entry.text), "details": entry.details]
        json["actor"] = entry.actor?.json
        json["note"] = entry.note.map { .string($0.value) }
        body = try codec.seal(RowCodec.Content(json: json), at: AssociatedData(.timeline, entry.order), under: key)
    }

    init(order: String, at: Int64, kind: String, body: [UInt8]) {
        self.order = order
        self.at = at
        self.kind = kind
        self.body = body
    }

    /// The entry again. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func entry(_ opener: RowOpener) throws -> TimelineEntry {
        let json = try opener.open(body, at: AssociatedData(.timeline, order)).json
        return TimelineEntry(
            order: order,
            at: Timestamp(milliseconds: at),
            kind: kind,
            text: json["text"]?.text ?? "",
            details: json["details"] ?? [:],
            actor: json["actor"].flatMap { Actor(json: $0) },
            note: json["note"]?.text.map { Personal($0) }
        )
    }
}
