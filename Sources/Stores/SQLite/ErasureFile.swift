import Foundation
import GRDB
import Screening
import Synchronization

/// What was erased and revoked, in a file beside the store: `NAME-erasures`, a line for each entry. It is in no backup, so that a backup that is restored is
/// told what was erased since it was made.
///
/// Its first line says whose it is: so a file without an entry says that nobody was erased, and one that is missing says nothing. Lines are only ever added,
/// the newest of an erasure counts, and one whose writer was killed is passed over.
final class ErasureFile: Sendable {
    let path: String
    private let lock = Mutex(())

    /// The path of what was erased from a store.
    static func path(of store: String) -> String { (store.hasSuffix(".db") ? String(store.dropLast(3)) : store) + "-erasures" }

    init(of store: String) { path = Self.path(of: store) }

    init(_ path: String) { self.path = path }

    /// Begins the file of a store; does nothing where there is one.
    func begin(store id: String) throws {
        if !FileManager.default.fileExists(atPath: path) { try append(Self.heading(id)) }
    }

    /// The line that says whose file it is.
    static func heading(_ store: String) -> String { (["store": .string(store)] as JSON).string() }

    /// The store whose file it is; nil where it does not say, or is not there.
    func store() throws -> String? { try lines().lazy.compactMap(Self.store(named:)).first }

    /// The store that a line names as the file's; nil for any other line.
    static func store(named line: String) -> String? { (try? JSON(parsing: Array(line.utf8)))?["store"]?.text }

    /// The tokens that were revoked.
    func revocations() throws -> Set<String> { Set(try lines().compactMap { Revocation($0)?.token }) }

    /// Every line that is whole.
    func lines() throws -> [String] {
        try lock.withLock { _ in
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            guard let data = FileManager.default.contents(atPath: path) else {
                throw StoreError.unavailable("what was erased cannot be read: \(path)")
            }
            return data.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Every erasure but those that were taken back, oldest first, as it was written down last.
    func entries() throws -> [LedgerEntry] {
        var (order, entries) = ([String](), [String: LedgerEntry]())
        for entry in try lines().compactMap({ LedgerEntry($0) }) {
            if entries.updateValue(entry, forKey: entry.erasure.id) == nil { order.append(entry.erasure.id) }
        }
        return order.compactMap { entries[$0] }.filter { !$0.isWithdrawn }
    }

    /// Adds an entry; it is on disk once this returns.
    func write(_ entry: LedgerEntry) throws { try append(entry.text) }

    /// Adds a line; it is on disk once this returns.
    func append(_ line: String) throws {
        try lock.withLock { _ in
            let isNew = !FileManager.default.fileExists(atPath: path)
            try FileLock.makePrivate(path)
            let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
            guard descriptor >= 0 else { throw StoreError.unavailable("what is to be erased cannot be written down: \(path)") }
            defer { close(descriptor) }
            // A line that was cut off must not run into this one.
            var bytes = Array(("\n" + line + "\n").utf8)[...]
            while !bytes.isEmpty {
                let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
                guard written > 0 else { throw StoreError.unavailable("what is to be erased cannot be written down: \(path)") }
                bytes = bytes.dropFirst(written)
            }
            guard fsync(descriptor) == 0 else { throw StoreError.unavailable("what is to be erased cannot be written down: \(path)") }
            if isNew {
                let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
                if folder >= 0 {
                    fsync(folder)
                    close(folder)
                }
            }
        }
    }
}

extension SQLiteStore {
    func ledger() async throws -> [LedgerEntry] { try erasureFile.entries() }

    func write(ledger entry: LedgerEntry) async throws { try erasureFile.write(entry) }

    func destroy(keys: [Int64]) async throws { try await keyFile.destroy(keys) }

    /// What was deleted is overwritten in the file already; the log still has the pages as they were.
    func forgetTraces() async throws {
        try await truncateKeyLog()
        try await truncateLog()
    }
}

extension SQLiteStore {
    private func truncateKeyLog() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async { [keyFile] in continuation.resume(with: Result { try keyFile.truncateLog() }) }
        }
    }
}

extension WriteTransaction {
    mutating func forgetDedupeKeys(of event: String) throws {
        try db.run(
            "DELETE FROM received_keys WHERE (bucket, event) IN (SELECT seq / 1024, seq FROM events WHERE id = ?)",
            [event]
        )
    }

    /// Finds an event by the addresses in it.
    func find(_ row: EventRow) throws {
        for key in row.addresses {
            try db.run(
                "INSERT INTO event_addresses (connection, day, key, event_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [row.connection ?? "", row.day, key, row.id]
            )
        }
    }

    func isHeld(_ subject: String) throws -> Bool {
        try db.first("SELECT 1 FROM legal_holds WHERE subject = ? LIMIT 1", [subject]) != nil
    }

    func isErased(_ place: NewOrder) throws -> Bool { try rows.isMarked(place.external, on: place.row.connection) }

    func wasErasedOpen(_ place: NewOrder) throws -> Bool { try rows.isMarked(place.erasedOpen, on: place.row.connection) }
}

extension StoredRows {
    func dedupeKeys(of event: String) throws -> [[UInt8]] {
        try db.all(
            "SELECT k.key FROM events AS e JOIN received_keys AS k ON k.bucket = e.seq / 1024 AND k.event = e.seq WHERE e.id = ?",
            [event]
        ).map { $0.bytes(0) }
    }
}
