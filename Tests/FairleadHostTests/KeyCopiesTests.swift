import Foundation
import Screening
import ScreeningTesting
import Stores
import Testing

@testable import FairleadHost

/// An erasure's certificate says until when copies of the keys live: the host sees to those that it and its commands have made.
@Suite("Copies of the keys") struct KeyCopiesTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-copies-\(UUID().uuidString)")

    @Test("Those of old backups and of what was killed go once their time is over; rows, the newest backup's keys and all else stay")
    func gone() async throws {
        let backups = folder.appending(path: "backups").path
        try FileManager.default.createDirectory(atPath: backups, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = Settings(store: .sqlite(path: folder.path + "/store.db"), pluginPaths: [])
        let store = try await settings.store.open(keys: [], clock: SystemClock(), random: SystemRandom())
        let now = SystemClock().now()
        func days(_ count: Int64) -> Timestamp { now + .seconds(-count * 86_400) }
        func put(_ name: String, _ written: Timestamp) throws {
            let path = folder.path + "/" + name
            try Data("x".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: Double(written.milliseconds) / 1000)],
                ofItemAtPath: path
            )
        }
        for age: Int64 in [50, 40, 20] {
            let name = "backups/" + BackupFolder.name(at: days(age))
            try put(name, days(age))
            try put(name + ".keys", days(age))
        }
        let schema = ["backups/before-schema-2-1.backup", "before-schema-2-2.backup"]
        for name in schema { for file in [name, name + ".keys"] { try put(file, days(31)) } }
        let left = [
            "store.db.copying.keys", "store.db.copying", "store.db.rehearsal", "store.db.restoring-keys.db", "store.db.restoring.db",
            "store.db.new-keys.db",
            "backups/fairlead-20261130T010203Z.backup.keys.partial", "backups/fairlead-20261130T010203Z.backup.partial",
        ]
        for file in left { try put(file, days(2)) }
        let kept = ["backups/mine.backup.keys", "store-keys.db.mine", "other.keys"]
        for file in kept { try put(file, days(400)) }
        try put("backups/young.backup.keys.partial", now)

        let log = LogRecorder()
        let copies = KeysMovedAside(
            store: store,
            url: settings.store.url,
            backups: backups,
            window: { .seconds(30 * 86_400) },
            clock: ManualClock(at: now),
            removalTime: { now },
            logger: log.logger
        )
        await copies.removeOld()
        func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.path + "/" + name) }
        for age: Int64 in [50, 40, 20] {
            let name = "backups/" + BackupFolder.name(at: days(age))
            #expect(isThere(name) && isThere(name + ".keys") == (age == 20), "\(age)")
        }
        for name in schema { #expect(isThere(name) && !isThere(name + ".keys"), "\(name)") }
        for name in left { #expect(!isThere(name), "\(name)") }
        for name in kept + ["backups/young.backup.keys.partial", "store.db", "store-keys.db"] { #expect(isThere(name), "\(name)") }
        #expect(log.lines.count { $0.contains("backup.keys_removed") } == 4 && log.lines.count { $0.contains("backup.left_removed") } == left.count)

        // The newest keeps its keys, however old it is: without any, a PostgreSQL store could not be restored at all.
        #expect(BackupFolder.removeKeys(in: [backups], before: now + .seconds(86_400)).isEmpty)
        await store.close()
    }
}
