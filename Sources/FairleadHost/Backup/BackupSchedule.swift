import Foundation
import Logging
import Pipeline
import Screening
import ServiceLifecycle
import Stores

/// Makes backups by itself, as `backup` in the settings says: of all replicas on a store one makes each.
struct BackupSchedule: Service {
    let settings: Settings
    let store: any Store
    let replica: String
    let clock: any WallClock
    let logger: Logger

    private static let look = Duration.seconds(20)
    /// After this long whoever began a backup is taken to be gone.
    private static let patience = Duration.seconds(3600)

    /// Looks until shutdown whether one is due.
    func run() async throws {
        guard let folder = settings.backup.path else { return try await gracefulShutdown() }
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await makeIfDue(in: folder)
            do { try await cancelWhenGracefulShutdown { try await clock.sleep(for: Self.look) } } catch { break }
        }
    }

    /// Makes one where one is due and nobody else makes it.
    func makeIfDue(in folder: String) async {
        let now = clock.now()
        do {
            let state = try await store.backupState()
            // What a clock that went ahead has written is not waited for.
            if let madeAt = state.madeAt, BackupState.isPast(madeAt, at: now), now < madeAt + settings.backup.every { return }
            // What failed is tried again after a tenth of the time between two, five minutes at least.
            let pause = max(.seconds(300), settings.backup.every / 10)
            if let failedAt = state.failedAt, BackupState.isPast(failedAt, at: now), state.hasFailed, now < failedAt + pause { return }
            let isOurs = try await store.takeOnBackup(
                replica,
                madeBefore: now + (.zero - settings.backup.every) + .milliseconds(1),
                begunBefore: now + (.zero - Self.patience),
                at: now
            )
            if isOurs { try await make(in: folder, at: now) }
        } catch {
            logger.warning("whether a backup is due is not known", metadata: ["event": "backup.unknown", "error": "\(error)"])
        }
    }

    private func make(in folder: String, at now: Timestamp) async throws {
        let begun = ContinuousClock.now
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let outcome = try await StoreBackup.make(
                of: settings.store.url,
                relativeTo: "/",
                at: folder + "/" + BackupFolder.name(at: now),
                keys: settings.encryptionKeys,
                version: Release.version,
                now: now
            )
            let took = ContinuousClock.now - begun
            try await store.noteBackup(madeAt: now, bytes: outcome.bytes + outcome.keyBytes, took: took, unproven: outcome.whyUnproven)
            let removed = BackupFolder.removeOld(in: folder, keeping: settings.backup.keep, at: now)
            if let why = outcome.whyUnproven {
                return logger.error("a backup was made, and is not proven", metadata: ["event": "backup.unproven", "why": "\(why)"])
            }
            logger.notice(
                "a backup was made and proven",
                metadata: [
                    "event": "backup.made", "bytes": .stringConvertible(outcome.bytes), "rows_opened": .stringConvertible(outcome.sampled),
                    "ms": .stringConvertible(took.wholeMilliseconds), "removed": .stringConvertible(removed),
                ]
            )
        } catch {
            logger.error("no backup was made", metadata: ["event": "backup.failed", "error": "\(error)"])
            try await store.noteBackup(failedAt: now, why: "\(error)")
        }
    }
}

/// The backups in a folder, by the names that the host gives them.
enum BackupFolder {
    private static let (prefix, suffix, beforeSchema) = ("fairlead-", ".backup", "before-schema-")

    /// `fairlead-20261130T010203Z.backup`
    static func name(at time: Timestamp) -> String {
        prefix + time.iso8601.prefix(19).replacing("-", with: "").replacing(":", with: "") + "Z" + suffix
    }

