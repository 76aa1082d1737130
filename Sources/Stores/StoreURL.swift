import Foundation
public import Screening

/// Opens the store that the settings' `store.url` names.
public enum StoreURL {
    /// Opens a store, making it where there is none yet and bringing an older one up to date.
    ///
    /// - Parameters:
    ///   - url: `sqlite:PATH`, or `postgres://…` with all that libpq understands in it.
    ///   - keys: base64 of 32 bytes each, as in `encryption.keys`: the first seals, all open. Empty for a store that is not sealed.
    ///   - folder: what a relative path is relative to.
    ///   - newStore: whether an empty store may be begun where there was one that is gone. Where there never was one, it is begun in any case.
    /// - Throws: ``StoreError``, `unavailable` also for a URL of another kind. The text never holds the whole URL, nor a password.
    public static func open(
        _ url: String,
        relativeTo folder: String,
        keys: [Secret] = [],
        newStore: Bool = false,
        clock: any WallClock,
        random: any RandomSource
    ) async throws -> any Store {
        let store = try await opened(url, relativeTo: folder, keys: keys, newStore: newStore, clock: clock, random: random)
        // What was erased since a copy was made must not be read from it.
        do { try await store.replayErasures() } catch {
            await store.close()
            throw error
        }
        return store
    }

    private static func opened(
        _ url: String,
        relativeTo folder: String,
        keys: [Secret],
        newStore: Bool,
        clock: any WallClock,
        random: any RandomSource
    ) async throws -> any Store {
        switch try Place(url, relativeTo: folder) {
        case .sqlite(let path): try SQLiteStore(path: path, keys: keys, newStore: newStore, clock: clock, random: random)
        case .postgres(let url): try await PostgresStore.open(url: url, keys: keys, newStore: newStore, clock: clock, random: random)
        }
    }

    /// Refuses a place where there is no store: what only looks at one, or changes something of it, makes none.
    /// - Throws: ``StoreError/refused(_:)`` where there is none, ``StoreError/unavailable(_:)`` where that cannot be known.
    public static func requireStore(at url: String, relativeTo folder: String) async throws {
        switch try Place(url, relativeTo: folder) {
        case .sqlite(let path):
            guard SQLiteStore.isEmpty(path) else { return }
            let nothing = "there is no store in \(path): correct store.url, or start fairlead serve, which makes one"
            throw StoreError.refused(LostStore.evidence(of: path) ?? nothing)
        case .postgres(let url):
            let isThere = try await StoreBackup.onThread {
                do {
                    let connection = try PostgresConnection(try PostgresOptions(url))
                    let sql = "SELECT to_regclass('store_identity') IS NOT NULL"
                    return try connection.exchange([PostgresStatement(sql, isKept: false)])[0].rows.first?.bool(0) ?? false
                } catch { throw StoreError(postgres: error) }
            }
            guard isThere else {
                throw StoreError.refused("the database holds no store: correct store.url, or start fairlead serve, which makes one")
            }
        }
    }

    /// What says that a store was in a file that is missing or empty now, in one sentence with what to do; nil where nothing does, or the file is there.
    public static func lostStore(at path: String) -> String? { SQLiteStore.isEmpty(path) ? LostStore.evidence(of: path) : nil }

    /// Where a store is, as its URL says.
    enum Place {
        /// The file's absolute path.
        case sqlite(String)
        /// The URL.
        case postgres(String)

        /// The file, where it is one.
        var file: String? {
            guard case .sqlite(let path) = self else { return nil }
            return path
        }

        /// - Throws: ``StoreError/unavailable(_:)`` for a URL of another kind.
        init(_ url: String, relativeTo folder: String) throws(StoreError) {
            let scheme = url.prefix { $0 != ":" }.lowercased()
            switch scheme {
            case "sqlite": self = .sqlite(try StoreURL.path(of: url, relativeTo: folder))
            case "postgres", "postgresql": self = .postgres(url)
            default:
                throw .unavailable(
                    "store.url must be sqlite:PATH or postgres://USER@HOST/DATABASE, not \(url.contains(":") ? scheme + ":" : "text without a scheme")"
                )
            }
        }
    }

    /// Copies the store that a URL names as it stands at one moment, whoever has it open.
    static func snapshot(
        of url: String,
        relativeTo folder: String,
        version: String,
        now: Timestamp,
        into files: BackupFiles,
        pace: BackgroundPace? = nil,
        _ progress: BackupProgress
    ) throws {
        switch try Place(url, relativeTo: folder) {
        case .sqlite(let path): try SQLiteSnapshot.write(path, version: version, now: now, into: files, pace: pace, progress)
        case .postgres(let url):
            do { try PostgresSnapshot.write(url, version: version, now: now, into: files, pace: pace, progress) } catch {
                throw StoreError(postgres: error)
            }
        }
    }

    /// The file that a `sqlite:` URL names.
    private static func path(of url: String, relativeTo folder: String) throws(StoreError) -> String {
        var path = url.dropFirst("sqlite:".count)
        if path.hasPrefix("//") { path = path.dropFirst(2) }
        guard !path.isEmpty else { throw .unavailable("store.url names no file") }
        return path.hasPrefix("/") ? String(path) : URL(fileURLWithPath: folder).appendingPathComponent(String(path)).path
    }
}
