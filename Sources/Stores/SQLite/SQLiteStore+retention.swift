import Foundation
import GRDB
import Screening

extension SQLiteStore {
    /// Free pages that are left to what comes next.
    private static let keptPages = 256
    private static let step = 64

    /// What was deleted is overwritten in the files, and its room goes back to the disk; the write-ahead logs still have pages as they were, and are emptied.
    func finishRemoval() async throws {
        try await giveBackRoom()
        try await truncateLog()
        try keyFile.truncateLog()
    }

    /// Forgets deliveries whose events are gone, a few at a time.
    func forgetReceived(before time: Timestamp) async throws {
        let sql = "SELECT seq FROM past_events WHERE received_at < $1 ORDER BY seq LIMIT \(Self.step)"
        while !Task.isCancelled {
            let found = try await read { try $0.fetch(sql, [.int(time.milliseconds)]).compactMap { $0.int(at: 0) } }
            let numbers = Set(found.map { $0 / ReceivedKeys.eventsPerBucket }).sorted()
            guard let events = SQLValues(found.map { .int($0) }), let buckets = SQLValues(numbers.map { .int($0) }) else { return }
            try await write(TouchedRows()) { transaction in
                let keys = "DELETE FROM received_keys WHERE event IN \(events.list) AND bucket IN \(buckets.list(from: events.values.count + 1))"
                try transaction.change(keys, events.values + buckets.values)
                try transaction.change("DELETE FROM past_events WHERE seq IN \(events.list)", events.values)
            }
        }
    }

    /// Gives free pages back to the disk, so few at a time that whoever writes beside it does not notice. A file that was made without being able to stays
    /// as it is.
    private func giveBackRoom() async throws {
        while !Task.isCancelled {
            let begun = ContinuousClock.now
            let isDone = try await write(TouchedRows()) { [files] transaction in
                let db = transaction.db
                func number(_ pragma: String) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA \(pragma)") ?? 0 }
                let free = try number("freelist_count")
                guard try number("auto_vacuum") == 2, free > Self.keptPages else { return true }
                // More than the step: pages that only say where others are go with them.
                files.mayShrink(to: Int64(try number("page_count") - 2 * Self.step) * Int64(try number("page_size")))
                try db.execute(sql: "PRAGMA incremental_vacuum(\(Self.step))")
                return try number("freelist_count") >= free
            }
            if isDone { return }
            try await Task.sleep(for: max(.milliseconds(5), min(.milliseconds(50), (ContinuousClock.now - begun) * 4)))
        }
    }

    func sizes() async throws -> StoreSizes {
        func size(_ path: String) -> Int { (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0 }
        let path = identity.place
        return StoreSizes(rows: size(path), log: size(path + "-wal"), keys: size(keyFile.path))
    }
}
