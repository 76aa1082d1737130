import Foundation
import Logging
import Screening
import ScreeningTesting
import Stores
import Testing

@testable import Pipeline

@Suite("Removing what is old enough")
struct RetentionTests {
    /// Never lets anybody wait.
    private struct HastyClock: WallClock {
        let clock: ManualClock

        func now() -> Timestamp { clock.now() }
        func uptime() -> Duration { clock.uptime() }
        func sleep(for duration: Duration) async throws { try Task.checkCancellation() }
    }

    private struct Trial {
        let clock: ManualClock
        let store: any Store
        let environment: Environment

        func retention(_ owner: String, days: Int64?) -> Retention {
            let periods = RetentionPeriods(events: days.map { .seconds($0 * 86_400) })
            return Retention(environment: environment, store: store, owner: owner) { RetentionSettings(general: periods) }
        }

        /// Takes an event in, and has it done with.
        func receive() async throws -> String {
            let id = environment.identifier(.event)
            let request = ReceivedRequest(method: "POST", path: "/webhook", body: Array("{}".utf8))
            let event = Event(id: id, kind: .ats, connection: "acme", request: request, receivedAt: clock.now())
            _ = try await store.accept(event, dedupe: nil)
            try await store.perform([.unqueue(.event(id)), .event(id: id, state: .done, problem: nil)])
            return id
        }
    }

    private func withTrial(_ body: (Trial) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-retention-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (clock, random) = (ManualClock(), SeededRandom(1))
        let hasty = HastyClock(clock: clock)
        let store = try await StoreURL.open("sqlite:fairlead.db", relativeTo: folder.path, clock: hasty, random: random)
        let environment = Environment(
            registry: Registry(connections: [], accounts: []),
            clock: hasty,
            random: random,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        do { try await body(Trial(clock: clock, store: store, environment: environment)) } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    @Test("It is done once a night, by one host, and leaves one entry in the audit")
    func onceANight() async throws {
        try await withTrial { trial in
            let (one, two) = (trial.retention("one", days: 30), trial.retention("two", days: 30))
            let old = try await trial.receive()
            await one.look()
            #expect(try await trial.store.event(old) != nil)
            trial.clock.advance(by: .seconds(40 * 86_400))
            let young = try await trial.receive()
            #expect(try await one.preview().map(\.count) == [1])
            await one.look()
            #expect(try await trial.store.event(old) == nil)
            #expect(try await trial.store.event(young) != nil)
            #expect(one.standing.removed == [.events: 1] && one.standing.doneAt == trial.clock.now())
            await two.look()
            #expect(two.standing.removed.isEmpty && two.standing.doneAt == trial.clock.now())
            let entries = try await trial.store.audit(AuditQuery(), PageRequest()).items.filter { $0.action == "retention.run" }
            #expect(entries.count == 1 && entries.first?.details["events"] == 1)
            trial.clock.advance(by: .seconds(86_400))
            await two.look()
            #expect(two.standing.doneAt == trial.clock.now())
            #expect(try await trial.store.audit(AuditQuery(), PageRequest()).items.count { $0.action == "retention.run" } == 1)
        }
    }

    @Test("Nothing goes where the settings say nothing, nor by day; somebody who asks does not wait for the night")
    func onlyWhenItIsTime() async throws {
        try await withTrial { trial in
            let old = try await trial.receive()
            trial.clock.advance(by: .seconds(400 * 86_400))
            let none = trial.retention("none", days: nil)
            await none.look()
            await none.look()
            #expect(try await trial.store.event(old) != nil)
            let some = trial.retention("some", days: 30)
            trial.clock.advance(by: .seconds(3600))
            await some.look()
            #expect(try await trial.store.event(old) != nil)
            try await some.start()
            await some.look()
            #expect(try await trial.store.event(old) == nil)
        }
    }

    @Test("What somebody asks for while another host has the turn, or had it when it was killed, is done once that is free")
    func waits() async throws {
        try await withTrial { trial in
            let old = try await trial.receive()
            trial.clock.advance(by: .seconds(400 * 86_400))
            let retention = trial.retention("one", days: 30)
            await trial.retention("two", days: nil).look()
            #expect(try await trial.store.takeTurn("retention", owner: "killed", for: .seconds(300)).isMine)
            try await retention.start()
            await retention.look()
            #expect(try await trial.store.event(old) != nil)
            trial.clock.advance(by: .seconds(301))
            await retention.look()
            #expect(try await trial.store.event(old) == nil)
        }
    }

    @Test(
        "A clock that was set ahead removes nothing, and is an issue, until a person says that it is right or it has kept pace for a day",
        arguments: [true, false]
    )
    func clockAhead(_ isSaid: Bool) async throws {
        try await withTrial { trial in
            let retention = trial.retention("one", days: 30)
            let doubts = ClockDoubts(environment: trial.environment, store: trial.store)
            #expect(await !doubts.look(after: false))
            let young = try await trial.receive()
            trial.clock.jump(by: .seconds(40 * 86_400))
            #expect(await doubts.look(after: false))
            let seen = trial.environment.issues.take { trial.environment.identifier(.issue) }
            let sighting = try #require(seen.0.first { $0.cause == IssueCause(.clockAhead) })
            #expect(sighting.details["ahead_seconds"] == .int(40 * 86_400))
            let now = trial.clock.now()
            var issue = IssueRecord(id: "", cause: sighting.cause, firstSeenAt: now, openedAt: now, lastSeenAt: now, count: 1)
            issue.details = sighting.details
            let text = IssueText(issue, registry: trial.environment.registry)
            #expect(text.title.contains("40 d ahead") && text.commands == ["fairlead retention --clock-is-right"])
            await retention.look()
            try await retention.start()
            await retention.look()
            #expect(try await trial.store.event(young) != nil)
            #expect(!trial.environment.issues.take { trial.environment.identifier(.issue) }.0.contains { $0.cause.kind == .retentionOverdue })
            if isSaid {
                try await retention.trustClock()
            } else {
                trial.clock.advance(by: .seconds(86_400))
                #expect(await !doubts.look(after: true))
            }
            await retention.look()
            #expect(try await trial.store.event(young) == nil)
            #expect(trial.environment.issues.take { trial.environment.identifier(.issue) }.1.contains(IssueCause(.clockAhead)))
        }
    }

    @Test("Where no run was finished for two nights, that is an issue until one is")
    func overdue() async throws {
        try await withTrial { trial in
            let retention = trial.retention("one", days: 30)
            await retention.look()
            let other = try await trial.store.takeTurn("retention", owner: "stuck", for: .seconds(100 * 86_400))
            #expect(other.isMine)
            trial.clock.advance(by: .seconds(3 * 86_400))
            await retention.look()
            let cause = IssueCause(.retentionOverdue)
            let seen = trial.environment.issues.take { trial.environment.identifier(.issue) }
            #expect(seen.0.map(\.cause) == [cause])
            try await trial.store.endTurn("retention", owner: "stuck", doneAt: nil)
            await retention.look()
            #expect(trial.environment.issues.take { trial.environment.identifier(.issue) }.1.contains(cause))
        }
    }
}
