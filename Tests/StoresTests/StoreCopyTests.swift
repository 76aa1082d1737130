import Foundation
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("Copying a store") struct StoreCopyTests {
    @Test("A store goes to the other kind and back; every table is the same, and every duplicate is known") func thereAndBack() async throws {
        let bed = try await BackupBed(.sqlite)
        let database = try await PostgresDatabase()
        let store = try await bed.open()
        try await bed.fill(store, 0..<40)
        try await store.perform([.heard(.connection("acme"), at: store.clock.now())])
        let identity = store.identity.id
        func copy(from: String, to: String) async throws -> StoreCopy.Outcome {
            try await StoreCopy.copy(from: from, to: to, relativeTo: bed.folder.path, version: "test", now: SystemClock().now())
        }
        let inUse = await #expect(throws: StoreError.self) { _ = try await copy(from: bed.url, to: database.url) }
        #expect("\(String(describing: inUse))".contains("fairlead hold"))
        await store.close()
        let first = try await copy(from: bed.url, to: database.url)
        #expect(first.store == identity && first.tables.first { $0.name == "orders" }?.rows == 40)
        let looked = try database.run("SELECT reltuples::bigint FROM pg_class WHERE relname = 'orders'")
        #expect(looked.first?.int(0) == 40, "the server has not looked at what was put in")
        #expect(Set(first.leftOut) == ["schema_migrations", "replicas", "budgets", "write_probe", "backup_state"])
        await #expect(throws: StoreError.self) { _ = try await copy(from: bed.url, to: database.url) }

        let middle = try await StoreURL.open(database.url, relativeTo: "/", keys: bed.keys, clock: SystemClock(), random: SystemRandom())
        #expect(middle.identity.id == identity)
        #expect(try await middle.accept(sampleEvent("evt_a"), dedupe: DedupeKey("delivery-3")).duplicate)
        #expect(try await middle.order(connection: "acme", externalID: "application-39")?.candidate.firstName.value == "Ana")
        #expect(try await !middle.place(sampleOrder("ord_again", "application-5"), reorder: nil, by: .system).isNew)
        try await bed.fill(middle, 40..<45)
        await middle.close()

        let second = try await copy(from: database.url, to: "sqlite:back.db")
        #expect(second.tables.first { $0.name == "orders" }?.rows == 45 && second.store == identity)
        let back = try bed.folder.open("back.db", keys: bed.keys, clock: SystemClock())
        for number in [0, 39, 44] {
            #expect(try await back.accept(sampleEvent("evt_b\(number)"), dedupe: DedupeKey("delivery-\(number)")).duplicate, "\(number)")
            #expect(try await back.order(connection: "acme", externalID: "application-\(number)") != nil, "\(number)")
        }
        #expect(try await !back.accept(sampleEvent("evt_c"), dedupe: DedupeKey("delivery-new")).duplicate)
        try await bed.fill(back, 50..<60)
        await back.close()
    }

    @Test("A delivery whose event is gone by its age is known in every copy, and what comes later is told apart from it") func past() async throws {
        let bed = try await BackupBed(.sqlite)
        let database = try await PostgresDatabase()
        let store = try await bed.open()
        func copy(from: String, to: String) async throws {
            _ = try await StoreCopy.copy(from: from, to: to, relativeTo: bed.folder.path, version: "test", now: SystemClock().now())
        }
        let request = ReceivedRequest(method: "POST", path: "/hmac", headers: [:], body: [])
        let old = Event(id: "evt_0", kind: .ats, connection: "acme", request: request, receivedAt: SystemClock().now() + .seconds(-3 * 86_400))
        _ = try await store.accept(old, dedupe: "old")
        try await store.perform([.unqueue(.event(old.id)), .event(id: old.id, state: .done, problem: nil)])
        let plan = RetentionPlan(now: SystemClock().now(), general: RetentionPeriods(events: .seconds(86_400), reports: nil, candidates: nil))
        var cursor: RetentionCursor?
        repeat { cursor = try await store.removeDue(plan, from: cursor).next } while cursor != nil
        #expect(try await store.event(old.id) == nil)
        #expect(try await store.accept(sampleEvent("evt_a"), dedupe: "old") == Acceptance(event: old.id, duplicate: true))
        _ = try await store.accept(sampleEvent("evt_b"), dedupe: "young")
        await store.close()

        try await copy(from: bed.url, to: database.url)
        let middle = try await StoreURL.open(database.url, relativeTo: "/", keys: bed.keys, clock: SystemClock(), random: SystemRandom())
        #expect(try await middle.accept(sampleEvent("evt_c"), dedupe: "old") == Acceptance(event: old.id, duplicate: true))
        #expect(try await middle.accept(sampleEvent("evt_d"), dedupe: "young").event == "evt_b")
        await middle.close()

        try await copy(from: database.url, to: "sqlite:back.db")
        let back = try bed.folder.open("back.db", keys: bed.keys, clock: SystemClock())
        #expect(try await back.accept(sampleEvent("evt_e"), dedupe: "old") == Acceptance(event: old.id, duplicate: true))
        #expect(try await back.accept(sampleEvent("evt_f"), dedupe: "young").event == "evt_b")
        _ = try await back.accept(sampleEvent("evt_g"), dedupe: "new")
        #expect(try await back.accept(sampleEvent("evt_h"), dedupe: "new").event == "evt_g")
        #expect(try await back.accept(sampleEvent("evt_i"), dedupe: "old").event == old.id)
        // What was removed, and was not in the audit yet, is recorded once.
        #expect(try await back.recordRemoved(until: plan.now) == [.events: 1])
        #expect(try await back.recordRemoved(until: plan.now).isEmpty)
        await back.close()
    }

    @Test("Every table is carried, or named as left out", arguments: BackupBed.Kind.allCases) func complete(_ kind: BackupBed.Kind) async throws {
        let (bed, other) = (try await BackupBed(kind), try await BackupBed(kind == .sqlite ? .postgres : .sqlite))
        await (try await bed.open()).close()
        let made = try await bed.backup()
        let target = kind == .sqlite ? other.url : "sqlite:" + other.folder.file("copy.db")
        let outcome = try await StoreCopy.copy(
            from: bed.url,
            to: target,
            relativeTo: bed.folder.path,
            version: "test",
            now: SystemClock().now()
        )
        let named = Set(outcome.tables.map(\.name)).union(ContainerSelection.leftOut).union(ContainerSelection.elsewhere)
        #expect(Set(made.manifest.tables.map(\.name)).subtracting(named).isEmpty)
    }

    @Test("Keys that a copy was cut off behind are taken away by the next; a store's own, and another store's erasures, are left, and it says so")
    func cutOff() async throws {
        let (bed, other) = (try await BackupBed(.sqlite), try await BackupBed(.sqlite))
        for bed in [bed, other] {
            let store = try await bed.open()
            try await bed.fill(store, 0..<2)
            await store.close()
        }
        let files = FileManager.default
        let (target, fresh) = (bed.folder.file("copy.db"), bed.folder.file("copy.db.new.db"))
        func copy(_ from: BackupBed) async throws {
            _ = try await StoreCopy.copy(
                from: "sqlite:" + from.folder.file(),
                to: "sqlite:" + target,
                relativeTo: "/",
                version: "test",
                now: SystemClock().now()
            )
        }
        try await copy(bed)
        try files.moveItem(atPath: target, toPath: fresh)
        try await copy(bed)
        #expect(files.fileExists(atPath: target) && !files.fileExists(atPath: fresh))

        // What is no copy of this store is left as it is, with the keys and without.
        for hasKeys in [true, false] {
            let aside = bed.folder.file("aside")
            if hasKeys { try files.moveItem(atPath: target, toPath: aside) }
            if !hasKeys { try files.removeItem(atPath: bed.folder.file("copy-keys.db")) }
            for content in [other.folder.file(), ""] {
                if content.isEmpty {
                    try Data("not a database, but somebody's own file, and longer than a page's head is: \(String(repeating: ".", count: 2000))".utf8)
                        .write(to: URL(fileURLWithPath: fresh))
                } else {
                    try files.copyItem(atPath: content, toPath: fresh)
                }
                let before = try Data(contentsOf: URL(fileURLWithPath: fresh))
                await #expect { try await copy(bed) } throws: { "\($0)".contains("is no copy of this store that was cut off") }
                #expect(try Data(contentsOf: URL(fileURLWithPath: fresh)) == before)
                #expect(files.fileExists(atPath: bed.folder.file("copy-keys.db")) == hasKeys)
                try files.removeItem(atPath: fresh)
            }
            if !hasKeys { try await copy(bed) }
        }

        try files.removeItem(atPath: target)
        let keys = try Data(contentsOf: URL(fileURLWithPath: bed.folder.file("copy-keys.db")))
        await #expect { try await copy(bed) } throws: { "\($0)".contains("copy-keys.db holds the keys of a store") }
        #expect(try Data(contentsOf: URL(fileURLWithPath: bed.folder.file("copy-keys.db"))) == keys)
        try files.removeItem(atPath: bed.folder.file("copy-keys.db"))
        try files.removeItem(atPath: bed.folder.file("copy-erasures"))
        try ErasureFile(of: target).append(ErasureFile.heading("sto_another"))
        await #expect { try await copy(other) } throws: { "\($0)".contains("copy-erasures says what was erased from another store") }
    }

    @Test("What a copy of one database into another has left when it was killed is taken away by the next, and nobody else can read it")
    func scratch() async throws {
        let files = FileManager.default
        let left = try Scratch()
        for path in [left.files.path, left.files.keysPath ?? ""] { try Data("keys".utf8).write(to: URL(fileURLWithPath: path)) }
        let mode = try files.attributesOfItem(atPath: Scratch.folder)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        // It is at work.
        let other = try Scratch()
        #expect(files.fileExists(atPath: left.files.path) && files.fileExists(atPath: left.files.keysPath ?? ""))
        other.remove()
        left.abandon()
        let removed = try await CommandLeftovers.removeScratch()
        #expect(removed.contains(left.files.path) && removed.contains(left.files.keysPath ?? ""))
        #expect(try files.contentsOfDirectory(atPath: Scratch.folder).allSatisfy { !left.files.path.hasSuffix(String($0.prefix { $0 != "." })) })
    }

    @Test("A store of a newer version is neither copied nor said to be up to date", arguments: BackupBed.Kind.allCases)
    func newer(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        await (try await bed.open()).close()
        try await bed.run("UPDATE schema_migrations SET number = 99 WHERE number = (SELECT max(number) FROM schema_migrations)")
        let now = SystemClock().now()
        await #expect { _ = try await StoreMigration.rehearse(bed.url, relativeTo: bed.folder.path, version: "test", now: now) } throws: {
            $0 as? StoreError == .newer("its schema is number 99, this version knows up to \(SchemaMigration.known)")
        }
        let target = "sqlite:" + bed.folder.file("copy.db")
        await #expect {
            _ = try await StoreCopy.copy(from: bed.url, to: target, relativeTo: bed.folder.path, version: "test", now: now)
        } throws: { "\($0)".contains("written by a newer version") }
        #expect(!FileManager.default.fileExists(atPath: bed.folder.file("copy.db")))
    }
}
