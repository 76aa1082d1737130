import Foundation
public import Screening

extension StoreRestore {
    /// Removes the keys of what restores moved aside before a time: they open people who were erased since. The rows stay, and nobody reads them any more.
    /// Calling again does nothing more.
    /// - Returns: what was removed.
    /// - Throws: ``StoreError``.
    public static func removeKeysMovedAside(before time: Timestamp, of url: String, relativeTo folder: String) async throws -> [String] {
        switch try StoreURL.Place(url, relativeTo: folder) {
        case .sqlite(let path):
            let keys = KeyFile.path(of: path)
            let (place, name) = (FileSync.folder(of: keys), keys.split(separator: "/").last.map(String.init) ?? keys)
            return try await StoreBackup.onThread {
                let old = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).filter { file in
                    guard let mark = file.range(of: ".before-") else { return false }
                    let isKeys = [name, name + "-wal", name + "-shm"].contains(String(file[..<mark.lowerBound]))
                    return isKeys && moment(file[mark.upperBound...]).map { $0 < time } ?? false
                }.map { place + "/" + $0 }
                do { for file in old { try FileManager.default.removeItem(atPath: file) } } catch { throw StoreError.unavailable("\(error)") }
                return old.sorted()
            }
        case .postgres(let url):
            return try await StoreBackup.onThread {
                do {
                    let connection = try PostgresConnection(try PostgresOptions(url))
                    let named = "SELECT nspname::text FROM pg_namespace WHERE starts_with(nspname, 'fairlead_keys_before_') ORDER BY nspname"
                    let old = try connection.exchange([PostgresStatement(named, isKept: false)])[0].rows.map { $0.text(0) }.filter { schema in
                        moment(schema.dropFirst("fairlead_keys_before_".count)).map { $0 < time } ?? false
                    }
                    for schema in old {
                        try connection.exchange([PostgresStatement("DROP SCHEMA \(PostgresTable.quoted(schema)) CASCADE", isKept: false)])
                    }
                    return old
                } catch { throw StoreError(postgres: error) }
            }
        }
    }

    /// The moment that a name ends with: `20261130T010203`, in small letters too.
    private static func moment(_ text: Substring) -> Timestamp? {
        let digits = text.filter(\.isNumber).map(String.init)
        guard digits.count == 14 else { return nil }
        func part(_ range: Range<Int>) -> String { digits[range].joined() }
        return Timestamp(iso8601: "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z")
    }
}
