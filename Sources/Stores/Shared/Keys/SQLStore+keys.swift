import Screening

extension SQLStore {
    /// Takes over what the keyring says by now.
    /// - Returns: its rows, by name.
    @discardableResult
    func readKeyring() async throws -> [String: [UInt8]] {
        let stored = try await read { try $0.keyring() }
        let keys = Keyring.lookUps(in: stored, opening: codec.keys.master)
        codec.lookUps.adopt(keys, written: Keyring.written(in: stored, keys))
        return stored
    }

    func keyUse() async throws -> KeyUse {
        let (stored, master) = (try await readKeyring(), codec.keys.master)
        var keys: [String: KeyUse.Key] = [:]
        func note(_ name: String, _ change: (inout KeyUse.Key) -> Void = { _ in }) {
            var key =
                keys[name]
                ?? KeyUse.Key(
                    name: name,
                    encrypts: name == master.first,
                    isPresent: master.names.contains(name) || master.names.isEmpty && name == master.first
                )
            change(&key)
            keys[name] = key
        }
        for name in master.names { note(name) }
        for (name, wrapped) in stored {
            if name.hasPrefix(Keyring.keyPrefix) { note(String(name.dropFirst(Keyring.keyPrefix.count))) }
            if Keyring.isWrapped(name), wrapped.count > 4 { note(MasterKeys.name(of: wrapped)) { $0.ownKeys += 1 } }
        }
        let counted = try await read { reading in try KeyCounts(reading) }
        for (name, count) in counted.dataKeys { note(name) { $0.dataKeys += count } }
        let madeUnder = Dictionary(
            stored.keys.compactMap { Keyring.lookUp($0) }.map { ($0.number, $0.madeUnder) },
            uniquingKeysWith: { first, _ in first }
        )
        for (number, count) in counted.lookUps { if let name = madeUnder[number] { note(name) { $0.lookUps += count } } }
        return KeyUse(
            keys: keys.values.sorted { ($0.encrypts ? 0 : 1, $0.name) < ($1.encrypts ? 0 : 1, $1.name) },
            isRotating: isRotating(stored)
        )
    }

    func missingKeys() async throws -> [String] {
        let names = codec.keys.master.names
        return try await read { try $0.keyring() }.keys.filter { $0.hasPrefix(Keyring.keyPrefix) }.map {
            String($0.dropFirst(Keyring.keyPrefix.count))
        }
        .filter { !names.contains($0) }.sorted()
    }

    func isRotatingKeys() async throws -> Bool { isRotating(try await readKeyring()) }

    private func isRotating(_ stored: [String: [UInt8]]) -> Bool {
        stored[Keyring.rotation].map { String(decoding: $0, as: UTF8.self) == codec.keys.master.first } ?? false
    }

    func retireKey(_ name: String) async throws -> KeyRetirement {
        let use = try await keyUse()
        guard let key = use.keys.first(where: { $0.name == name }) else { return .unknown }
        guard !key.encrypts else { return .encrypts(hosts: []) }
        guard !key.isNeeded else { return .needed(key) }
        let replicas = try await replicasAtWork()
        let others = replicas.filter { $0.keys.names.first == name }.map(\.host)
        guard others.isEmpty else { return .encrypts(hosts: others) }
        // A replica that has made keys under it since, or makes some now, puts this row back in the same transaction.
        try await codec.keys.table.change(keyring: [KeyringChange(name: Keyring.keyPrefix + name, from: [], to: nil)])
        return .retired
    }

    /// The replicas that were seen lately, this one among them.
    func replicasAtWork() async throws -> [(host: String, keys: ReplicaKeys)] {
        guard isShared else { return [] }
        let since = clock.now() + .seconds(-RotationCursor.heartbeats)
        return try await read { try $0.replicaKeys(since: since) }
    }
}

/// How many rows stand under which key.
struct KeyCounts: Sendable {
    /// By the name of the key that wraps them.
    var dataKeys: [String: Int] = [:]
    /// By the number of the look-up key.
    var lookUps: [Int: Int] = [:]

    init(_ reading: some StoreReading) throws {
        let schema = type(of: reading).keySchema
        for row in try reading.fetch("SELECT substr(wrapped, 1, 4), count(*) FROM \(schema).data_keys GROUP BY 1", []) {
            dataKeys[MasterKeys.name(of: row.bytes(at: 0)), default: 0] += Int(row.int(at: 1) ?? 0)
        }
        for sql in [
            "SELECT lookup_number, count(*) FROM orders GROUP BY 1", "SELECT number, count(DISTINCT run_id) FROM run_lookups GROUP BY 1",
        ] {
            for row in try reading.fetch(sql, []) { lookUps[Int(row.int(at: 0) ?? 0), default: 0] += Int(row.int(at: 1) ?? 0) }
        }
    }
}
