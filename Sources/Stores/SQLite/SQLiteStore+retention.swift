import Foundation
import Screening

extension SQLiteStore {
    /// What was deleted is overwritten in the files; the write-ahead logs still have pages as they were, and are emptied.
    func finishRemoval() async throws {
        try await truncateLog()
        try keyFile.truncateLog()
    }

    func sizes() async throws -> StoreSizes {
        func size(_ path: String) -> Int { (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0 }
        let path = identity.place
        return StoreSizes(rows: size(path), log: size(path + "-wal"), keys: size(keyFile.path))
    }
}
