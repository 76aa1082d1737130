import Screening

/// What is known of an account or a connection, as a row: who paused it and what they noted is opaque.
struct OperatingStateRow {
    var kind: String
    var id: String
    var restsUntil: Int64?
    var restsSince: Int64?
    var heardAt: Int64?
    var refusedAt: Int64?
    var refusal: String?
    var refusals: Int64
    var pause: [UInt8]?

    /// How long a replica stays in the registry after it was last seen, in milliseconds.
    static let replicaKept: Int64 = 86_400_000

    /// What a replica's settings have, as a column.
    static func text(_ names: Set<String>) -> String { JSON.array(names.sorted().map { .string($0) }).string() }

    static func names(_ text: String) -> Set<String> { Set((try? JSON(parsing: Array(text.utf8)))?.items?.compactMap(\.text) ?? []) }

    /// A pause as its column.
    static func sealed(_ pause: OperatingState.Pause, of subject: OperatingState.Subject, _ codec: RowCodec) throws(StoreError) -> [UInt8] {
        var json: JSON = ["problem": pause.problem.row, "actor": pause.actor.json]
        json["note"] = pause.note.map { .string($0.value) }
        json["credentials"] = pause.credentials.map { .string($0) }
        json["backup_at"] = pause.backupAt.map { .int($0.milliseconds) }
        return try codec.seal(RowCodec.Content(json: json), at: place(subject.kind, subject.id), under: codec.keys.general)
    }

    /// The state again; nil for a kind of subject that this version does not know.
    func state(_ opener: RowOpener, now: Timestamp) throws -> OperatingState? {
        guard let subject = OperatingState.Subject(kind: kind, id: id) else { return nil }
        var state = OperatingState(
            subject,
            lastHeardAt: heardAt.map { Timestamp(milliseconds: $0) },
            lastRefusedAt: refusedAt.map { Timestamp(milliseconds: $0) },
            lastRefusal: refusal.flatMap { $0.isEmpty ? nil : $0 },
            refusedSinceHeard: Int(refusals)
        )
        if let restsUntil, restsUntil > now.milliseconds {
            state.restsUntil = Timestamp(milliseconds: restsUntil)
            state.restsSince = restsSince.map { Timestamp(milliseconds: $0) }
        }
        guard let pause else { return state }
        let place = Self.place(kind, id)
        let json = try opener.open(pause, at: place).json
        guard let problem = Problem(row: json["problem"]) else { throw RowCodec.unreadable(place) }
        state.pause = OperatingState.Pause(
            problem: problem,
            actor: json["actor"].flatMap { Actor(json: $0) } ?? .system,
            note: (json["note"]?.text).map { Personal($0) },
            credentials: json["credentials"]?.text,
            backupAt: json["backup_at"]?.integer.map { Timestamp(milliseconds: $0) }
        )
        return state
    }

    private static func place(_ kind: String, _ id: String) -> AssociatedData { AssociatedData(.operatingStates, "\(kind):\(id)") }
}
