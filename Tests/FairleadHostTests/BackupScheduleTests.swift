import CrashTesting
import Foundation
import Logging
import Screening
import ScreeningTesting
import Stores
import Testing

@testable import FairleadHost

@Suite("Backups that hosts make by themselves") struct BackupScheduleTests {
    @Test("Of three replicas that look at the same moment exactly one makes each backup", arguments: [false, true])
    func one(isPooled: Bool) async throws {
        let direct = try await PostgresServer.shared.value.newDatabase()
        let url = isPooled ? try await PgBouncer.shared.value.url(of: direct) : direct
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-schedule-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var settings = Settings(store: .postgres(url: Secret(url)), pluginPaths: [])
        (settings.backup.path, settings.backup.every, settings.backup.keep) = (folder, .seconds(3600), 100)
        let clock = ManualClock()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var replicas: [BackupSchedule] = []
        for number in 0..<3 {
            let store = try await settings.store.open(keys: [], clock: SystemClock(), random: SystemRandom())
            replicas.append(BackupSchedule(settings: settings, store: store, replica: "rep_\(number)", clock: clock, logger: logger))
        }
        func made() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: folder).count { $0.hasSuffix(".backup") } }
        for round in 1...4 {
            await withTaskGroup { group in for replica in replicas { group.addTask { await replica.makeIfDue(in: folder) } } }
            #expect(try made() == round)
            // Nobody makes another before it is due.
            for replica in replicas { await replica.makeIfDue(in: folder) }
            #expect(try made() == round)
            #expect(try await replicas[0].store.backupState().madeAt == clock.now())
            clock.advance(by: .seconds(3600))
        }
        for replica in replicas { await replica.store.close() }
    }

    @Test("What a host began and did not end another makes after an hour, and not before") func takenOver() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-schedule-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var settings = Settings(store: .sqlite(path: folder + "/store.db"), pluginPaths: [])
        (settings.backup.path, settings.backup.every) = (folder + "/backups", .seconds(86_400))
        let clock = ManualClock()
        let store = try await settings.store.open(keys: [], clock: clock, random: SystemRandom())
        let now = clock.now()
        #expect(try await store.takeOnBackup("rep_gone", madeBefore: now, begunBefore: now, at: now))
        let schedule = BackupSchedule(settings: settings, store: store, replica: "rep_1", clock: clock, logger: Logger(label: "test"))
        await schedule.makeIfDue(in: folder + "/backups")
        #expect(try await store.backupState().madeAt == nil)
        clock.advance(by: .seconds(3601))
        await schedule.makeIfDue(in: folder + "/backups")
        #expect(try await store.backupState().madeAt == clock.now())
        await store.close()
    }
}
