import Screening

extension ClockTrust.Kept {
    static let select = "SELECT trusted_at, seen_at, doubted_at FROM clock_state WHERE number = 1"

    fileprivate static let write = """
        INSERT INTO clock_state (number, trusted_at, seen_at, doubted_at) VALUES (1, $1, $2, $3) ON CONFLICT (number) DO UPDATE SET
            trusted_at = excluded.trusted_at, seen_at = excluded.seen_at, doubted_at = excluded.doubted_at
        """

    /// Where the row is still what was found: what a person, or another host, has said meanwhile is not taken back.
    fileprivate static let writeLook = write + " WHERE clock_state.seen_at = $4 AND clock_state.doubted_at IS NOT DISTINCT FROM $5"

    fileprivate var values: [SQLValue] { [.int(trustedAt.milliseconds), .int(seenAt.milliseconds), .int(doubtedAt?.milliseconds)] }

    init?(_ row: (any StoredRow)?) {
        guard let row, let trustedAt = row.time(at: 0), let seenAt = row.time(at: 1) else { return nil }
        self.init(trustedAt: trustedAt, seenAt: seenAt, doubtedAt: row.time(at: 2))
    }
}

extension SQLStore {
    var removalTime: Timestamp { removals.now() }

    var clockStanding: ClockStanding { removals.standing() }

    func lookAtClock() async throws -> ClockStanding {
        let found = try await read { ClockTrust.Kept(try $0.fetch(ClockTrust.Kept.select, []).first) }
        let (standing, kept) = removals.look(found)
        let before: [SQLValue] = [.int(found?.seenAt.milliseconds), .int(found?.doubtedAt?.milliseconds)]
        try await write(TouchedRows()) { try $0.change(ClockTrust.Kept.writeLook, kept.values + before) }
        return standing
    }

    /// It is written first: what is not kept would be doubted again after a restart.
    func trustClock() async throws {
        let kept = removals.believed()
        try await audited(TouchedRows()) { try $0.change(ClockTrust.Kept.write, kept.values) }
        removals.believe(kept)
    }
}
