import Foundation
import Screening
import ScreeningTesting
import Simulators
import Testing

@testable import Pipeline

/// What fails again and again is left alone, and what waits for it loses nothing by that.
@Suite("Failures and retries") struct FailureTests {
    @Test("The default retry schedule makes sixteen attempts over three days")
    func theDefaultScheduleSpansThreeDays() {
        let schedule = RetryPolicy().mayPass
        #expect(schedule.waits.count == 15)
        #expect(schedule.waits.reduce(.zero, +) == .seconds(3 * 86_400))
        #expect(schedule.waits.prefix(3) == [.seconds(5), .seconds(30), .seconds(120)])
        #expect(RetryPolicy().scriptError.waits == [.seconds(5), .seconds(25)])
    }

    @Test("A short retry span is divided among all attempts")
    func aShortSpanIsSharedByAllAttempts() {
        let schedule = RetryPolicy(attempts: 4, span: .seconds(60)).mayPass
        #expect(schedule.waits == [.seconds(5), .milliseconds(27_500), .milliseconds(27_500)])
        #expect(RetryPolicy(attempts: 1).mayPass.waits.isEmpty)
    }

    @Test("Short waits that are asked for again and again neither hurry nor use up all attempts within hours")
    func askedWaits() {
        let (schedule, random) = (RetryPolicy().mayPass, SeededRandom(1))
        for asked in [Duration.zero, .milliseconds(200), .seconds(5)] {
            var now = Timestamp(milliseconds: 0)
            for attempt in 1...15 {
                guard let next = schedule.next(after: attempt, at: now, asked: asked, random) else { break }
                #expect(next - now >= asked && next > now)
                now = next
            }
            #expect(now - Timestamp(milliseconds: 0) > .seconds(4 * 3600), "\(asked)")
        }
        #expect(schedule.next(after: 1, at: Timestamp(milliseconds: 0), asked: .seconds(77), random) == Timestamp(milliseconds: 77_000))
    }

    @Test("An account that is told to ask again at once, each time, rests longer and longer")
    func restsGrow() {
        let rests = RestGrowth()
        var now = Timestamp(milliseconds: 0)
        var lengths: [Int64] = []
        for _ in 0..<9 {
            let rest = rests.next("one", asked: .seconds(1), at: now)
            lengths.append(rest.wholeMilliseconds / 1000)
            now = now + rest
        }
        #expect(lengths == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        #expect(rests.next("one", asked: .seconds(90), at: now) == .seconds(90))
        #expect(rests.next("two", asked: .seconds(1), at: now) == .seconds(1))
        #expect(rests.next("one", asked: .seconds(1), at: now + .seconds(600)) == .seconds(1))
    }

    @Test("Alerts are raised once each at half and at four fifths of the attempts")
    func halfAndFourFifthsOfTheAttemptsAreToldOnceEach() {
        let schedule = RetryPolicy().mayPass
        #expect((1...16).compactMap { schedule.alert(after: $0) } == [.half, .fourFifths])
        #expect((1...3).allSatisfy { RetryPolicy().scriptError.alert(after: $0) == nil })
    }

    @Test("Orders wait unspent for a provider that does not answer")
    func ordersWait() async throws {
        let still = try await StillBed()
        let (harness, commands) = (still.harness, still.commands)
        harness.site.faults.set(.zinc, nil, .status(503), times: nil)
        for index in 1...14 { _ = try await harness.place("application-\(index)") }
        try await still.work()
        let account = try #require(harness.context.registry.account("zinc"))
        #expect(try await commands.problem(of: account)?["code"] == "account_unreachable")
        let late = try await harness.place("application-late")
        try await still.work()
        #expect(try await commands.situation(of: late).obstacle?.code == "account_unreachable")
        #expect(try await still.store.timeline(of: late.id).map(\.kind) == ["accepted"])

        // Found to answer again by a call that orders nothing.
        harness.site.faults.clear()
        #expect(try await commands.check(account: "zinc") == nil)
        #expect(try await commands.problem(of: account) == nil)
        try await still.work()
        #expect(try await still.store.order(late.id)?.state == .requested)
        await still.end()
    }

    @Test("Runs wait unspent for a host that fails")
    func runsWait() async throws {
        let still = try await StillBed()
        let (harness, store) = (still.harness, still.store)
        harness.site.faults.set(.ats, "callback", .status(500), times: nil)
        for index in 1...12 { _ = try await harness.place("application-\(index)") }
        try await still.work()
        var query = RunQuery()
        query.states = [.waiting]
        let waiting = try await store.runs(query, PageRequest()).items
        let paused = try #require(waiting.first { $0.failure?.code == "host_paused" })
        #expect(paused.attempt == 0 && paused.nextAttemptAt != nil)
        #expect(harness.context.breakers.hosts.open(at: still.clock.now()).count == 1)

        harness.site.faults.clear()
        let notified = try await still.pass(120) { harness.site.ats.received.filter { $0.kind == .callback && $0.isVerified }.count >= 12 }
        #expect(notified)
        #expect(harness.context.breakers.hosts.open(at: still.clock.now()).isEmpty)
        await still.end()
    }

    @Test("A refused order is sent again only on request, and an abandoned one cannot be retried")
    func whatWasGivenUpOrRefusedIsSentAgainOnRequestOnly() async throws {
        let harness = try await PipelineHarness()
        harness.site.faults.set(.zinc, "create", .status(422))
        let order = try await harness.place("application-1")
        #expect(try await harness.order(order.id, in: .refused) != nil)
        var query = OrderQuery()
        query.connections = ["acme"]
        #expect(try await harness.commands.retry(orders: query, PageRequest()) == Commands.Batch())
        query.states = [.refused]
        #expect(try await harness.commands.retry(orders: query, PageRequest()).done == 1)
        #expect(try await harness.order(order.id, in: .requested) != nil)
        #expect(harness.site.zinc.requests.count == 1)
        await #expect(throws: CommandError.self) { try await harness.commands.retry(order: order.id) }

        harness.site.faults.set(.zinc, "create", .status(500))
        let lost = try await harness.place("application-2")
        #expect(try await harness.order(lost.id, in: .uncertain) != nil)
        _ = try await harness.commands.resolve(order: lost.id, .abandon)
        await #expect(throws: CommandError.self) { try await harness.commands.retry(order: lost.id) }
        await harness.stop()
    }
}
