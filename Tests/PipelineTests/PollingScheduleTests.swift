import Foundation
import Screening
import ScreeningTesting
import Stores
import Testing

@testable import Pipeline

/// Orders are read as often as the provider allows and no more, and none is forgotten.
@Suite("The polling schedule") struct PollingScheduleTests {
    @Test("Of many open orders no more are read in a minute than the provider allows")
    func budget() async throws {
        let still = try await StillBed(poll: .milliseconds(20))
        for index in 1...40 { _ = try await still.harness.place("application-\(index)", account: "workerchecks") }
        try await still.work()
        let reads = { still.harness.transport.requests.filter { $0.url.contains("/workerchecks/invitations/") && $0.url.hasSuffix("/result") }.count }
        for (second, count) in [(1, 30), (29, 30), (30, 30), (2, 60)] as [(Int64, Int)] {
            still.clock.advance(by: .seconds(second))
            try await still.poll("workerchecks")
            #expect(reads() == count)
        }
        await still.end()
    }

    @Test("No order is left unread while another is viewed again and again")
    func ofThousandsNoneIsForgottenBehindThoseThatPeopleLookAt() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-polling-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let clock = ManualClock()
        let store = try await StoreURL.open("sqlite:store.db", relativeTo: folder.path, clock: clock, random: SeededRandom(1))
        let count = 600
        let all = (0..<count).map { QueuedWork(.read(order: "order-\($0)"), account: "a", due: clock.now() + .milliseconds($0)) }
        try await store.perform(all.map { .queue($0) })
        var reads: [String: Int] = [:]
        let viewRefresh = ViewTriggeredRefresh()
        for _ in 0..<30 {
            clock.advance(by: .seconds(60))
            if viewRefresh.admits("order-7", of: "a", perMinute: 30, at: clock.now()) {
                let urgency = PollingSchedule.Urgency.shown.rawValue
                try await store.perform([.queue(QueuedWork(.read(order: "order-7"), account: "a", due: clock.now(), priority: urgency))])
            }
            let claims = try await store.claim(ClaimRequest(owner: "poller", limit: 30, kinds: [.read], account: "a"))
            #expect(claims.count == 30)
            for claim in claims { reads[claim.work.subject, default: 0] += 1 }
            try await withThrowingTaskGroup { group in
                for claim in claims {
                    let next = QueuedWork(claim.work, account: "a", due: clock.now() + .seconds(900))
                    group.addTask { try await store.commit(claim, Decision(.done, [.queue(next)])) }
                }
                try await group.waitForAll()
            }
        }
        #expect(reads.count == count)
        #expect(reads["order-7"] == 30)
        #expect(reads.filter { $0.key != "order-7" }.values.max() ?? 0 <= 2)
        await store.close()
    }

    @Test("An order that has not changed for long is polled less often")
    func whatIsSilentIsAskedAboutLessOften() async throws {
        let harness = try await PipelineHarness(poll: .seconds(900), works: false)
        var order = try await harness.place("application-1", account: "workerchecks")
        order.providerRef = "ref"
        func interval(_ state: OrderState, silentFor days: Int64) -> Duration? {
            order.status.state = state
            order.updatedAt = harness.context.clock.now() + .seconds(-days * 86_400 - 60)
            return PollingSchedule.interval(of: order, harness.context.environment)
        }
        #expect(interval(.awaitingCandidate, silentFor: 0) == .seconds(900))
        #expect(interval(.awaitingCandidate, silentFor: 2) == .seconds(1800))
        #expect(interval(.inProgress, silentFor: 2) == .seconds(900))
        #expect(interval(.awaitingCandidate, silentFor: 30) == .seconds(7200))
        #expect(interval(.completed, silentFor: 2) == .seconds(3600))
        #expect(interval(.completed, silentFor: 8) == nil)
        #expect(interval(.cancelled, silentFor: 0) == nil)
        await harness.stop()
    }

    @Test("Viewing an order triggers at most one read a minute, within a share of the account's rate limit")
    func aLookHasAnOrderReadSoonAndOnlyOnceAMinute() async throws {
        let viewRefresh = ViewTriggeredRefresh()
        let clock = ManualClock()
        let orders = (0..<20).map { "order-\($0)" }
        #expect(orders.filter { viewRefresh.admits($0, of: "a", perMinute: 30, at: clock.now()) }.count == 10)
        #expect(!viewRefresh.admits(orders[0], of: "a", perMinute: 30, at: clock.now()))
        clock.advance(by: .seconds(61))
        #expect(viewRefresh.admits(orders[0], of: "a", perMinute: 30, at: clock.now()))
    }
}
