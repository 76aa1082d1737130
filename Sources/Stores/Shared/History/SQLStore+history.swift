import Screening

extension SQLStore {
    func add(history counts: [HistoryCount]) async throws {
        guard !counts.isEmpty else { return }
        // In one order, and not beside another batch's, so that replicas do not wait for one another in a circle.
        let sorted = counts.sorted { ($0.figure.stored, $0.slot, $0.connection) < ($1.figure.stored, $1.slot, $1.connection) }
        try await write(.history) { transaction in
            for count in sorted { try transaction.change(HistoryRows.add, count.values) }
        }
    }

    func keep(orders counts: [HistoryCount], ofDay day: Int64) async throws {
        try await write(.history) { transaction in
            try transaction.change("DELETE FROM history_counts WHERE kind IN (\(HistoryRows.daily)) AND slot = $1", [.int(day)])
            for count in counts where count.slot == day && count.amount > 0 { try transaction.change(HistoryRows.keep, count.values) }
        }
    }

    func note(_ mark: HostMark) async throws {
        try await write(.history) { transaction in
            try transaction.change(
                "INSERT INTO history_marks (at, replica, kind, version) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                [.int(mark.at.milliseconds), .text(mark.replica), .text(mark.kind.rawValue), .text(mark.version)]
            )
        }
    }

    func history(since: Timestamp) async throws -> [HistoryCount] {
        try await read { reading in
            let hourly = try reading.fetch(HistoryRows.counts(HistoryRows.hourly), [.int(HistoryCount.hour(of: since))])
            let daily = try reading.fetch(HistoryRows.counts(HistoryRows.daily), [.int(HistoryCount.day(of: since))])
            return (hourly + daily).compactMap { HistoryCount($0) }
        }
    }

    func marks(since: Timestamp) async throws -> [HostMark] {
        try await read { reading in
            let sql = "SELECT at, replica, kind, version FROM history_marks WHERE at >= $1 ORDER BY at LIMIT 1000"
            return try reading.fetch(sql, [.int(since.milliseconds)]).compactMap { HostMark($0) }
        }
    }

    func lastStart() async throws -> HostMark? {
        try await read { reading in
            let sql = "SELECT at, replica, kind, version FROM history_marks WHERE kind IN ('started', 'upgraded') ORDER BY at DESC LIMIT 1"
            return try reading.fetch(sql, []).first.flatMap { HostMark($0) }
        }
    }

    func forgetHistory(before time: Timestamp) async throws {
        try await write(.history) { transaction in
            let (hour, day) = (HistoryCount.hour(of: time), HistoryCount.day(of: time))
            try transaction.change("DELETE FROM history_counts WHERE kind IN (\(HistoryRows.hourly)) AND slot < $1", [.int(hour)])
            try transaction.change("DELETE FROM history_counts WHERE kind IN (\(HistoryRows.daily)) AND slot < $1", [.int(day)])
            try transaction.change("DELETE FROM history_marks WHERE at < $1", [.int(time.milliseconds)])
        }
    }
}

private enum HistoryRows {
    static let hourly = HistoryCount.Figure.hourly.map { "'\($0.stored)'" }.joined(separator: ", ")
    static let daily = HistoryCount.Figure.daily.map { "'\($0.stored)'" }.joined(separator: ", ")

    /// Counted in the database itself: two replicas that add at once both count.
    static let add = """
        INSERT INTO history_counts (kind, slot, connection, amount) VALUES ($1, $2, $3, $4)
        ON CONFLICT (kind, slot, connection) DO UPDATE SET amount = history_counts.amount + excluded.amount
        """
    static let keep = """
        INSERT INTO history_counts (kind, slot, connection, amount) VALUES ($1, $2, $3, $4)
        ON CONFLICT (kind, slot, connection) DO UPDATE SET amount = excluded.amount
        """

    static func counts(_ kinds: String) -> String {
        "SELECT kind, slot, connection, amount FROM history_counts WHERE kind IN (\(kinds)) AND slot >= $1"
    }
}

extension HistoryCount.Figure {
    /// What it is called in the table.
    fileprivate var stored: String {
        switch self {
        case .told: "told"
        case .failed: "failed"
        case .orders(let state): "orders." + state.rawValue
        }
    }

    fileprivate init?(stored: String) {
        switch stored {
        case "told": self = .told
        case "failed": self = .failed
        case let text where text.hasPrefix("orders."):
            guard let state = OrderState(rawValue: String(text.dropFirst(7))) else { return nil }
            self = .orders(state)
        default: return nil
        }
    }
}

extension HistoryCount {
    fileprivate var values: [SQLValue] { [.text(figure.stored), .int(slot), .text(connection), .int(Int64(amount))] }

    fileprivate init?(_ row: any StoredRow) {
        guard let figure = row.text(at: 0).flatMap(Figure.init(stored:)), let slot = row.int(at: 1), let amount = row.int(at: 3) else { return nil }
        self.init(figure, slot: slot, connection: row.text(at: 2) ?? "", amount: Int(amount))
    }
}

extension HostMark {
    fileprivate init?(_ row: any StoredRow) {
        guard let at = row.time(at: 0), let kind = row.text(at: 2).flatMap(Kind.init) else { return nil }
        self.init(kind, at: at, version: row.text(at: 3) ?? "", replica: row.text(at: 1) ?? "")
    }
}

extension TouchedRows {
    fileprivate static var history: TouchedRows {
        var touched = TouchedRows()
        touched.concurrencyKeys = ["history"]
        return touched
    }
}
