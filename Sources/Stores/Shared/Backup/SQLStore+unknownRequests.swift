import Screening

/// That no order has a request `u` by now, and that it is of nobody who was erased.
private let isUnsettled = """
    NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.reference_key = u.reference_key)
        AND NOT EXISTS (SELECT 1 FROM erasure_marks AS m WHERE m.connection = '' AND m.key = u.reference_key)
    """

/// Few, and both databases understand what is asked of them.
extension SQLStore {
    func note(unknownRequest reference: String, at account: String, at time: Timestamp, atMost limit: Int) async throws -> Bool {
        let key = codec.blindIndex(.reference, reference, on: account)
        let isKnown = try await read { reading in
            if try !reading.fetch("SELECT 1 FROM unknown_requests WHERE reference_key = $1", [.bytes(key)]).isEmpty { return true }
            let sql = "SELECT count(*) FROM unknown_requests AS u WHERE u.account = $1 AND \(isUnsettled)"
            let count = try reading.fetch(sql, [.text(account)]).first?.int(at: 0) ?? 0
            return count < Int64(limit)
        }
        guard isKnown else { return false }
        let place = AssociatedData(.unknownRequests, key.hex)
        let body = try codec.seal(RowCodec.Content(json: ["reference": .string(reference)]), at: place, under: codec.keys.general)
        let sql = """
            INSERT INTO unknown_requests (reference_key, account, first_at, last_at, count, body) VALUES ($1, $2, $3, $4, 1, $5)
            ON CONFLICT (reference_key) DO UPDATE SET last_at = excluded.last_at, count = unknown_requests.count + 1
            """
        let values: [SQLValue] = [.bytes(key), .text(account), .int(time.milliseconds), .int(time.milliseconds), .bytes(body)]
        try await write(TouchedRows()) { try $0.change(sql, values) }
        return true
    }

    func unknownRequests() async throws -> [UnknownRequest] {
        try await read { reading in
            let sql = """
                SELECT reference_key, account, first_at, last_at, count, body FROM unknown_requests AS u
                WHERE \(isUnsettled)
                ORDER BY last_at DESC, reference_key
                """
            return try reading.fetch(sql, []).compactMap { row in
                guard let account = row.text(at: 1), let first = row.time(at: 2), let last = row.time(at: 3), let count = row.int(at: 4) else {
                    return nil
                }
                let place = AssociatedData(.unknownRequests, row.bytes(at: 0).hex)
                var reference = UnknownRequest.unreadable
                // One row that does not open keeps nobody from the others, nor from what else is to be done.
                do {
                    reference = try reading.opener.open(row.bytes(at: 5), at: place).json["reference"]?.text ?? reference
                } catch StoreError.corrupt {} catch StoreError.keyMissing {}
                return UnknownRequest(account: account, reference: reference, firstAt: first, lastAt: last, count: Int(count))
            }
        }
    }
}
