import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("Replicas never wait for one another in a circle")
struct PostgresLockOrderTests {
    /// Does things on two replicas at once, again and again, and expects that the server had to end nobody.
    private func expectNoDeadlock(
        _ way: PostgresDatabase.Way,
        _ prepare: (PostgresStore) async throws -> Void = { _ in },
        _ body: @escaping @Sendable (_ side: Int, _ round: Int, PostgresStore) async throws -> Void
    ) async throws {
        let database = try await PostgresDatabase(by: way)
        let stores = [try await database.open(), try await database.open()]
        try await prepare(stores[0])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for side in 0..<2 {
                group.addTask { for round in 0..<30 { try await body(side, round, stores[side]) } }
            }
            try await group.waitForAll()
        }
        for store in stores { await store.close() }
        #expect(try database.run("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").first?.int(0) == 0)
    }

    /// Does things at once, so that they come into one transaction or few.
    private static func together(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count { group.addTask { try await body(number) } }
            try await group.waitForAll()
        }
    }

    @Test("Batches that replace some orders and change the others of each other's", arguments: PostgresDatabase.Way.allCases)
    func replacingAndChanging(_ way: PostgresDatabase.Way) async throws {
        let count = 24
        try await expectNoDeadlock(way) { store in
            for number in 0..<count { _ = try await store.place(sampleOrder("ord_\(number)", "application-\(number)")) }
        } _: { side, round, store in
            try await Self.together(count) { number in
                let external = "application-\(number)"
                if number % 2 == side {
                    _ = try await store.place(sampleOrder("ord_\(number)_\(round)", external), reorder: Reorder())
                } else if let order = try await store.order(connection: "acme", externalID: external) {
                    // Now and then one gives way; two that change it at once find it changed.
                    try? await store.perform([.order(order.changed(to: round % 4 == 0 ? .refused : .inProgress))])
                }
            }
        }
    }

    @Test("Batches that queue the same work, new and queued already, in other orders", arguments: PostgresDatabase.Way.allCases)
    func queueing(_ way: PostgresDatabase.Way) async throws {
        try await expectNoDeadlock(way) { side, round, store in
            let works = (0..<40).map {
                Effect.queue(QueuedWork(.read(order: "ord_\(round / 2)_\($0)"), account: "a", due: Timestamp(milliseconds: 1)))
            }
            try await store.perform(side == 0 ? works : works.reversed())
        }
    }

    @Test("Batches that end events which are delivered again meanwhile", arguments: PostgresDatabase.Way.allCases)
    func endingEvents(_ way: PostgresDatabase.Way) async throws {
        try await expectNoDeadlock(way) { store in
            for number in 0..<40 { _ = try await store.accept(sampleEvent("evt_\(number)"), dedupe: DedupeKey("key \(number)")) }
        } _: { side, round, store in
            if side == 0 {
                try await store.perform((0..<40).reversed().map { .event(id: "evt_\($0)", state: .done, problem: nil) })
            } else {
                try await Self.together(40) { number in
                    let again = try await store.accept(sampleEvent("evt_\(number)_\(round)"), dedupe: DedupeKey("key \(number)"))
                    #expect(again.duplicate)
                }
            }
        }
    }

    @Test("Batches that keep and remove the same values, and note timelines of each other's orders", arguments: PostgresDatabase.Way.allCases)
    func values(_ way: PostgresDatabase.Way) async throws {
        try await expectNoDeadlock(way) { store in
            for number in 0..<8 { _ = try await store.place(sampleOrder("ord_\(number)", "application-\(number)")) }
            try await store.perform([.run(sampleRun("run_1", event: nil))])
        } _: { side, round, store in
            try await Self.together(16) { number in
                let place = side == 0 ? number : 15 - number
                let value: JSON? = (number + round) % 3 == 0 ? nil : .string("kept")
                _ = try await store.remember([], of: "run_1", doing: .value(connection: "acme", key: "key \(place)", value, expires: nil))
                let order = "ord_\(place % 8)"
                let entry = TimelineEntry(order: order, at: Timestamp(milliseconds: 1), kind: "note", text: "seen")
                guard number % 2 == side, let present = try await store.order(order) else { return try await store.perform([.timeline(entry)]) }
                try? await store.perform([.order(present.changed(to: .inProgress))])
            }
        }
    }
}

extension Order {
    /// The order one change later.
    fileprivate func changed(to state: OrderState) -> Order {
        var next = self
        next.version += 1
        next.status.state = state
        return next
    }
}
