import Foundation
import Screening
import ScreeningTesting
import Simulators
import Testing

@testable import Pipeline

/// What fails again and again is left alone, and what waits for it loses nothing by that.
@Suite struct FailureTests {
    @Test func theDefaultScheduleSpansThreeDays() {
        let schedule = RetryPolicy().mayPass
        #expect(schedule.waits.count == 15)
        #expect(schedule.waits.reduce(.zero, +) == .seconds(3 * 86_400))
        #expect(schedule.waits.prefix(3) == [.seconds(5), .seconds(30), .seconds(120)])
        #expect(RetryPolicy().scriptError.waits == [.seconds(5), .seconds(25)])
    }

    @Test func aShortSpanIsSharedByAllAttempts() {
        let schedule = RetryPolicy(attempts: 4, span: .seconds(60)).mayPass
        #expect(schedule.waits == [.seconds(5), .milliseconds(27_500), .milliseconds(27_500)])
        #expect(RetryPolicy(attempts: 1).mayPass.waits.isEmpty)
    }

    @Test func halfAndMostOfTheAttemptsAreToldOnceEach() {
        let schedule = RetryPolicy().mayPass
        #expect((1...16).compactMap { schedule.alert(after: $0) } == [.half, .most])
        #expect((1...3).allSatisfy { RetryPolicy().scriptError.alert(after: $0) == nil })
    }

    @Test func ordersWaitUnspentForAProviderThatDoesNotAnswer() async throws {
        let bed = try await Bed()
        bed.site.faults.set(.zinc, nil, .status(503), times: nil)
        var orders: [Order] = []
        for index in 1...14 { orders.append(try await bed.place("application-\(index)")) }
        let account = try #require(bed.context.directory.account("zinc"))
        let problem = try await eventually { try await bed.commands.problem(of: account) }
        #expect(problem?["code"] == "account_unreachable")
        let late = try await bed.place("application-late")
        try await Task.sleep(for: .milliseconds(300))
        let outlook = try await bed.commands.outlook(of: late)
        #expect(outlook.obstacle?["code"] == "account_unreachable")
        #expect(try await bed.context.store.timeline(of: late.id).map(\.kind) == ["accepted"])

        // Found to answer again by a call that orders nothing.
        bed.site.faults.clear()
        _ = try? await bed.commands.check(account: "zinc")
        #expect(try await bed.commands.problem(of: account) == nil)
        #expect(try await bed.order(late.id, in: .requested) != nil)
        await bed.stop()
    }

    @Test func runsWaitUnspentForAHostThatFails() async throws {
        let bed = try await Bed()
        bed.site.faults.set(.ats, "callback", .status(500), times: nil)
        var orders: [Order] = []
        for index in 1...12 { orders.append(try await bed.place("application-\(index)")) }
        let waiting = try await eventually { () -> [Run]? in
            var query = RunQuery()
            query.states = [.waiting]
            let runs = try await bed.context.store.runs(query, PageRequest()).items.filter { $0.failure?.code == "host_paused" }
            return runs.isEmpty ? nil : runs
        }
        let paused = try #require(waiting?.first)
        #expect(paused.attempt <= 1)
        #expect(paused.nextAttemptAt != nil)
        #expect(bed.context.breakers.hosts.open(at: bed.context.clock.now()).count == 1)

        bed.site.faults.clear()
        // A run that was answered 500 twice waits half a minute by itself.
        let told = try await eventually(within: 90) {
            bed.site.ats.received.filter { $0.kind == .callback && $0.isVerified }.count >= 12 ? true : nil
        }
        #expect(told == true)
        #expect(bed.context.breakers.hosts.open(at: bed.context.clock.now()).isEmpty)
        await bed.stop()
    }

    @Test func whatWasGivenUpOrRefusedIsSentAgainOnRequestOnly() async throws {
        let bed = try await Bed()
        bed.site.faults.set(.zinc, "create", .status(422))
        let order = try await bed.place("application-1")
        #expect(try await bed.order(order.id, in: .refused) != nil)
        var query = OrderQuery()
        query.connections = ["acme"]
        #expect(try await bed.commands.retry(orders: query, PageRequest()) == Commands.Batch())
        query.states = [.refused]
        #expect(try await bed.commands.retry(orders: query, PageRequest()).done == 1)
        #expect(try await bed.order(order.id, in: .requested) != nil)
        #expect(bed.site.zinc.requests.count == 1)
        await #expect(throws: Refusal.self) { try await bed.commands.retry(order: order.id) }

        bed.site.faults.set(.zinc, "create", .status(500))
        let lost = try await bed.place("application-2")
        #expect(try await bed.order(lost.id, in: .uncertain) != nil)
        _ = try await bed.commands.resolve(order: lost.id, .abandon)
        await #expect(throws: Refusal.self) { try await bed.commands.retry(order: lost.id) }
        await bed.stop()
    }
}
