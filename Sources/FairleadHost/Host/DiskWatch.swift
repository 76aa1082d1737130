import Foundation
import Pipeline
import Screening

/// Whether the disk that holds the store fills up.
struct DiskWatch {
    /// Less than this is little on any disk.
    static let fewest: Int64 = 512 << 20
    /// More than this is enough, however large the disk is.
    static let enough: Int64 = 10 << 30

    /// Where the store's file is.
    let path: String

    /// Looks at the disk from time to time.
    var source: IssueSource {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        return IssueSource { _ in
            let disk = try? FileManager.default.attributesOfFileSystem(forPath: folder)
            guard let free = (disk?[.systemFreeSize] as? NSNumber)?.int64Value, let size = (disk?[.systemSize] as? NSNumber)?.int64Value,
                DiskWatch.isNearlyFull(free: free, of: size)
            else { return [:] }
            // In whole hundreds of MiB, so that not every byte is news.
            return [IssueCause(.diskNearlyFull, host: Release.machine): ["free_mib": .int((free >> 20) / 100 * 100)]]
        }
    }

    static func isNearlyFull(free: Int64, of size: Int64) -> Bool { free < fewest || (free < size / 10 && free < enough) }
}

extension Settings.StoreLocation {
    /// Where it is, for people: a file, or what the settings say of a database, which is kept to themselves for the password that may be in it.
    package var place: String { disk ?? "the database of store.url" }

    /// The file whose disk this machine can look at; nil for a database that is elsewhere.
    var disk: String? {
        if case .sqlite(let path) = self { return path }
        return nil
    }
}
