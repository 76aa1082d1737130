import Crypto
import Foundation
import GRDB
import Screening

/// The digest of a backup's whole file, which is in the file itself: pages that no row uses, and bytes between rows, are under it as well, so that a disk that
/// loses or changes any of them is found out.
///
/// It stands in the manifest's row, which is alone on its page, and is taken as zeros where it stands. Behind it is what proves it by the store's keys: nobody
/// without them writes another. A copy of the rows has other bytes, and so none.
struct FileDigest {
    /// SHA-256 of the file, then its proof.
    static let length = 64
    private static let part = 32

    let path: String
    private let offset: UInt64
    /// What stands there.
    let value: [UInt8]

    /// Where it stands in a file; nil where the file has none.
    init?(of container: BackupContainer) throws {
        path = container.path
        let found = try container.database.read { db -> (page: Int64, size: Int64, value: [UInt8])? in
            let table = BackupContainer.manifestTable
            guard try db.columns(in: table).contains(where: { $0.name == "file" }),
                let value = try Data.fetchOne(db, sql: "SELECT file FROM \(table)"), value.count == Self.length,
                let page = try Int64.fetchOne(db, sql: "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?", arguments: [table]),
                let size = try Int64.fetchOne(db, sql: "PRAGMA page_size")
            else { return nil }
            return (page, size, Array(value))
        }
        guard let found else { return nil }
        let start = UInt64((found.page - 1) * found.size)
        let file = try FileHandle(forReadingFrom: URL(filePath: container.path))
        defer { try? file.close() }
        try file.seek(toOffset: start)
        guard let page = try file.read(upToCount: Int(found.size)), let place = page.firstRange(of: found.value) else { return nil }
        (offset, value) = (start + UInt64(place.lowerBound - page.startIndex), found.value)
    }

    /// Puts the digest of the file as it is into it, which nobody has open. Returns what was put there.
    func write(provenBy seal: BackupSeal, pace: BackgroundPace?) throws -> [UInt8] {
        let digest = try digest(pace)
        let value = digest + seal.proof(of: Self.text(digest))
        let file = try FileHandle(forUpdating: URL(filePath: path))
        defer { try? file.close() }
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(value))
        return value
    }

    /// Whether the file is as it was when the digest was put into it.
    /// - Parameter seal: what proves it; nil where the store's keys are not at hand.
    func isRight(by seal: BackupSeal?) throws -> Bool {
        let (said, proof) = (Array(value.prefix(Self.part)), Array(value.dropFirst(Self.part)))
        return try digest(nil) == said && seal?.isProof(proof, of: Self.text(said)) ?? true
    }

    private static func text(_ digest: [UInt8]) -> String { "file " + digest.hex }

    private func digest(_ pace: BackgroundPace?) throws -> [UInt8] {
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        defer { try? file.close() }
        var hash = SHA256()
        var position: UInt64 = 0
        while var bytes = try file.read(upToCount: 1 << 20), !bytes.isEmpty {
            let end = position + UInt64(bytes.count)
            let (first, last) = (max(offset, position), min(offset + UInt64(Self.length), end))
            if first < last {
                let range = bytes.startIndex + Int(first - position)..<bytes.startIndex + Int(last - position)
                bytes.replaceSubrange(range, with: repeatElement(0, count: range.count))
            }
            hash.update(data: bytes)
            position = end
            pace?.pass()
        }
        return Array(hash.finalize())
    }
}

extension BackupProof {
    /// Puts the digests of both files into them, once nobody has them open.
    static func putDigests(into files: BackupFiles, keys: [Secret], pace: BackgroundPace?) throws {
        guard let keysPath = files.keysPath else { return }
        var problems: [String] = []
        let keyFile = try BackupContainer(keysPath, isReadOnly: true)
        let opened = try open(keyFile, keys, &problems)
        keyFile.close()
        guard let opened else { throw StoreError.corrupt(problems.joined(separator: "; ")) }
        for path in [files.path, keysPath] {
            guard let digest = try place(in: path) else { throw StoreError.corrupt("\(path): its manifest has no place for the digest of the file") }
            let value = try digest.write(provenBy: BackupSeal(opened.index), pace: pace)
            guard try place(in: path)?.value == value else { throw StoreError.corrupt("\(path): the digest of the file did not come to its place") }
        }
    }

    private static func place(in path: String) throws -> FileDigest? {
        let container = try BackupContainer(path, isReadOnly: true)
        defer { container.close() }
        return try FileDigest(of: container)
    }

    /// What is wrong with the bytes of a file whose rows are right; nil where nothing is, or where it was written before files had digests.
    static func damagedBytes(_ container: BackupContainer, _ manifest: BackupManifest, by seal: BackupSeal?) throws -> String? {
        guard manifest.hasFileDigest else { return nil }
        if try FileDigest(of: container)?.isRight(by: seal) == true { return nil }
        return "bytes of \(container.path) that no row uses were changed: its rows are as they were, and the disk that it is on may lose others"
    }
}
