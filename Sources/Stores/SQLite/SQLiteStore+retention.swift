import Foundation
import GRDB
import Screening

extension SQLiteStore {
    /// Free pages that are left to what comes next.
    private static let keptPages = 256
    private static let step = 64
    /// Buckets of dedupe keys that are gone through in one transaction.
    private static let buckets = 8

    /// What was deleted is overwritten in the files, and its room goes back to the disk; the write-ahead logs still have pages as they were, and are emptied.
    func finishRemoval() async throws {
        try await giveBackRoom()
        try await truncateLog()
        try keyFile.truncateLog()
    }

    /// Forgets deliveries whose events are gone, oldest first, so few at a time that whoever writes beside it does not notice.
    func forgetReceived(before time: Timestamp) async throws {
        var last: Int64 = 0
        while !Task.isCancelled {
            let (begun, after) = (ContinuousClock.now, last)
            let page = try await read { reading in
                let sql = "SELECT seq, received_at FROM past_events WHERE seq > $1 ORDER BY seq LIMIT 512"
                return try reading.fetch(sql, [.int(after)]).map { (seq: $0.int(at: 0) ?? 0, at: $0.int(at: 1) ?? 0) }
            }
            // Numbers follow time, but for a clock that was set back: where nothing of a page is old enough, nothing after it is.
            let old = page.filter { $0.at < time.milliseconds }.map(\.seq)
            guard !old.isEmpty, let end = page.last?.seq else { return }
            // A bucket is gone through whole: of those that hardly hold anything to forget there are fewer events at a time.
            let numbers = Set(old.map { $0 / ReceivedKeys.eventsPerBucket }).sorted().prefix(Self.buckets)
            let taken = old.filter { numbers.contains($0 / ReceivedKeys.eventsPerBucket) }
            guard let events = SQLValues(taken.map { .int($0) }), let buckets = SQLValues(numbers.map { .int($0) }) else { return }
            try await write(TouchedRows()) { transaction in
                let keys = "DELETE FROM received_keys WHERE event IN \(events.list) AND bucket IN \(buckets.list(from: events.values.count + 1))"
                try transaction.change(keys, events.values + buckets.values)
                try transaction.change("DELETE FROM past_events WHERE seq IN \(events.list)", events.values)
            }
            last = taken.count == old.count ? end : taken.last ?? end
            try await rest(since: begun)
        }
    }

    /// Leaves room to others after a piece of work.
    private func rest(since begun: ContinuousClock.Instant) async throws {
        try await Task.sleep(for: max(.milliseconds(5), min(.milliseconds(50), (ContinuousClock.now - begun) * 4)))
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
            try await rest(since: begun)
        }
    }

    func sizes() async throws -> StoreSizes {
        func size(_ path: String) -> Int { (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0 }
        let path = identity.place
        return StoreSizes(rows: size(path), log: size(path + "-wal"), keys: size(keyFile.path))
    }
}
