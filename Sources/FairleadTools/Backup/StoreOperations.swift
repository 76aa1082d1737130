import FairleadHost
import Foundation
import Providers
public import Screening
import Stores

/// What is done with a store as a whole, by those who have the settings file: backups, restores, copies.
public struct StoreOperations: Sendable {
    private let settings: Settings
    private let folder: String

    /// Operations on the store that a settings file names. Opens nothing.
    /// - Throws: ``ConfigurationProblems``.
    public init(settings file: String, environment: [String: String]) throws {
        settings = try Settings.read(file: file, environment: environment, providers: Catalog.builtIn.map(\.manifest))
        folder = FileManager.default.currentDirectoryPath
    }

    /// Makes a backup, and notes in the store that there is one.
    /// - Returns: the manifest with `file`, where it is, `bytes`, `key_bytes`, `sampled`, `seconds`, `problems` (empty), `proven` and, where the audit's chain is
    ///   broken, `audit_problem`: then it is kept, and not proven.
    /// - Throws: ``StoreError``.
    public func backup(to path: String, progress: @escaping @Sendable (String, Int64, Int64) -> Void) async throws -> JSON {
        let (now, begun) = (SystemClock().now(), ContinuousClock.now)
        let outcome = try await StoreBackup.make(
            of: settings.store.url,
            relativeTo: folder,
            at: absolute(path),
            keys: settings.encryptionKeys,
            version: Release.version,
            now: now,
            progress: progress
        )
        let took = ContinuousClock.now - begun
        try? await StoreBackup.note(outcome, at: now, took: took, in: settings.store.url, relativeTo: folder)
        var json = Self.json(outcome, took: took)
        // As it was named, where it is there.
        json["file"] = .string(outcome.path == absolute(path) ? path : outcome.path ?? path)
        return json
    }

    /// Checks a backup, also where there is no settings file.
    /// - Parameter file: the settings with `encryption.keys`; nil for `fairlead.yaml`, where there is one.
    /// - Throws: ``StoreError`` where the file is no backup, ``ConfigurationProblems`` where the settings that were named are wrong.
    public static func verify(
        _ path: String,
        keysPath: String?,
        settings file: String?,
        environment: [String: String],
        progress: @escaping @Sendable (String, Int64, Int64) -> Void
    ) async throws -> JSON {
        var keys: [Secret]?
        if let file {
            keys = try Settings.read(file: file, environment: environment, providers: Catalog.builtIn.map(\.manifest)).encryptionKeys
        } else if FileManager.default.fileExists(atPath: "fairlead.yaml") {
            keys = try? Settings.read(file: "fairlead.yaml", environment: environment, providers: Catalog.builtIn.map(\.manifest)).encryptionKeys
        }
        let begun = ContinuousClock.now
        let outcome = try await StoreBackup.verify(path, keysPath: keysPath, keys: keys, progress: progress)
        return json(outcome, took: ContinuousClock.now - begun)
    }

    /// Puts a backup in the place of the store.
    /// - Parameters:
    ///   - erasures: a copy of what was erased since; nil for what stands at the store.
    ///   - withoutErasures: whether it goes on where nothing says who was erased since.
    /// - Returns: the manifest with `audit_problem` (what is wrong with the audit's chain in it), `restored_at`, `moved_aside`, `keys_from`, `webhooks_disabled`, `without_erasures`, `unread_erasures` and `not_in_settings`, the accounts and
    ///   connections that open orders name and the settings lack.
    /// - Throws: ``StoreError``.
    public func restore(
        _ path: String,
        keysPath: String?,
        erasures: String? = nil,
        withoutErasures: Bool = false,
        replacing: Bool,
        progress: @escaping @Sendable (String, Int64, Int64) -> Void
    ) async throws -> JSON {
        let outcome = try await StoreRestore.restore(
            absolute(path),
            keysPath: keysPath.map(absolute),
            ledger: erasures.map { .copy(absolute($0)) } ?? (withoutErasures ? .unknown : .standing),
            into: settings.store.url,
            relativeTo: folder,
            keys: settings.encryptionKeys,
            replacing: replacing,
            now: SystemClock().now(),
            progress: progress
        )
        var json = outcome.manifest.json
        json["restored_at"] = JSON(outcome.restoredAt)
        json["moved_aside"] = .array(outcome.movedAside.map { .string($0) })
        json["keys_from"] = .string(outcome.keys)
        json["webhooks_disabled"] = .array(outcome.disabledWebhooks.map { .string($0) })
        json["audit_problem"] = JSON(outcome.brokenChain?.sentence)
        json["without_erasures"] = .bool(outcome.isWithoutErasures)
        json["unread_erasures"] = .int(Int64(outcome.unreadErasures))
        json["not_in_settings"] = .array(await missingNames().map(\.json))
        json["keys_moved_aside_until"] = outcome.movedAside.isEmpty ? .null : JSON(outcome.restoredAt + settings.erasureWindow)
        return json
    }

