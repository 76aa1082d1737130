import Screening
import Synchronization

/// How far a rotation has come that is under way in this process. It is not needed to go on: what is left is seen in the rows themselves.
final class RotationCursor: Sendable {
    struct State {
        var dataKey: Int64 = 0
        var order = ""
        var run = ""
        /// When nothing was left for the first time.
        var clearSince: Timestamp?
    }

    /// How long ago a replica at work was seen at most, in seconds: a few heartbeats.
    static let heartbeats: Int64 = 35
    /// Rows of one step: so few that whoever writes beside it does not notice.
    static let dataKeys = 400
    static let orders = 16
    static let runs = 16

    let state = Mutex(State())
}

extension SQLStore {
    /// A replica that has not heard of the new look-up key would not find what is hashed with it. So the key is put into the keyring first; once every
    /// replica asks by it, the keyring says that it is written by; once every replica does, what is there is hashed anew; and once nothing is hashed with the
    /// old one any more, that one is taken out. Data keys are wrapped anew meanwhile: every replica has the keys to open them, or nothing is begun.
    func rotateKeys() async throws -> KeyRotation {
        let (master, lookUps, random) = (codec.keys.master, codec.lookUps, codec.keys.random)
        guard !master.names.isEmpty else { return KeyRotation(.done) }
        let stored = try await readKeyring()
        let replicas = try await replicasAtWork()
        let lacking = replicas.filter { !$0.keys.names.contains(master.first) }.map { "\($0.host) lacks the key \(master.first)" }
        guard lacking.isEmpty else { return KeyRotation(.waiting, waitsFor: lacking) }

        var changes = try stored.filter { Keyring.isWrapped($0.key) && MasterKeys.name(of: $0.value) != master.first }.map { name, wrapped in
            KeyringChange(name: name, from: wrapped, to: try master.rewrap(wrapped, at: Keyring.place(name), random))
        }
        let newest = lookUps.newest
        if newest.madeUnder != master.first {
            let name = Keyring.lookUp(newest.number + 1, madeUnder: master.first)
            changes.append(KeyringChange(name: name, from: nil, to: try master.wrap(random.bytes(32), at: Keyring.place(name), random)))
        }
        if !changes.isEmpty {
            let mark = KeyringChange(name: Keyring.rotation, from: stored[Keyring.rotation], to: Array(master.first.utf8))
            try await codec.keys.table.change(keyring: [mark] + changes)
            try await readKeyring()
            return KeyRotation(.lookUps, moved: changes.count)
        }
        let moved = try await rewrapSome(master, random)
        if moved > 0 { return KeyRotation(.dataKeys, moved: moved) }
        if lookUps.present.number < newest.number {
            let unaware = replicas.filter { $0.keys.known < newest.number }.map { "\($0.host) has not read the new look-up key yet" }
            guard unaware.isEmpty else { return KeyRotation(.waiting, waitsFor: unaware) }
            let number = Array(String(newest.number).utf8)
            try await codec.keys.table.change(keyring: [KeyringChange(name: Keyring.written, from: stored[Keyring.written], to: number)])
            try await readKeyring()
            return KeyRotation(.lookUps, moved: 1)
        }
        let writing = replicas.filter { $0.keys.written < newest.number }.map { "\($0.host) does not write by the new look-up key yet" }
        guard writing.isEmpty else { return KeyRotation(.waiting, waitsFor: writing) }
        let hashed = try await hashSome(newest.number)
        if hashed > 0 { return KeyRotation(.lookUps, moved: hashed) }
        return try await finish(stored, newest.number, replicas)
    }

    /// Wraps a few data keys anew; zero where all are.
    private func rewrapSome(_ master: MasterKeys, _ random: BufferedRandom) async throws -> Int {
        let cursor = codec.lookUps.rotation
        let after = cursor.state.withLock { $0.dataKey }
        let sql = """
            SELECT id, wrapped FROM \(Reading.keySchema).data_keys WHERE id > $1 AND substr(wrapped, 1, 4) <> $2 ORDER BY id LIMIT \(RotationCursor.dataKeys)
            """
        let rows = try await read { try $0.fetch(sql, [.int(after), .bytes(master.firstBytes)]).map { ($0.int(at: 0) ?? 0, $0.bytes(at: 1)) } }
        guard let last = rows.last?.0 else { return 0 }
        try await codec.keys.table.rewrap(try rows.map { ($0.0, $0.1, try master.rewrap($0.1, at: DataKeys.place($0.0), random)) })
        cursor.state.withLock { $0.dataKey = last }
        return rows.count
    }

