import Foundation
import GRDB
import Screening

/// Opens a backup and holds what is in it against what it says of itself.
enum BackupProof {
    private static let hasKey = "SELECT EXISTS (SELECT 1 FROM data_keys WHERE id = ?)"
    /// How many rows of each kind are opened, from the newest and from the oldest.
    private static let samples = 100

    /// - Parameters:
    ///   - isLive: whether the file of keys is a store's own, which has no manifest, rather than a backup's.
    ///   - writing: whether the files were just written and their manifests are still without digests, which are put in.
    ///   - wholly: whether bytes that no row uses must be as they were, too. A copy of the rows has others.
    static func prove(
        _ files: BackupFiles,
        keys: [Secret]?,
        isLive: Bool = false,
        writing: Bool = false,
        wholly: Bool = false,
        pace: BackgroundPace? = nil,
        _ progress: BackupProgress
    ) throws -> StoreBackup.Outcome {
        let container = try BackupContainer(files.path, isReadOnly: !writing, pace: pace)
        defer { container.close() }
        let keyFile = try files.keysPath.map { try BackupContainer($0, isReadOnly: !writing, pace: pace) }
        defer { keyFile?.close() }
        var problems: [String] = []
        _ = try container.manifest()
        try container.requireRows()
        progress("checking it", 0, 0)
        var (manifest, isWhole) = try check(container, writing, &problems, progress)
        let chain = isWhole ? try brokenChain(container) : nil
        if writing { manifest.auditBrokenAt = chain?.entry }
        var outcome = StoreBackup.Outcome(
            manifest: manifest,
            bytes: BackupFiles.size(files.path),
            keyBytes: BackupFiles.size(files.keysPath),
            problems: []
        )
        outcome.brokenChain = chain
        guard let keyFile else {
            outcome.unproven = "the file of its keys, \(StoreBackup.keys(of: files.path)), is not here"
            if wholly, problems.isEmpty { problems += [try damagedBytes(container, manifest, by: nil)].compactMap(\.self) }
            outcome.problems = problems
            return outcome
        }
        do {
            var theirs: BackupManifest?
            var proving: BackupSeal?
            if isLive {
                try damage(keyFile, &problems)
            } else {
                let (found, isWholeToo) = try check(keyFile, writing, &problems, { _, _, _ in })
                if found.store != manifest.store { problems.append("\(keyFile.path) holds the keys of another store, \(found.store)") }
                (theirs, isWhole) = (found, isWhole && isWholeToo)
                outcome.keysManifest = found
            }
            if let keys {
                if let opened = try open(keyFile, keys, &problems) {
                    let seal = BackupSeal(opened.index)
                    proving = seal
                    if writing {
                        try container.write(manifest, provenBy: seal)
                        if let theirs { try keyFile.write(theirs, provenBy: seal) }
                    }
                    if try !isProven(container, by: seal) { problems.append(notProven(container)) }
                    if !isLive, try !isProven(keyFile, by: seal) { problems.append(notProven(keyFile)) }
                    outcome.isSealed = opened.master.note != nil
                    if isWhole {
                        outcome.sampled = try sample(container, keyFile, opened, &problems)
                        if try !finds(container, by: keyFile) {
                            problems.append("it has orders that are found by a key which \(keyFile.path) lacks: a key rotation ended meanwhile")
                        }
                    }
                }
            } else {
                outcome.unproven = "no key is here: whether somebody changed it can only be told with the encryption.keys of its store (--config)"
            }
            manifest = try container.manifest()
            if wholly, problems.isEmpty {
                problems += [try damagedBytes(container, manifest, by: proving)].compactMap(\.self)
                if let theirs { problems += [try damagedBytes(keyFile, theirs, by: proving)].compactMap(\.self) }
            }
        } catch {
            problems.append("\(keyFile.path): \(((error as? StoreError) ?? StoreError(error)).why)")
        }
        outcome.manifest = manifest
        outcome.problems = problems
        return outcome
    }

    /// Holds what is in a file against its manifest, or puts digests into one that was just written. Returns it, and whether the file can be read.
    private static func check(
        _ container: BackupContainer,
        _ writing: Bool,
        _ problems: inout [String],
        _ progress: BackupProgress
    ) throws -> (BackupManifest, Bool) {
        var manifest = try container.manifest()
        guard try damage(container, &problems) else { return (manifest, false) }
        let (found, structure) = (try container.digests(progress), try container.structure())
        if writing {
            problems += differences(manifest.tables, found, digests: false)
            (manifest.tables, manifest.structure) = (found, structure)
            try container.write(manifest)
        } else {
            problems += differences(manifest.tables, found, digests: true)
            if manifest.structure != structure { problems.append("its tables, indexes or triggers were changed") }
        }
        return (manifest, true)
    }

    /// Whether a file is undamaged.
    @discardableResult
    private static func damage(_ container: BackupContainer, _ problems: inout [String]) throws -> Bool {
        let damage = try container.damage()
        if !damage.isEmpty { problems.append("\(container.path) is damaged: \(damage.prefix(3).joined(separator: "; "))") }
        return damage.isEmpty
    }

    private static func isProven(_ container: BackupContainer, by seal: BackupSeal) throws -> Bool {
        let (_, text, proof) = try container.signedManifest()
        return proof.map { seal.isProof($0, of: text) } ?? false
    }

    private static func notProven(_ container: BackupContainer) -> String {
        "\(container.path) was changed, or its store did not write it: its manifest is not proven by the store's keys"
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

    /// The keys of a store, opened with those at hand; nil where these do not fit.
    static func open(_ keyFile: BackupContainer, _ keys: [Secret], _ problems: inout [String]) throws -> Keyring.Opened? {
        let stored = try keyFile.database.read { db in
            guard try db.tableExists("keyring") else { throw StoreError.refused("it holds no keys") }
            return Dictionary(
                try Row.fetchAll(db, sql: "SELECT name, wrapped FROM keyring").map { ($0[0] as String, $0.bytes(1)) },
                uniquingKeysWith: { $1 }
            )
        }
        do { return try Keyring.open(keys: keys, stored: stored, isEmpty: false, BufferedRandom(SystemRandom())) } catch {
            problems.append("the keys at hand do not open it: \(error.why)")
            return nil
        }
    }

    /// Whether every key is there that orders and runs were hashed with. What was hashed with one that gave way would never be found: neither by a search nor
    /// by an erasure.
    static func finds(_ container: BackupContainer, by keyFile: BackupContainer) throws -> Bool {
        let lookUps = try keyFile.database.read { db in
            guard try db.tableExists("keyring") else { return Set<Int>() }
            return Set(try String.fetchAll(db, sql: "SELECT name FROM keyring").compactMap { Keyring.lookUp($0)?.number })
        }
        let hashed = try container.database.read { db in
            Set(try Int.fetchAll(db, sql: "SELECT DISTINCT lookup_number FROM orders UNION SELECT DISTINCT number FROM run_lookups"))
        }
        return hashed.isSubset(of: lookUps)
    }

    /// Opens rows with the keys at hand, and finds orders by the name that their ATS has for them. Returns how many opened.
    static func sample(
        _ container: BackupContainer,
        _ keyFile: BackupContainer,
        _ opened: Keyring.Opened,
        _ problems: inout [String]
    ) throws -> Int {
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