    /// What open orders name and the settings lack; nothing where that cannot be told just now: the host says it when it starts.
    private func missingNames() async -> [MissingName] {
        let opened = try? await settings.store.open(keys: settings.encryptionKeys, clock: SystemClock(), random: SystemRandom())
        guard let store = opened else { return [] }
        let orders = (try? await store.openOrders()) ?? []
        await store.close()
        return orders.missing(accounts: Set(settings.accounts.map(\.id)), connections: Set(settings.connections.map(\.id)))
    }

    /// Copies the store into an empty one.
    /// - Returns: `{store, to, tables, left_out}`, each table with its rows and their digest.
    /// - Throws: ``StoreError``.
    public func copy(to url: String, progress: @escaping @Sendable (String, Int64, Int64) -> Void) async throws -> JSON {
        let outcome = try await StoreCopy.copy(
            from: settings.store.url,
            to: url,
            relativeTo: folder,
            version: Release.version,
            now: SystemClock().now(),
            progress: progress
        )
        return [
            "store": .string(outcome.store), "to": .string(Self.withoutPassword(url)),
            "tables": .array(
                outcome.tables.map { ["name": .string($0.name), "rows": .int(Int64($0.rows)), "digest": .string($0.digest)] }
            ), "left_out": .array(outcome.leftOut.map { .string($0) }),
        ]
    }

    /// Gives the disk back what the store does not need any more, beside a stopped host.
    /// - Returns: `{bytes, bytes_after}`.
    /// - Throws: ``StoreError``.
    public func compact() async throws -> JSON {
        let sizes = try await StoreCompaction.compact(settings.store.url, relativeTo: folder)
        return ["bytes": .int(sizes.before), "bytes_after": .int(sizes.after)]
    }

    /// Brings the schema up to date, a backup first where there are rows; or tries it on a copy.
    /// - Returns: `{present, known, steps: [{number, name, seconds}], rows, bytes, bytes_after, backup}`.
    /// - Throws: ``StoreError``.
    public func migrate(isRehearsal: Bool, progress: @escaping @Sendable (String, Int64, Int64) -> Void) async throws -> JSON {
        let now = SystemClock().now()
        let plan = try await StoreMigration.rehearse(
            settings.store.url,
            relativeTo: folder,
            version: Release.version,
            now: now,
            progress: progress
        )
        var json: JSON = [
            "present": .int(Int64(plan.present)), "known": .int(Int64(plan.known)), "rows": .int(Int64(plan.rows)), "bytes": .int(plan.bytes),
            "bytes_after": .int(plan.bytesAfter), "backup": .null,
            "steps": .array(
                plan.steps.map { ["number": .int(Int64($0.number)), "name": .string($0.name), "seconds": .double(Self.seconds($0.took))] }
            ),
        ]
        guard !isRehearsal, !plan.steps.isEmpty || plan.present == 0 else { return json }
        if plan.rows > 0 {
            let path = (settings.backup.path ?? folder) + "/before-schema-\(plan.known).backup"
            let made = try await backup(to: path, progress: progress)
            json["backup"] = made["file"] ?? .string(path)
            json["audit_problem"] = made["audit_problem"] ?? .null
        }
        let store = try await settings.store.open(keys: settings.encryptionKeys, clock: SystemClock(), random: SystemRandom())
        await store.close()
        return json
    }

    /// Tenths are enough.
    private static func seconds(_ duration: Duration) -> Double {
        (Double(duration.components.seconds) * 10 + Double(duration.components.attoseconds) / 1e17).rounded() / 10
    }

    /// The place of a store without who opens it.
    private static func withoutPassword(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@"), let scheme = url.range(of: "://") else { return url }
        return url[..<scheme.upperBound] + String(url[url.index(after: at)...].prefix { $0 != "?" })
    }

    private func absolute(_ path: String) -> String { URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: folder)).path }

    private static func json(_ outcome: StoreBackup.Outcome, took: Duration) -> JSON {
        var json = outcome.manifest.json
        json["bytes"] = .int(outcome.bytes)
        json["key_bytes"] = .int(outcome.keyBytes)
        json["sampled"] = .int(Int64(outcome.sampled))
        json["seconds"] = .double(seconds(took))
        json["problems"] = .array(outcome.problems.map { .string($0) })
        json["proven"] = .bool(outcome.isProven)
        json["not_proven_because"] = JSON(outcome.unproven ?? outcome.brokenChain?.sentence)
        json["audit_problem"] = JSON(outcome.brokenChain?.sentence)
        json["sealed"] = .bool(outcome.isSealed)
        return json
    }
}