    /// Hashes what a few orders and runs are looked up by anew; zero where all is.
    private func hashSome(_ number: Int) async throws -> Int {
        let cursor = codec.lookUps.rotation
        let (order, run) = cursor.state.withLock { ($0.order, $0.run) }
        let orderIDs = "SELECT id FROM orders WHERE id > $1 AND lookup_number <> $2 ORDER BY id LIMIT \(RotationCursor.orders)"
        let orders = try await read { try $0.fetch(orderIDs, [.text(order), .int(Int64(number))]).compactMap { $0.text(at: 0) } }
        if let last = orders.last {
            let found = try await lookUp { [codec] reading in try orders.compactMap { try reading.order($0, codec) } }
            var touched = TouchedRows()
            touched.orders = found.map(\.id)
            try await write(touched) { transaction in
                for order in found { try transaction.find(order: order.id, at: order.version, by: order.lookUps) }
            }
            cursor.state.withLock { $0.order = last }
            return orders.count
        }
        let runIDs = "SELECT DISTINCT run_id FROM run_lookups WHERE run_id > $1 AND number <> $2 ORDER BY run_id LIMIT \(RotationCursor.runs)"
        let runs = try await read { try $0.fetch(runIDs, [.text(run), .int(Int64(number))]).compactMap { $0.text(at: 0) } }
        // Each waits for its turn to be written, among all that others write: together, or a busy store would see few of them.
        try await withThrowingTaskGroup { group in
            for id in runs { group.addTask { try await hash(run: id) } }
            try await group.waitForAll()
        }
        if let last = runs.last { cursor.state.withLock { $0.run = last } }
        return runs.count
    }

    /// Hashes what a run is looked up by anew; a run that is gone, or whose key is, is looked up no more.
    private func hash(run id: String) async throws {
        let run: Run?
        do { run = try await self.run(id) } catch StoreError.corrupt { run = nil }
        var touched = TouchedRows()
        touched.runs = [id]
        let remove = "DELETE FROM run_lookups WHERE run_id = $1"
        guard let run, let key = try await keys(of: [id])[id] else { return try await write(touched) { try $0.change(remove, [.text(id)]) } }
        let row = try RunRow(run, codec, under: key)
        do {
            try await write(touched) { transaction in
                try transaction.expect(run: id, in: run.state)
                try transaction.change(remove, [.text(id)])
                try transaction.find(row, by: row.lookUps)
            }
        } catch StoreError.conflict {
            // It has moved on, and was hashed anew with that, or is looked at again in the next round.
        }
    }

    /// Counts what is left. Where nothing is, the old look-up keys are taken out of the keyring.
    private func finish(_ stored: [String: [UInt8]], _ number: Int, _ replicas: [(host: String, keys: ReplicaKeys)]) async throws -> KeyRotation {
        let (master, cursor) = (codec.keys.master, codec.lookUps.rotation)
        let counts = try await read { try KeyCounts($0) }
        let isLeft =
            counts.dataKeys.contains { $0.key != master.first && $0.value > 0 } || counts.lookUps.contains { $0.key != number && $0.value > 0 }
        guard !isLeft else {
            // From the beginning: somebody wrote under the old ones meanwhile, or an order had changed just then.
            cursor.state.withLock { $0 = RotationCursor.State() }
            let others = replicas.filter { $0.keys.names.first != master.first }.map {
                "\($0.host) still seals under \($0.keys.names.first ?? "no key")"
            }
            return others.isEmpty ? KeyRotation(.lookUps) : KeyRotation(.waiting, waitsFor: others)
        }
        let old = stored.keys.filter { name in Keyring.lookUp(name).map { $0.number != number } ?? false }
        if isShared, !old.isEmpty {
            // What another replica decided before it wrote by the new key may be on its way still.
            let now = clock.now()
            let since = cursor.state.withLock { state in
                let since = min(state.clearSince ?? now, now)
                state.clearSince = since
                return since
            }
            guard replicas.isEmpty || now - since >= .seconds(RotationCursor.heartbeats) else {
                return KeyRotation(.waiting, waitsFor: ["what other replicas may have under way"])
            }
        }
        let gone = (old + [Keyring.rotation]).compactMap { name in stored[name].map { KeyringChange(name: name, from: $0, to: nil) } }
        if !gone.isEmpty {
            try await codec.keys.table.change(keyring: gone)
            try await readKeyring()
        }
        cursor.state.withLock { $0 = RotationCursor.State() }
        return KeyRotation(.done)
    }
}

/// An order as a rotation sees it.
private struct HashedOrder: Sendable {
    let id: String
    let version: Int
    let lookUps: LookUps
}

extension StoreReading {
    /// What an order is to be looked up by; by nothing where its key was destroyed. Nil where there is none.
    fileprivate func order(_ id: String, _ codec: RowCodec) throws -> HashedOrder? {
        do {
            guard let order = try order(id) else { return nil }
            return HashedOrder(id: id, version: order.version, lookUps: codec.lookUps.terms(of: order))
        } catch StoreError.corrupt {
            let version = try fetch("SELECT version FROM orders WHERE id = $1", [.text(id)]).first?.int(at: 0) ?? 0
            return HashedOrder(id: id, version: Int(version), lookUps: LookUps(key: codec.lookUps.present.number, terms: []))
        }
    }
}