    /// The backups, the oldest first.
    /// - Parameter now: the time: what names a later one was made before, by a clock that was wrong. Nil where nobody cares.
    static func backups(in folder: String, at now: Timestamp? = nil) -> [String] {
        let all = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasPrefix(prefix) && $0.hasSuffix(suffix) && $0.utf8.count == prefix.utf8.count + suffix.utf8.count + 16
        }.sorted()
        guard let now else { return all }
        func isPast(_ name: String) -> Bool { moment(name).map { BackupState.isPast($0, at: now) } ?? true }
        return all.filter { !isPast($0) } + all.filter(isPast)
    }

    /// Removes all but the newest, each with its keys. Returns how many. One that is proven goes for newer proven ones alone; of those whose audit's chain is
    /// broken the newest stays, until as many proven ones are newer.
    static func removeOld(in folder: String, keeping count: Int, at now: Timestamp) -> Int {
        let all = backups(in: folder, at: now)
        let broken = all.filter { StoreBackup.saysBrokenChain(folder + "/" + $0) }
        let proven = all.filter { !broken.contains($0) }
        func place(_ name: String) -> Int { all.firstIndex(of: name) ?? 0 }
        let isNeeded = proven.count < count || broken.last.map { place($0) > place(proven[proven.count - count]) } ?? false
        let old = proven.dropLast(count) + broken.dropLast(isNeeded ? 1 : 0)
        for name in old {
            // The keys first: rows alone tell nobody anything.
            try? FileManager.default.removeItem(atPath: folder + "/" + StoreBackup.keys(of: name))
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
        return old.count
    }

    /// Removes the keys of backups that are older than a time, but for those of the newest: without any keys a PostgreSQL store cannot be restored at all.
    /// Their rows stay. Returns which.
    static func removeKeys(in folders: [String], before time: Timestamp) -> [String] {
        let files = FileManager.default
        var removed: [String] = []
        for folder in Set(folders).sorted() {
            let scheduled = backups(in: folder).dropLast().filter { moment($0).map { $0 < time } ?? false }
            let others = ((try? files.contentsOfDirectory(atPath: folder)) ?? []).sorted().filter { name in
                guard name.hasPrefix(beforeSchema), name.hasSuffix(StoreBackup.keys(of: suffix)) else { return false }
                let written = (try? files.attributesOfItem(atPath: folder + "/" + name))?[.modificationDate] as? Date
                return written.map { $0.timeIntervalSince1970 < Double(time.milliseconds) / 1000 } ?? false
            }
            for name in scheduled.map(StoreBackup.keys) + others where files.fileExists(atPath: folder + "/" + name) {
                if (try? files.removeItem(atPath: folder + "/" + name)) != nil { removed.append(folder + "/" + name) }
            }
        }
        return removed
    }

    /// The moment that a backup's name says.
    private static func moment(_ name: String) -> Timestamp? {
        let digits = Array(name.dropFirst(prefix.count).filter(\.isNumber))
        guard digits.count == 14 else { return nil }
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        return Timestamp(iso8601: "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z")
    }
}

extension BackupSchedule {
    /// Where the audit ended when the newest backup in the host's folder was made, for whoever looks the chain through: what was cut off since together with the
    /// record of where it ended. Nothing where the store was restored since.
    static func auditAnchors(_ settings: Settings, _ store: any Store, at now: Timestamp) async -> [AuditHead] {
        guard let folder = settings.backup.path, let name = BackupFolder.backups(in: folder, at: now).last,
            let newest = StoreBackup.auditHead(in: folder + "/" + name, of: store.identity.id), let restores = try? await store.restores()
        else { return [] }
        return restores.contains { $0.restoredAt >= newest.at } ? [] : [newest.head]
    }

    /// Whether backups come as they should.
    static func source(_ settings: Settings, _ store: any Store, since began: Timestamp) -> IssueSource {
        IssueSource { now in
            guard settings.backup.path != nil, let state = try? await store.backupState() else { return [:] }
            var found: [IssueCause: JSON] = [:]
            let last = state.madeAt ?? began
            if now - last > settings.backup.every + settings.backup.every / 2 + .seconds(60) || !BackupState.isPast(last, at: now) {
                found[IssueCause(.backupLate)] = ["last_made_at": JSON(state.madeAt)]
            }
            if state.hasFailed { found[IssueCause(.backupNotProven)] = ["why": JSON(state.failure), "failed_at": JSON(state.failedAt)] }
            return found
        }
    }
}
