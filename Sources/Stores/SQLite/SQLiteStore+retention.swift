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
