import Screening

extension SQLStore {
    func takeTurn(_ name: String, owner: String, for time: Duration) async throws -> UpkeepState {
        let now = clock.now()
        try await write(TouchedRows()) { transaction in
            try transaction.change(
                "INSERT INTO upkeep (name, leased_until, done_at) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",
                [.text(name), .int(now.milliseconds)]
            )
            try transaction.change(
                "UPDATE upkeep SET owner = $1, leased_until = $2 WHERE name = $3 AND (owner IS NULL OR owner = $4 OR leased_until < $5)",
                [.text(owner), .int((now + time).milliseconds), .text(name), .text(owner), .int(now.milliseconds)]
            )
        }
        return try await read { reading in
            let row = try reading.fetch("SELECT owner, done_at FROM upkeep WHERE name = $1", [.text(name)]).first
            return UpkeepState(doneAt: row?.time(at: 1) ?? now, isMine: row?.text(at: 0) == owner)
        }
    }

    func endTurn(_ name: String, owner: String, doneAt: Timestamp?) async throws {
        try await write(TouchedRows()) { transaction in
            if let doneAt {
                try transaction.change(
                    "UPDATE upkeep SET done_at = $1 WHERE name = $2 AND owner = $3",
                    [.int(doneAt.milliseconds), .text(name), .text(owner)]
                )
            }
            try transaction.change("UPDATE upkeep SET owner = NULL, leased_until = 0 WHERE name = $1 AND owner = $2", [.text(name), .text(owner)])
        }
    }
}
