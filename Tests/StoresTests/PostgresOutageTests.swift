import Foundation
import CrashTesting
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("A PostgreSQL server that goes away", .serialized)
struct PostgresOutageTests {
    /// A server of its own, that may be stopped while other tests go on.
    private static let server = Task { try await PostgresServer() }

    /// Does something again until it works.
    private func eventually<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<400 {
            do {
                return try await body()
            } catch StoreError.unavailable, StoreError.unknown {
                try await Task.sleep(for: .milliseconds(25))
            }
        }
        return try await body()
    }

    @Test("Nothing that was accepted is lost when the server is stopped and started again")
    func losesNothingThatWasAccepted() async throws {
        let server = try await Self.server.value
        let database = try await PostgresDatabase(on: server)
        let store = try await database.open()
        let accepted = try await withThrowingTaskGroup(of: [String].self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var accepted: [String] = []
                    for index in 0..<150 {
                        let id = "evt_\(worker)_\(index)"
                        do {
                            accepted.append(try await store.accept(sampleEvent(id), dedupe: DedupeKey(id)).event)
                        } catch StoreError.unavailable, StoreError.unknown {
                            try await Task.sleep(for: .milliseconds(5))
                        }
                    }
                    return accepted
                }
            }
            group.addTask {
                for _ in 0..<3 {
                    try await Task.sleep(for: .milliseconds(60))
                    try server.crash()
                }
                return []
            }
            return try await group.reduce(into: Set<String>()) { $0.formUnion($1) }
        }
        #expect(!accepted.isEmpty)
        let last = try await eventually { try await store.accept(sampleEvent("evt_last"), dedupe: "last") }
        #expect(last.event == "evt_last")
        for id in accepted { #expect(try await eventually { try await store.event(id) } != nil, "\(id)") }
        // What was refused or uncertain is there once at most, and once after it was sent again.
        for worker in 0..<8 {
            for index in 0..<150 {
                let id = "evt_\(worker)_\(index)"
                #expect(
                    try await eventually { try await store.accept(sampleEvent(id + "again"), dedupe: DedupeKey(id)) }.duplicate
                        == (try await store.event(id) != nil)
                )
            }
        }
        await store.close()
    }

    @Test("Calls fail as unavailable while the server is away and succeed once it is back")
    func isSaidToBeAwayAndComesBack() async throws {
        let server = try await Self.server.value
        let database = try await PostgresDatabase(on: server)
        let store = try await database.open()
        let order = sampleOrder("ord_1", "application-1")
        _ = try await store.place(order)
        try server.stop()
        for _ in 0..<3 {
            await #expect(throws: StoreError.self) { _ = try await store.order("ord_1") }
            await #expect {
                _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
            } throws: { error in
                if case StoreError.unavailable? = error as? StoreError { true } else { false }
            }
            await #expect(throws: StoreError.self) { _ = try await store.claim(ClaimRequest(owner: "one", limit: 1, kinds: [.submit])) }
        }
        try server.start()
        #expect(try await eventually { try await store.order("ord_1") } == order)
        let claims = try await eventually { try await store.claim(ClaimRequest(owner: "one", limit: 1, kinds: [.submit])) }
        try await eventually { try await store.commit(claims[0], Decision(.done)) }
        await store.close()
    }

    @Test("Work is still finished when the server ends sessions at any time")
    func mayEndASessionAtAnyTime() async throws {
        let server = try await Self.server.value
        let database = try await PostgresDatabase(on: server)
        let clock = ManualClock()
        let store = try await database.open(clock: clock)
        try await store.perform((0..<120).map { .queue(QueuedWork(.run("w\($0)"), concurrencyKey: "key \($0 % 7)", due: clock.now())) })
        let killer = Task {
            while !Task.isCancelled {
                _ = try? database.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                try? await Task.sleep(for: .milliseconds(15))
            }
        }
        var done: [String] = []
        for round in 0..<2000 where done.count < 120 {
            let claims = try await eventually { try await store.claim(ClaimRequest(owner: "\(round)", limit: 5, kinds: [.run])) }
            for claim in claims {
                do {
                    try await eventually { try await store.commit(claim, Decision(.done)) }
                    done.append(claim.work.subject)
                } catch StoreError.conflict {
                    // The commit whose answer was lost had been written; or the claim was, and its answer lost, and its lease has ended since.
                    if try await eventually({ try await store.due(claim.work) }) == nil { done.append(claim.work.subject) }
                }
            }
            // A claim whose answer was lost comes back with its lease.
            if claims.isEmpty { clock.advance(by: .seconds(31)) }
        }
        killer.cancel()
        #expect(done.count == 120)
        #expect(Set(done).count == 120)
        await store.close()
    }
}
