import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("Changing the keys of a PostgreSQL store")
struct PostgresKeyRotationTests {
    private let old = SealTests.key(1)
    private let new = SealTests.key(2)

    @Test("A PostgreSQL store keeps each promise of changing its keys", arguments: KeyConformance.checks)
    func keeps(_ check: KeyConformance.Check) async throws {
        let database = try await PostgresDatabase()
        let suite = KeyConformance { _, keys, clock in try await database.open(keys: keys, clock: clock) }
        if let failure = await suite.run(check) { Issue.record("\(failure)") }
    }

    @Test("A replica with the keys in their old order finds and reads everything throughout, and writes what the others find")
    func replicaWithTheOldOrder() async throws {
        let (database, clock) = (try await PostgresDatabase(), ManualClock())
        let behind = try await database.open(keys: [old, new], clock: clock)
        let ahead = try await database.open(keys: [new, old], clock: clock)
        try await announce([behind, ahead], clock)
        for number in 0..<30 { _ = try await behind.place(sampleOrder("ord_\(number)", "application-\(number)")) }
        var (written, waited) = (30, false)
        for step in 1...200 {
            let result = try await ahead.rotateKeys()
            for store in [behind, ahead] { #expect(try await found(by: store) == written, "step \(step)") }
            if step == 2 || step == 8 {
                _ = try await behind.place(sampleOrder("ord_\(written)", "application-\(written)"))
                written += 1
            }
            if result.phase == .done { break }
            if result.phase == .waiting {
                waited = true
                clock.advance(by: .seconds(40))
                try await announce([behind, ahead], clock)
            }
        }
        #expect(waited)
        let name = try MasterKeys([old]).first
        #expect(try await ahead.retireKey(name) == .encrypts(hosts: ["host-0"]))
        await behind.close()
        // The replica comes back with the new settings.
        let restarted = try await database.open(keys: [new, old], clock: clock)
        clock.advance(by: .seconds(60))
        try await announce([restarted, ahead], clock)
        var phase = KeyRotation.Phase.waiting
        for _ in 0..<200 where phase != .done {
            phase = try await ahead.rotateKeys().phase
            if phase == .waiting {
                clock.advance(by: .seconds(20))
                try await announce([restarted, ahead], clock)
            }
        }
        #expect(phase == .done)
        #expect(try await ahead.retireKey(name) == .retired)
        for store in [restarted, ahead] {
            #expect(try await found(by: store) == written)
            await store.close()
        }
        let last = try await database.open(keys: [new], clock: clock)
        #expect(try await found(by: last) == written)
        await last.close()
    }

    @Test("Nothing is begun while a replica lacks the new key")
    func replicaWithoutTheKey() async throws {
        let (database, clock) = (try await PostgresDatabase(), ManualClock())
        let without = try await database.open(keys: [old], clock: clock)
        _ = try await without.place(sampleOrder("ord_1", "application-1"))
        try await announce([without], clock)
        let with = try await database.open(keys: [new, old], clock: clock)
        let step = try await with.rotateKeys()
        #expect(step.phase == .waiting)
        #expect(step.waitsFor.first?.contains("host-0 lacks the key") == true)
        #expect(try await without.order("ord_1") != nil)
        _ = try await without.place(sampleOrder("ord_2", "application-2"))
        await without.close()
        await with.close()
    }

    @Test("A replica that lacks the newest key lists what it can read, says how much it cannot and for which key, and erases nobody")
    func listsWithoutTheKey() async throws {
        let (database, clock) = (try await PostgresDatabase(), ManualClock())
        let without = try await database.open(keys: [old], clock: clock)
        _ = try await without.place(sampleOrder("ord_1", "application-1"))
        let with = try await database.open(keys: [new, old], clock: clock)
        _ = try await with.place(sampleOrder("ord_2", "application-2"))
        let event = Event(
            id: "evt_1",
            kind: .ats,
            connection: "acme",
            request: ReceivedRequest(method: "POST", path: "/", body: Array(#"{"email": "ana@example.test"}"#.utf8)),
            receivedAt: clock.now()
        )
        _ = try await with.accept(event, dedupe: nil)
        let name = try MasterKeys([new]).first
        var search = OrderQuery()
        search.text = Personal("Ana")
        for query in [OrderQuery(), search] {
            for page in [PageRequest(), PageRequest(ascending: true)] {
                let listed = try await without.orders(query, page)
                #expect(listed.items.map(\.id) == ["ord_1"] && listed.unread.counts == [name: 1] && listed.next == nil)
                #expect(try await with.orders(query, page).unread.isEmpty)
            }
        }
        let events = try await without.events(EventQuery(), PageRequest())
        #expect(events.items.isEmpty && events.unread.json == ["count": 1, "keys": [.string(name)]])
        let (missing, none) = (try await without.missingKeys(), try await with.missingKeys())
        #expect(missing == [name] && none.isEmpty)
        await #expect(throws: StoreError.keyMissing(name)) { _ = try await without.order("ord_2") }
        await #expect(throws: StoreError.keyMissing(name)) { _ = try await without.load(.event("evt_1")) }
        await #expect(throws: StoreError.keyMissing(name)) {
            try await without.erase(.email(Personal("ana@example.test")), as: "ers_1", window: .seconds(60), by: .system, note: nil)
        }
        #expect(try await with.orders(OrderQuery(), PageRequest()).items.count == 2)
        await without.close()
        await with.close()
    }

    @Test("While another seals with a key that is not here an erasure is neither carried out nor certified, and whoever has the key finishes it")
    func erasesWithoutTheKey() async throws {
        let (database, clock) = (try await PostgresDatabase(), ManualClock())
        let without = try await database.open(keys: [old], clock: clock)
        for number in 1...2 { _ = try await without.place(sampleOrder("ord_\(number)", "application-\(number)")) }
        let name = try MasterKeys([new]).first
        let begun = "INSERT INTO fairlead_keys.keyring (name, wrapped) VALUES ('\(Keyring.keyPrefix)\(name)', '') ON CONFLICT DO NOTHING"
        await #expect(throws: StoreError.keyMissing(name)) {
            try await without.erase(.order("ord_1"), as: "ers_1", window: .seconds(60), by: .system, note: nil) { _ in
                // It begins while the erasure looks for what there is.
                do { try database.run(begun) } catch { Issue.record("\(error)") }
                return ErasureTelling()
            }
        }
        #expect(try await without.erasures().isEmpty)
        #expect(try await without.order("ord_1") != nil)
        // Written down by a host that stopped then.
        var plan = ErasurePlan()
        plan.orders = ["ord_1"]
        try await without.write(ledger: LedgerEntry(Erasure(id: "ers_2", subject: "sub_1", requestedAt: clock.now()), plan))
        #expect(try await without.replayErasures() == 0)
        #expect(try await without.erasure("ers_2")?.doneAt == nil)
        #expect(try await without.order("ord_1") != nil)
        let with = try await database.open(keys: [new, old], clock: clock)
        #expect(try await with.replayErasures() == 1)
        #expect(try await with.erasure("ers_2")?.isSigned == true)
        let (gone, other) = (try await with.order("ord_1"), try await with.order("ord_2"))
        #expect(gone == nil && other != nil)
        await without.close()
        await with.close()
    }

    @Test("A replica that makes data keys under a key that was let go puts it back among those that are needed")
    func keyThatWasLetGoComesBack() async throws {
        let (database, clock) = (try await PostgresDatabase(), ManualClock())
        let behind = try await database.open(keys: [old, new], clock: clock)
        let ahead = try await database.open(keys: [new, old], clock: clock)
        while try await ahead.rotateKeys().phase != .done {}
        let name = try MasterKeys([old]).first
        #expect(try await ahead.retireKey(name) == .retired)
        _ = try await behind.place(sampleOrder("ord_1", "application-1"))
        #expect(try await ahead.keyUse().keys.first { $0.name == name }?.isNeeded == true)
        await behind.close()
        await ahead.close()
        await #expect(throws: StoreError.self) { _ = try await database.open(keys: [new], clock: clock) }
    }

    private func found(by store: PostgresStore) async throws -> Int {
        var query = OrderQuery()
        query.text = Personal("Ana")
        return try await store.orders(query, PageRequest(limit: 200)).items.count
    }

    private func announce(_ stores: [PostgresStore], _ clock: ManualClock) async throws {
        for (number, store) in stores.enumerated() {
            let (id, now) = ("rep_\(number)", clock.now())
            try await store.announce(Replica(id: id, host: "host-\(number)", version: "1", startedAt: now, seenAt: now))
        }
    }
}
