import Foundation
import GRDB
import Screening

/// Opens a backup and holds what is in it against what it says of itself.
enum BackupProof {
    private static let hasKey = "SELECT EXISTS (SELECT 1 FROM data_keys WHERE id = ?)"
    /// How many rows of each kind are opened, from the newest and from the oldest.
    private static let samples = 100

    /// - Parameter writing: whether the file was just written and its manifest is still without digests, which are put in.
    static func prove(_ files: BackupFiles, keys: [Secret]?, writing: Bool, _ progress: BackupProgress) throws -> StoreBackup.Outcome {
        let container = try BackupContainer(files.path, isReadOnly: !writing)
        defer { container.close() }
        var manifest = try container.manifest()
        var problems: [String] = []
        progress("checking it", 0, 0)
        let damage = try container.damage()
        if !damage.isEmpty { problems.append("\(files.path) is damaged: \(damage.prefix(3).joined(separator: "; "))") }
        if damage.isEmpty {
            let found = try container.digests(progress)
            if writing {
                problems += differences(manifest.tables, found, digests: false)
                manifest.tables = found
                try container.write(manifest)
            } else {
                problems += differences(manifest.tables, found, digests: true)
            }
            problems += try chainProblems(container)
        }
        var sampled = 0
        if let keysPath = files.keysPath, damage.isEmpty {
            do {
                let keyFile = try BackupContainer(keysPath, isReadOnly: true)
                defer { keyFile.close() }
                let damage = try keyFile.damage()
                if damage.isEmpty {
                    let its = try keyFile.manifest()
                    if its.store != manifest.store { problems.append("\(keysPath) holds the keys of another store, \(its.store)") }
                    if let keys { sampled = try sample(container, keyFile, keys, &problems) }
                } else {
                    problems.append("\(keysPath) is damaged: \(damage.prefix(3).joined(separator: "; "))")
                }
            } catch {
                problems.append("\(keysPath): \((error as? StoreError) ?? StoreError(error))")
            }
        }
        return StoreBackup.Outcome(
            manifest: manifest,
            bytes: BackupFiles.size(files.path),
            keyBytes: BackupFiles.size(files.keysPath),
            sampled: sampled,
            problems: problems
        )
    }

    /// What is wrong with a manifest that was just written.
    static func manifestProblems(_ files: BackupFiles) throws -> [String] {
        let container = try BackupContainer(files.path, isReadOnly: true)
        defer { container.close() }
        return try container.manifest().tables.allSatisfy { !$0.digest.isEmpty } ? [] : ["its manifest has no digests"]
    }

    private static func differences(_ said: [BackupManifest.Table], _ found: [BackupManifest.Table], digests: Bool) -> [String] {
        let there = Dictionary(found.map { ($0.name, $0) }) { $1 }
        var problems = said.compactMap { table -> String? in
            guard let found = there[table.name] else { return "the table \(table.name) is missing" }
            if found.rows != table.rows { return "the table \(table.name) has \(found.rows) rows in place of \(table.rows)" }
            return digests && found.digest != table.digest ? "rows of the table \(table.name) were changed" : nil
        }
        for name in there.keys.sorted() where !said.contains(where: { $0.name == name }) {
            problems.append("the table \(name) is not in its manifest")
        }
        return problems
    }

    /// Opens rows with the keys at hand, and finds orders by the name that their ATS has for them. Returns how many opened.
    static func sample(_ container: BackupContainer, _ keyFile: BackupContainer, _ keys: [Secret], _ problems: inout [String]) throws -> Int {
        let stored = try keyFile.database.read { db in
            Dictionary(
                try Row.fetchAll(db, sql: "SELECT name, wrapped FROM keyring").map { ($0[0] as String, $0.bytes(1)) },
                uniquingKeysWith: { $1 }
            )
        }
        let opened: Keyring.Opened
        do { opened = try Keyring.open(keys: keys, stored: stored, isEmpty: false, BufferedRandom(SystemRandom())) } catch {
            problems.append("the keys at hand do not open it: \(error)")
            return 0
        }
        let codec = opened.codec(NoNewKeys(), BufferedRandom(SystemRandom()))
        return try keyFile.database.read { keysDB in
            let opener = RowOpener(codec: codec) { id in
                try Row.fetchOne(keysDB, sql: "SELECT wrapped FROM data_keys WHERE id = ?", arguments: [id])?.bytes(0)
            }
            return try container.database.read { db in
                var (count, gone, failure) = (0, 0, String?.none)
                for (table, order) in [("events", "ASC"), ("events", "DESC"), ("orders", "ASC"), ("orders", "DESC")] {
                    let isOrder = table == "orders"
                    let name = isOrder ? ", connection, external_key" : ""
                    let rows = try Row.fetchCursor(db, sql: "SELECT id, key_id, body\(name) FROM \(table) ORDER BY id \(order) LIMIT \(samples)")
                    while let row = try rows.next() {
                        let (id, key): (String, Int64) = (row[0], row[1])
                        // A key that is not there was destroyed: what it sealed is not to be read.
                        guard try key == 0 || Bool.fetchOne(keysDB, sql: Self.hasKey, arguments: [key]) == true else {
                            gone += 1
                            continue
                        }
                        do {
                            let json = try opener.open(row.bytes(2), at: AssociatedData(isOrder ? .orders : .events, id)).json
                            count += 1
                            guard isOrder, let externalID = json["external_id"]?.text else { continue }
                            if codec.blindIndex(.externalID, externalID, on: row[3]) != row.bytes(4) {
                                failure = failure ?? "\(id) is not found by its external id: the index key is another"
                            }
                        } catch { failure = failure ?? "\(error)" }
                    }
                }
                if let failure { problems.append("a row does not open with the keys at hand: \(failure)") }
                if count == 0, gone > 0 { problems.append("none of \(gone) rows has its key in \(keyFile.path): it is another backup's, or older") }
                return count
            }
        }
    }
}

/// The key table of a store that is only read.
struct NoNewKeys: DataKeyTable {
    func add(_ count: Int, noting note: String?, _ wrapped: @escaping @Sendable (_ id: Int64) throws -> WrappedKey) async throws {
        throw StoreError.closed
    }
    func remove(_ keys: [DataKey]) async {}
    func rewrap(_ keys: [(id: Int64, from: [UInt8], to: [UInt8])]) async throws { throw StoreError.closed }
    func destroy(_ keys: [Int64]) async throws { throw StoreError.closed }
    func change(keyring changes: [KeyringChange]) async throws { throw StoreError.closed }
}
