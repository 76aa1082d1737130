import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("Restoring a backup") struct RestoreTests {
    @Test("Two restores in one second leave what each of them moved aside", arguments: BackupBed.Kind.allCases)
    func sameSecond(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<2)
        _ = try await bed.backup()
        await store.close()
        let now = SystemClock().now()
        let (first, second) = (try await bed.restore(now: now), try await bed.restore(now: now))
        #expect(!first.movedAside.isEmpty && !second.movedAside.isEmpty && Set(first.movedAside).isDisjoint(with: second.movedAside))
    }

    @Test("What was there at the time of the backup is there again, held, and what came since is moved aside", arguments: BackupBed.Kind.allCases)
    func restored(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<10)
        let identity = store.identity.id
        let made = try await bed.backup()
        try await bed.fill(store, 10..<15)
        await store.close()
        let outcome = try await bed.restore()
        #expect(outcome.manifest == made.manifest && !outcome.movedAside.isEmpty)

        let again = try await bed.open()
        #expect(again.identity.id == identity && !again.identity.isNew)
        for number in 0..<15 {
            #expect((try await again.order(connection: "acme", externalID: "application-\(number)") != nil) == (number < 10), "\(number)")
        }
        let hold = try #require(try await again.state(of: .store).pause)
        #expect(hold.problem.code == "held" && hold.backupAt == made.manifest.at && hold.actor == .system)
        #expect(try await again.restores() == [Restore(restoredAt: outcome.restoredAt, backupAt: made.manifest.at)])
        // A delivery that was received before is known still, and what is new is taken in and sealed.
        #expect(try await again.accept(sampleEvent("evt_again"), dedupe: DedupeKey("delivery-3")).duplicate)
        #expect(try await !again.accept(sampleEvent("evt_new"), dedupe: DedupeKey("delivery-12")).duplicate)
        try await bed.fill(again, 20..<25)
        let event = try #require(try await again.event("evt_new"))
        #expect(event.request.value.body == Array("{}".utf8))
        await again.close()
        #expect(try await bed.backup(at: bed.folder.file("second")).isProven)
    }

    @Test(
        "Webhooks come back disabled until somebody says that they are still wanted; those of the settings are as these say",
        arguments: BackupBed.Kind.allCases
    )
    func webhooks(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        let now = store.clock.now()
        for (id, isEnabled, isFromSettings) in [("ops", true, false), ("off", false, false), ("settings", true, true)] {
            let endpoint = WebhookEndpoint(
                id: id,
                url: "https://hooks.example.test/\(id)",
                events: .all,
                isEnabled: isEnabled,
                keys: [WebhookEndpoint.Key(Secret("whsec_b2xk"), createdAt: now)],
                isFromSettings: isFromSettings,
                createdAt: now
            )
            try await store.keep(endpoint, over: 0)
        }
        _ = try await bed.backup()
        await store.close()
        #expect(try await bed.restore().disabledWebhooks == ["ops"])
        let again = try await bed.open()
        let found = Dictionary(uniqueKeysWithValues: try await again.endpoints().map { ($0.id, $0) })
        #expect(found["ops"]?.isEnabled == false && found["ops"]?.disabled?.code == "restored" && found["ops"]?.keys.count == 1)
        #expect(found["off"]?.isEnabled == false && found["off"]?.disabled == nil)
        #expect(found["settings"]?.isEnabled == true)
        var wanted = try #require(found["ops"])
        let version = wanted.version
        (wanted.isEnabled, wanted.disabled, wanted.version) = (true, nil, version + 1)
        try await again.keep(wanted, over: version)
        #expect(try await again.endpoints().first { $0.id == "ops" }?.isEnabled == true)
        await again.close()
    }

    @Test(
        "What went by its age, and was not in the audit yet when the backup was made, is recorded by the restored store",
        arguments: BackupBed.Kind.allCases
    )
    func removed(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        let request = ReceivedRequest(method: "POST", path: "/hmac", headers: [:], body: [])
        let old = Event(id: "evt_0", kind: .ats, connection: "acme", request: request, receivedAt: SystemClock().now() + .seconds(-3 * 86_400))
        _ = try await store.accept(old, dedupe: nil)
        try await store.perform([.unqueue(.event(old.id)), .event(id: old.id, state: .done, problem: nil)])
        let plan = RetentionPlan(now: SystemClock().now(), general: RetentionPeriods(events: .seconds(86_400), reports: nil, candidates: nil))
        var cursor: RetentionCursor?
        repeat { cursor = try await store.removeDue(plan, from: cursor).next } while cursor != nil
        _ = try await bed.backup()
        #expect(try await store.recordRemoved(until: plan.now) == [.events: 1])
        await store.close()
        _ = try await bed.restore()
        let again = try await bed.open()
        #expect(try await again.recordRemoved(until: plan.now) == [.events: 1])
        #expect(try await again.recordRemoved(until: plan.now).isEmpty)
        #expect(try await again.verifyAudit().isWhole)
        await again.close()
    }

    @Test("A store that a process has open is not replaced") func inUse() async throws {
        let bed = try await BackupBed(.sqlite)
        let store = try await bed.open()
        _ = try await bed.backup()
        let error = await #expect(throws: StoreError.self) { try await bed.restore() }
        #expect("\(String(describing: error))".contains("in use by"))
        await store.close()
    }

    @Test("A database that holds a store is not replaced unasked, nor while a replica is alive") func ofReplicas() async throws {
        let bed = try await BackupBed(.postgres)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        _ = try await bed.backup()
        let now = store.clock.now()
        try await store.announce(Replica(id: "rep_1", host: "other", version: "1", startedAt: now, seenAt: now))
        let alive = await #expect(throws: StoreError.self) { try await bed.restore() }
        #expect("\(String(describing: alive))".contains("a host on other uses the store"))
        try await store.withdraw(replica: "rep_1")
        await store.close()
        let unasked = await #expect(throws: StoreError.self) { try await bed.restore(replacing: false) }
        #expect("\(String(describing: unasked))".contains("--replace"))
        _ = try await bed.restore()
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-2") != nil)
        await again.close()
    }

    @Test("Other keys, a damaged file and a backup of another kind leave everything as it was") func refused() async throws {
        let bed = try await BackupBed(.sqlite)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        _ = try await bed.backup()
        try await bed.fill(store, 3..<4)
        await store.close()
        await #expect(throws: StoreError.self) { try await bed.restore(keys: [SealTests.key(2)]) }
        let whole = try Data(contentsOf: URL(filePath: bed.file))
        try whole.prefix(whole.count / 2).write(to: URL(filePath: bed.file))
        await #expect(throws: StoreError.self) { try await bed.restore() }
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-3") != nil)
        #expect(try await again.state(of: .store).pause == nil)
        await again.close()
    }

    @Test("Keys that were destroyed since the backup stay so, unless the backup's keys are named") func destroyed() async throws {
        let bed = try await BackupBed(.sqlite)
        let store = try await bed.open()
        _ = try await store.accept(sampleEvent("evt_gone"), dedupe: nil)
        try await bed.fill(store, 0..<3)
        _ = try await bed.backup()
        await store.close()
        let keys = try BackupContainer(bed.folder.file("fairlead-keys.db"), isReadOnly: false)
        let rows = try BackupContainer(bed.file, isReadOnly: true)
        let key = try await rows.database.read { try Int64.fetchOne($0, sql: "SELECT key_id FROM events WHERE id = 'evt_gone'") }
        try await keys.database.write { try $0.execute(sql: "DELETE FROM data_keys WHERE id = ?", arguments: [key]) }
        rows.close()
        keys.close()
        _ = try await bed.restore()
        let again = try await bed.open()
        await #expect(throws: StoreError.self) { try await again.event("evt_gone") }
        await again.close()
        _ = try await bed.restore(keysPath: bed.file + ".keys")
        let whole = try await bed.open()
        #expect(try await whole.event("evt_gone") != nil)
        await whole.close()
    }

    @Test("A restore that was cut off is begun again, and until then no host opens an empty store") func cutOff() async throws {
        let bed = try await BackupBed(.postgres)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        _ = try await bed.backup()
        await store.close()
        guard case .postgres(let url) = try StoreURL.Place(bed.url, relativeTo: "/") else { return }
        _ = try PostgresSchema(try PostgresConnection(try PostgresOptions(url))).makeRoom(replacing: true, number: 1, now: SystemClock().now())
        let error = await #expect(throws: StoreError.self) { try await bed.open() }
        #expect("\(String(describing: error))".contains("was cut off"))
        _ = try await bed.restore()
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-2") != nil)
        await again.close()
    }

    @Test("Cut off while the files of a store are being replaced, it is there, or no host begins an empty one") func swapped() async throws {
        let bed = try await BackupBed(.sqlite)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        _ = try await bed.backup()
        await store.close()
        try FileManager.default.moveItem(atPath: bed.folder.file(), toPath: bed.folder.file("aside"))
        await #expect(throws: StoreError.self) { try await bed.open() }
        try FileManager.default.removeItem(atPath: bed.folder.file("fairlead-keys.db"))
        await #expect(throws: StoreError.self) { try await bed.open() }
        _ = try await bed.restore()
        let again = try await bed.open()
        #expect(try await again.order(connection: "acme", externalID: "application-2") != nil)
        await again.close()
    }

    @Test("A restored store knows of the backup that it was restored from", arguments: BackupBed.Kind.allCases)
    func knowsItsBackup(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        let made = try await bed.backup()
        try await store.noteBackup(failedAt: SystemClock().now(), why: "as invented")
        await store.close()
        try await bed.restore()
        let again = try await bed.open()
        let state = try await again.backupState()
        #expect(state.madeAt == made.manifest.at && !state.hasFailed && state.owner == nil)
        // The next one is due by its age.
        let now = made.manifest.at + .seconds(86_400)
        #expect(try await again.takeOnBackup("one", madeBefore: now + .seconds(-3600), begunBefore: now + .seconds(-3600), at: now))
        await again.close()
    }
}
