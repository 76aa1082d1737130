import Screening

/// A command for many things, as a row: who asked for it, and why, is opaque.
struct BulkJobRow: Sendable {
    var id: String
    var state: String
    var count: Int
    var position: Int
    var done: Int
    var refused: Int
    var superseded: Int
    var createdAt: Int64
    var endedAt: Int64?
    var reason: String?
    var body: [UInt8]
    /// What was refused just now, with its reason sealed.
    var refusal: (item: String, body: [UInt8])?

    init(_ job: BulkJob, _ codec: RowCodec) throws(StoreError) {
        id = job.id
        state = job.state.rawValue
        (count, position, done, refused, superseded) = (job.count, job.position, job.done, job.refused, job.superseded)
        createdAt = job.createdAt.milliseconds
        endedAt = job.endedAt?.milliseconds
        reason = job.reason
        var json: JSON = ["verb": .string(job.verb.rawValue), "actor": job.actor.json]
        if job.sparesDiscarded { json["spares_discarded"] = true }
        json["note"] = job.note.map { .string($0.value) }
        json["connections"] = job.connections.map { .array($0.sorted().map { .string($0) }) }
        body = try codec.seal(RowCodec.Content(json: json), at: AssociatedData(.bulkJobs, job.id), under: codec.keys.general)
        guard let refused = job.newRefusal, job.refused <= BulkJob.keptRefusals else { return }
        let why: JSON = ["code": .string(refused.code), "message": .string(refused.message.value)]
        let place = Self.place(ofRefusal: job.position, job.id)
        refusal = (refused.item, try codec.seal(RowCodec.Content(json: why), at: place, under: codec.keys.general))
    }

    static func place(ofRefusal position: Int, _ job: String) -> AssociatedData { AssociatedData(.bulkRefusals, "\(job):\(position)") }

    init(
        id: String,
        state: String,
        count: Int,
        position: Int,
        done: Int,
        refused: Int,
        superseded: Int,
        createdAt: Int64,
        endedAt: Int64?,
        reason: String?,
        body: [UInt8]
    ) {
        (self.id, self.state, self.count, self.position) = (id, state, count, position)
        (self.done, self.refused, self.superseded) = (done, refused, superseded)
        (self.createdAt, self.endedAt, self.reason, self.body) = (createdAt, endedAt, reason, body)
    }

    /// The columns, in the order of the initialiser.
    static let columns = "id, state, things, position, done, refused, superseded, created_at, ended_at, reason, body"

    /// The job again. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func job(_ opener: RowOpener) throws -> BulkJob {
        let place = AssociatedData(.bulkJobs, id)
        let json = try opener.open(body, at: place).json
        guard let verb = json["verb"]?.text.flatMap(BulkJob.Verb.init), let state = BulkJob.State(rawValue: state) else {
            throw RowCodec.unreadable(place)
        }
        var job = BulkJob(
            id: id,
            verb: verb,
            actor: json["actor"].flatMap { Actor(json: $0) } ?? .system,
            note: json["note"]?.text,
            connections: json["connections"]?.items.map { Set($0.compactMap(\.text)) },
            count: count,
            sparesDiscarded: json["spares_discarded"]?.boolean ?? false,
            createdAt: Timestamp(milliseconds: createdAt)
        )
        (job.position, job.done, job.refused, job.superseded) = (position, done, refused, superseded)
        job.state = state
        job.endedAt = endedAt.map { Timestamp(milliseconds: $0) }
        job.reason = reason
        return job
    }

    /// Enough of a row for ``note(_:_:)`` and ``silenced(_:_:_:)``.
    static let idAndBody = "id, body"

    /// What somebody wrote of a command; nil where they did not.
    static func note(_ row: some StoredRow, _ opener: RowOpener) throws -> String? {
        try row.text(at: 0).flatMap { id in try opener.open(row.bytes(at: 1), at: AssociatedData(.bulkJobs, id)).json["note"]?.text }
    }

    /// What is opaque of a command, without its note; nil where it does not open any more.
    static func silenced(_ row: some StoredRow, _ opener: RowOpener, _ codec: RowCodec) throws(StoreError) -> [UInt8]? {
        guard let id = row.text(at: 0) else { return nil }
        let place = AssociatedData(.bulkJobs, id)
        guard var json = try? opener.open(row.bytes(at: 1), at: place).json else { return nil }
        json["note"] = nil
        return try codec.seal(RowCodec.Content(json: json), at: place, under: codec.keys.general)
    }

    /// What a job is for, in rows of their own: the position of the first, and the identifiers with spaces between.
    static func chunks(_ items: [String]) -> [(first: Int, ids: String)] {
        stride(from: 0, to: items.count, by: BulkJob.chunk).map { first in
            (first, items[first..<min(first + BulkJob.chunk, items.count)].joined(separator: " "))
        }
    }

    /// What stands in a row of items from a position on.
    static func items(_ ids: String, first: Int, from position: Int) -> [String] {
        Array(ids.split(separator: " ").map(String.init).dropFirst(max(position - first, 0)))
    }
}
