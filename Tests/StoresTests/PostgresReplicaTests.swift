import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("Several replicas on one PostgreSQL database")
struct PostgresReplicaTests {
    /// Runs a body on two stores at once that share one database.
    private func withTwo(_ way: PostgresDatabase.Way, _ body: ([PostgresStore], ManualClock) async throws -> Void) async throws {
        let database = try await PostgresDatabase(by: way)
        let clock = ManualClock()
        let stores = [try await database.open(clock: clock), try await database.open(clock: clock)]
        do {
            try await body(stores, clock)
        } catch {
            for store in stores { await store.close() }
            throw error
        }
        for store in stores { await store.close() }
    }

    @Test("Two replicas make one event of many duplicate deliveries", arguments: PostgresDatabase.Way.allCases)
    func makeOneEventOfADuplicateStorm(_ way: PostgresDatabase.Way) async throws {
        try await withTwo(way) { stores, _ in
            let acceptances = try await withThrowingTaskGroup(of: Acceptance.self) { group in
                for index in 0..<100 {
                    group.addTask { try await stores[index % 2].accept(sampleEvent("evt_\(index)"), dedupe: "key \(index / 50)") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(acceptances.map(\.event)).count == 2)
            #expect(acceptances.count { !$0.duplicate } == 2)
            let events = try await stores[0].events(EventQuery(), PageRequest()).items
            #expect(events.map(\.duplicateCount) == [49, 49])
            #expect(try await stores[0].load().queued == [.event: 2])
        }
    }

    @Test("Two replicas make one order of one external ID", arguments: PostgresDatabase.Way.allCases)
    func makeOneOrderOfOneExternalID(_ way: PostgresDatabase.Way) async throws {
        try await withTwo(way) { stores, _ in
            let placed = try await withThrowingTaskGroup(of: (order: Order, isNew: Bool).self) { group in
                for index in 0..<100 { group.addTask { try await stores[index % 2].place(sampleOrder("ord_\(index)", "application-\(index / 50)")) } }
                return try await group.reduce(into: [(order: Order, isNew: Bool)]()) { $0.append($1) }
            }
            #expect(Set(placed.map(\.order.id)).count == 2)
            #expect(placed.count { $0.isNew } == 2)
            #expect(try await stores[1].load().queued == [.submit: 2])
        }
    }

    @Test("Two replicas give one provider's request to one order", arguments: PostgresDatabase.Way.allCases)
    func giveOneRequestToOneOrder(_ way: PostgresDatabase.Way) async throws {
        try await withTwo(way) { stores, _ in
            for index in 0..<100 { _ = try await stores[index % 2].place(sampleOrder("ord_\(index)", "application-\(index)")) }
            let taken = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        guard var order = try? await stores[index % 2].order("ord_\(index)") else { return false }
                        (order.providerRef, order.version) = ("ref_\(index / 10)", order.version + 1)
                        let reference = Effect.Reference(order.providerRef, of: order.id, account: order.account, isAlone: true)
                        do { try await stores[index % 2].perform([.reference(reference), .order(order)]) } catch { return false }
                        return true
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(taken == 10)
            let holders = try await stores[0].orders(OrderQuery(), PageRequest(limit: 200)).items.compactMap(\.providerRef)
            #expect(holders.count == 10 && Set(holders).count == 10)
        }
    }

    @Test("Two replicas never claim the same work", arguments: PostgresDatabase.Way.allCases)
    func neverClaimTheSameWork(_ way: PostgresDatabase.Way) async throws {
        try await withTwo(way) { stores, clock in
            try await stores[0].perform((0..<200).map { .queue(QueuedWork(.run("w\($0)"), due: clock.now())) })
            let claims = try await withThrowingTaskGroup(of: [Claim].self) { group in
                for index in 0..<40 {
                    group.addTask { try await stores[index % 2].claim(ClaimRequest(owner: "owner \(index)", limit: 10, kinds: [.run])) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(claims.map(\.work)).count == claims.count)
            let rest = try await stores[0].claim(ClaimRequest(owner: "last", limit: 200, kinds: [.run]))
            #expect(claims.count + rest.count == 200)
        }
    }

    @Test("Two replicas do the work of a concurrency key one at a time and in order", arguments: PostgresDatabase.Way.allCases)
    func workThroughConcurrencyKeysOneAtATimeAndInOrder(_ way: PostgresDatabase.Way) async throws {
        try await withTwo(way) { stores, clock in
            // Queued from both sides while both sides take away: the first of a concurrency key is decided by rows that the other is writing.
            let done = try await withThrowingTaskGroup(of: [(Int, String)].self) { group in
                for side in 0..<2 {
                    group.addTask {
                        for step in 0..<30 {
                            let work = (0..<4).map { QueuedWork(.run("\($0)/\(side)/\(step)"), concurrencyKey: "key \($0)", due: clock.now()) }
                            try await stores[side].perform(work.map { .queue($0) })
                        }
                        return []
                    }
                    group.addTask {
                        var done: [(Int, String)] = []
                        for _ in 0..<2000 where done.count < 240 {
                            let claims = try await stores[side].claim(ClaimRequest(owner: "\(side)", limit: 4, kinds: [.run]))
                            #expect(Set(claims.map { $0.work.subject.prefix(1) }).count == claims.count)
                            for claim in claims {
                                try await stores[side].commit(claim, Decision(.done))
                                done.append((side, claim.work.subject))
                            }
                            if claims.isEmpty, try await stores[side].load().queued.isEmpty, done.count > 60 { break }
                        }
                        return done
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            var left = try await stores[0].claim(ClaimRequest(owner: "last", limit: 500, kinds: [.run]))
            var subjects = done.map { $0.1 }
            while !left.isEmpty {
                for claim in left {
                    try await stores[0].commit(claim, Decision(.done))
                    subjects.append(claim.work.subject)
                }
                left = try await stores[0].claim(ClaimRequest(owner: "last", limit: 500, kinds: [.run]))
            }
            #expect(Set(subjects).count == 240)
            #expect(subjects.count == 240)
            #expect(try await stores[0].load() == QueueLoad(queued: [:]))
        }
    }

    @Test("Two replicas share a rate limit", arguments: PostgresDatabase.Way.allCases)
    func shareABudget(_ way: PostgresDatabase.Way) async throws {
        try await withTwo(way) { stores, _ in
            let total = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<60 { group.addTask { try await stores[index % 2].take(2, from: "zinc-uk", perMinute: 30).count } }
                return try await group.reduce(0, +)
            }
            #expect(total == 30)
        }
    }

    @Test("Of many requests with the same idempotency key, only one begins", arguments: PostgresDatabase.Way.allCases)
    func beginAnIdempotentRequestOnce(_ way: PostgresDatabase.Way) async throws {
        try await withTwo(way) { stores, _ in
            let answers = try await withThrowingTaskGroup(of: IdempotencyState.self) { group in
                for index in 0..<50 { group.addTask { try await stores[index % 2].begin(key: "k", bodyHash: "h") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0 == .fresh } == 1)
            #expect(answers.count { $0 == .running } == 49)
        }
    }

    @Test("An event that one replica accepts wakes the other")
    func wakeOneAnother() async throws {
        let database = try await PostgresDatabase()
        // A clock that stands still: no wake-up comes from time.
        let clock = ManualClock()
        let (here, there) = (try await database.open(clock: clock), try await database.open(clock: clock))
        let woken = Task {
            for await _ in there.wakeUps(for: [.event, .run]) {
                if try await there.load().queued == [.event: 1] { return true }
            }
            return false
        }
        _ = try await here.accept(sampleEvent("evt_1"), dedupe: nil)
        #expect(try await woken.value)
        await here.close()
        await there.close()
    }

    @Test("Leases and rate limits follow the database's time even when the replicas' clocks differ", arguments: PostgresDatabase.Way.allCases)
    func goByTheDatabasesTimeWhateverTheirClocksShow(_ way: PostgresDatabase.Way) async throws {
        let database = try await PostgresDatabase(by: way)
        let late = try await database.openAsInService(clock: ManualClock(at: SystemClock().now() + .seconds(-3600)))
        let early = try await database.openAsInService(clock: ManualClock(at: SystemClock().now() + .seconds(3600)))
        _ = try await early.accept(sampleEvent("evt_1"), dedupe: nil)
        let request = ClaimRequest(owner: "late", limit: 9, kinds: [.event], lease: .seconds(600))
        #expect(try await late.claim(request).count == 1)
        #expect(try await early.claim(ClaimRequest(owner: "early", limit: 9, kinds: [.event])).isEmpty)
        #expect(try await late.take(30, from: "b", perMinute: 30).count == 30)
        #expect(try await early.take(1, from: "b", perMinute: 30).count == 0)
        await late.close()
        await early.close()
    }

    @Test("Claiming a little work does not read the whole of a long queue")
    func doNotReadALongQueueToClaimALittleOfIt() async throws {
        let database = try await PostgresDatabase()
        let clock = ManualClock()
        let store = try await database.open(clock: clock)
        // No statistics, as on the first day: the planner believes that the table is empty.
        try database.run("ALTER TABLE queue SET (autovacuum_enabled = false)")
        for part in 0..<8 {
            try await store.perform(
                (0..<500).map { .queue(QueuedWork(.run("\(part)/\($0)"), concurrencyKey: "key \(part)/\($0)", due: clock.now())) }
            )
        }
        for _ in 0..<10 {
            let claims = try await store.claim(ClaimRequest(owner: "one", limit: 2, kinds: [.run, .event]))
            for claim in claims { try await store.commit(claim, Decision(.done)) }
        }
        _ = try await store.load()
        // The server publishes what a session has read when the session ends.
        await store.close()
        for _ in 0..<200
        where try database.run("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").count > 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
        let ready = try database.run("SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'queue_ready'")
        #expect(ready[0].int(0) > 0)
        #expect(ready[0].int(0) < 4000)
        #expect(try database.run("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'queue'")[0].int(0) == 0)
    }

    @Test("A replica that starts does not take work that another holds until its lease ends")
    func doNotTakeEachOthersWorkWhenOneStarts() async throws {
        let database = try await PostgresDatabase()
        let clock = ManualClock()
        let first = try await database.open(clock: clock)
        _ = try await first.accept(sampleEvent("evt_1"), dedupe: nil)
        let claims = try await first.claim(ClaimRequest(owner: "first", limit: 9, kinds: [.event]))
        let second = try await database.open(clock: clock)
        #expect(try await second.claim(ClaimRequest(owner: "second", limit: 9, kinds: [.event])).isEmpty)
        // The first is killed: its lease ends, and its attempt was not spent.
        await first.close()
        clock.advance(by: .seconds(31))
        let again = try await second.claim(ClaimRequest(owner: "second", limit: 9, kinds: [.event]))
        #expect(again.map(\.work) == claims.map(\.work))
        #expect(again.map(\.attempt) == [1])
        await second.close()
    }
}

/// An order as a script places it.
func sampleOrder(_ id: String, _ externalID: String, connection: String = "acme") -> Order {
    Order(
        id: id,
        connection: connection,
        account: "zinc-uk",
        provider: "zinc",
        externalID: externalID,
        package: "pkg_1",
        candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000"),
        metadata: [:],
        callbackToken: Secret("token of " + id),
        createdAt: Timestamp(milliseconds: 1_772_357_400_000),
        updatedAt: Timestamp(milliseconds: 1_772_357_400_000)
    )
}
