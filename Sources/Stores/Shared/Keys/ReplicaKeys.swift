import Screening

/// What a replica has said of its keys: what a rotation waits for.
struct ReplicaKeys: Sendable {
    /// The names of its `encryption.keys`; the first wraps.
    let names: [String]
    /// The number of the newest look-up key that it asks by.
    let known: Int
    /// The number of the look-up key that it writes by.
    let written: Int

    init(_ codec: RowCodec) {
        names = codec.keys.master.names
        known = codec.lookUps.newest.number
        written = codec.lookUps.present.number
    }

    fileprivate init(_ row: any StoredRow) {
        names = (row.text(at: 1) ?? "").split(separator: " ").map { String($0) }
        known = Int(row.int(at: 2) ?? 0)
        written = Int(row.int(at: 3) ?? 0)
    }
}

extension StoreReading {
    /// The rows of the keyring, by name.
    func keyring() throws -> [String: [UInt8]] {
        let rows = try fetch("SELECT name, wrapped FROM \(Self.keySchema).keyring", [])
        return Dictionary(rows.map { ($0.text(at: 0) ?? "", $0.bytes(at: 1)) }, uniquingKeysWith: { $1 })
    }

    /// The replicas that were seen since a time, by the host that they run on.
    func replicaKeys(since: Timestamp) throws -> [(host: String, keys: ReplicaKeys)] {
        let sql = "SELECT host, key_names, lookups_known, lookups_written FROM replicas WHERE seen_at >= $1 ORDER BY host"
        return try fetch(sql, [.int(since.milliseconds)]).map { ($0.text(at: 0) ?? "", ReplicaKeys($0)) }
    }
}
