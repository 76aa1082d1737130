import CrashTesting
import Foundation
import Logging
import Screening
import ScreeningTesting
import Testing

@testable import FairleadHost
@testable import Pipeline
@testable import Stores

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

    @Test("A clock that went ahead and came back keeps nobody from making backups, and what it made goes first") func clockSetBack() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-schedule-\(UUID().uuidString)").path
        let backups = folder + "/backups"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var settings = Settings(store: .sqlite(path: folder + "/store.db"), pluginPaths: [])
        (settings.backup.path, settings.backup.every, settings.backup.keep) = (backups, .seconds(600), 1)
        let clock = ManualClock()
        let store = try await settings.store.open(keys: [], clock: clock, random: SystemRandom())
        let schedule = BackupSchedule(settings: settings, store: store, replica: "rep_1", clock: clock, logger: Logger(label: "test"))
        func issues() async -> [IssueCause: JSON] { await BackupSchedule.source(settings, store, since: clock.now()).look(clock.now()) }
        clock.advance(by: .seconds(86_400 * 365))
        await schedule.makeIfDue(in: backups)
        #expect(try await store.backupState().madeAt == clock.now())
        clock.advance(by: .seconds(-86_400 * 365))
        #expect(await issues().keys.map(\.kind) == [.backupLate])
        for _ in 0..<3 {
            await schedule.makeIfDue(in: backups)
            let state = try await store.backupState()
            #expect(state.madeAt == clock.now() && state.provenAt == clock.now())
            #expect(BackupFolder.backups(in: backups) == [BackupFolder.name(at: clock.now())])
            #expect(await issues().isEmpty)
            clock.advance(by: .seconds(600))
        }
        await store.close()
    }

    @Test("While the audit's chain is broken backups are made, the newest alone is kept, and no proven one goes for it") func broken() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-schedule-\(UUID().uuidString)").path
        let backups = folder + "/backups"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var settings = Settings(store: .sqlite(path: folder + "/store.db"), pluginPaths: [])
        (settings.backup.path, settings.backup.every, settings.backup.keep) = (backups, .seconds(3600), 2)
        let (clock, log) = (ManualClock(), LogRecorder())
        let store = try #require(try await settings.store.open(keys: [], clock: clock, random: SystemRandom()) as? SQLiteStore)
        for _ in 0..<4 { try await store.record(AuditAct(by: .system, "orders.read")) }
        let schedule = BackupSchedule(settings: settings, store: store, replica: "rep_1", clock: clock, logger: log.logger)
        var made: [String] = []
        /// Makes the next, and gives the numbers of those that are there, with their keys.
        func next() async throws -> [Int] {
            clock.advance(by: .seconds(3600))
            made.append(BackupFolder.name(at: clock.now()))
            await schedule.makeIfDue(in: backups)
            let there = try FileManager.default.contentsOfDirectory(atPath: backups)
            #expect(there.count == 2 * there.count { $0.hasSuffix(".backup") })
            return made.indices.filter { there.contains(made[$0]) && there.contains(made[$0] + ".keys") }
        }
        func change(to action: String) async throws {
            try await store.write(TouchedRows()) { try $0.change("UPDATE audit SET action = $1 WHERE seq = 2", [.text(action)]) }
        }
        func issues() async -> [IssueCause: JSON] { await BackupSchedule.source(settings, store, since: clock.now()).look(clock.now()) }

        #expect(try await next() == [0])
        #expect(try await next() == [0, 1])
        #expect(try await next() == [1, 2])
        let proven = clock.now()
        #expect(await issues().isEmpty)
        try await change(to: "orders.none")
        #expect(try await next() == [1, 2, 3])
        #expect(try await next() == [1, 2, 4])
        #expect(try await next() == [1, 2, 5])
        let state = try await store.backupState()
        #expect(state.madeAt == clock.now() && state.provenAt == proven && state.hasFailed)
        let found = await issues()
        #expect(found.count == 1 && found[IssueCause(.backupNotProven)]?["why"]?.text?.contains("broken at entry 2") == true, "\(found)")
        #expect(log.lines.count { $0.contains("backup.unproven") } == 3 && !log.lines.contains { $0.contains("backup.failed") })
        let outcome = try await StoreBackup.verify(backups + "/" + made[5], keys: [])
        #expect(outcome.isWhole && outcome.brokenChain?.entry == 2, "\(outcome.reasons)")
        let gauges = StoreGauges.backups(state)
        func gauge(_ name: String) -> Double? { gauges.first { $0.name == "fairlead_backup_last_\(name)_timestamp_seconds" }?.value }
        #expect(gauge("made") == clock.now().seconds && gauge("proven") == proven.seconds)

        // Once the chain is right, the last of that time goes when as many proven ones are newer.
        try await change(to: "orders.read")
        #expect(try await next() == [2, 5, 6])
        #expect(await issues().isEmpty)
        #expect(try await next() == [6, 7])
        await store.close()
    }
}
