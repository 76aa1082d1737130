import Screening
import ScreeningTesting
import Synchronization
import Testing

@testable import Stores

@Suite("Retention on PostgreSQL")
struct PostgresRetentionTests {
    /// Puts an order on hold in a transaction that is not at its end, does something, waits until that stands at the lock, and commits.
    private func holding(_ subject: String, in database: PostgresDatabase, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let connection = try PostgresConnection(PostgresOptions(database.url))
        func run(_ sql: String...) throws { try connection.exchange(sql.map { PostgresStatement($0, isKept: false) }) }
        try run(
            "BEGIN",
            "SELECT pg_advisory_xact_lock(hashtextextended('\(LegalHold.concurrencyKey)', 7))::text",
            "INSERT INTO legal_holds (subject, hold) VALUES ('\(subject)', 'order')"
        )
        let isDone = Mutex(false)
        let removing = Task {
            defer { isDone.withLock { $0 = true } }
            try await body()
        }
        let waiting = """
            SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        while !isDone.withLock({ $0 }), try database.run(waiting).isEmpty { await Task.yield() }
        try run("COMMIT")
        try await removing.value
    }

    @Test("A legal hold that is set while something is being removed wins, over retention and over an erasure")
    func holdsWin() async throws {
        let (database, clock) = (try await PostgresDatabase(), ManualClock())
        let store = try await database.open(clock: clock)
        var order = try await store.place(sampleOrder("ord_1", "application-1")).order
        order.status.state = .completed
        order.version += 1
        try await store.perform([.unqueue(.submit(order: order.id)), .order(order)])
        clock.advance(by: .seconds(1000 * 86_400))
        let plan = RetentionPlan(now: clock.now(), general: RetentionPeriods(candidates: .seconds(90 * 86_400)))
        try await holding(order.id, in: database) {
            var cursor: RetentionCursor?
            repeat { cursor = try await store.removeDue(plan, from: cursor).next } while cursor != nil
        }
        #expect(try await store.order(order.id)?.candidate.email.value == "ana@example.test")
        try database.run("DELETE FROM legal_holds")
        let id = order.id
        try await holding(id, in: database) {
            await #expect(throws: StoreError.conflict) {
                _ = try await store.erase(.order(id), as: "ers_1", window: .seconds(1), by: .system, note: nil)
            }
        }
        #expect(try await store.order(order.id)?.candidate.email.value == "ana@example.test")
        #expect(try await store.erasures().isEmpty)
        await store.close()
    }

    @Test("A month is not dropped while a legal hold on something in it is being set")
    func heldMonth() async throws {
        let (database, clock) = (try await PostgresDatabase(), ManualClock())
        let store = try await database.open(clock: clock)
        let id = IdentifierKind.event.make(at: clock.now(), from: SeededRandom(3))
        let request = ReceivedRequest(method: "POST", path: "/webhook", body: Array("{}".utf8))
        _ = try await store.accept(Event(id: id, kind: .ats, connection: "acme", request: request, receivedAt: clock.now()), dedupe: nil)
        try await store.perform([.unqueue(.event(id)), .event(id: id, state: .done, problem: nil)])
        clock.advance(by: .seconds(200 * 86_400))
        let plan = RetentionPlan(now: clock.now(), general: RetentionPeriods(events: .seconds(90 * 86_400), reports: .seconds(90 * 86_400)))
        try await holding(id, in: database) {
            let removed = try await store.removeWhole(plan)
            #expect(removed == 0)
        }
        #expect(try await store.event(id) != nil)
        try database.run("DELETE FROM legal_holds")
        #expect(try await store.removeWhole(plan) == 1)
        await store.close()
    }

    @Test("A month of which all is due is dropped whole, with the keys of what was in it; one of which something stays is not")
    func monthsAreDroppedWhole() async throws {
        let (database, clock) = (try await PostgresDatabase(), ManualClock())
        let store = try await database.open(clock: clock)
        // Partitions are made ahead for this month and the two after it.
        let random = SeededRandom(3)
        func receive(_ state: Event.State) async throws -> String {
            let id = IdentifierKind.event.make(at: clock.now(), from: random)
            let request = ReceivedRequest(method: "POST", path: "/webhook", body: Array("{}".utf8))
            _ = try await store.accept(
                Event(id: id, kind: .ats, connection: "acme", request: request, receivedAt: clock.now()),
                dedupe: DedupeKey(id)
            )
            try await store.perform([.unqueue(.event(id)), .event(id: id, state: state, problem: nil)])
            return id
        }
        for _ in 0..<5 { _ = try await receive(.done) }
        let keys = try database.run("SELECT key_id FROM events").map { $0.int(0) }
        clock.advance(by: .seconds(31 * 86_400))
        let dead = try await receive(.dead)
        _ = try await receive(.done)
        let months = try database.run(
            "SELECT c.relname::text FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass"
        )
        #expect(months.map { $0.text(0) }.contains("events_2026_03"))
        clock.advance(by: .seconds(200 * 86_400))
        let plan = RetentionPlan(now: clock.now(), general: RetentionPeriods(events: .seconds(90 * 86_400), reports: .seconds(100 * 86_400)))
        #expect(try await store.removeWhole(plan) == 5)
        #expect(try await store.recordRemoved(until: plan.now) == [.events: 5])
        try await store.destroyKeys()
        let left = try database.run(
            "SELECT c.relname::text FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass"
        )
        #expect(!left.map { $0.text(0) }.contains("events_2026_03"))
        #expect(left.map { $0.text(0) }.contains("events_2026_04"))
        #expect(
            try database.run("SELECT count(*) FROM fairlead_keys.data_keys WHERE id = ANY('{\(keys.map(String.init).joined(separator: ","))}')")[0]
                .count(0) == 0
        )
        #expect(try await store.event(dead) != nil)
        // Row by row goes what may of the other month.
        var cursor: RetentionCursor?
        var removed = 0
        repeat {
            let step = try await store.removeDue(plan, from: cursor)
            removed += step.removed
            cursor = step.next
        } while cursor != nil
        #expect(removed == 1)
        #expect(try await store.event(dead) != nil)
        await store.close()
        // A store whose months were dropped is opened again, and makes those that are to come.
        let again = try await database.open(clock: clock)
        _ = try await again.accept(sampleEvent("evt_1"), dedupe: nil)
        await again.close()
    }
}
