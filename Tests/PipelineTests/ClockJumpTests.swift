import Screening
import ScreeningTesting
import Simulators
import Synchronization
import Testing

@testable import Pipeline

/// The machine's clock with an error that a test sets.
final class JumpingClock: WallClock {
    private let error = Mutex(Duration.zero)

    func now() -> Timestamp { SystemClock().now() + error.withLock { $0 } }
    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
    func jump(by duration: Duration) { error.withLock { $0 += duration } }
}

/// A clock that is set by an hour does no harm.
@Suite("A clock that jumps") struct ClockJumpTests {
    @Test("Every order is processed and sent once when the clock jumps an hour; back is an issue", arguments: [Int64(3600), -3600])
    func ordersGoOnAndAreSentOnce(_ seconds: Int64) async throws {
        let clock = JumpingClock()
        let harness = try await PipelineHarness(clock: clock)
        let first = try await harness.place("application-first")
        #expect(try await harness.order(first.id, in: .requested) != nil)
        let before = try await harness.place("application-before")
        harness.site.faults.set(.zinc, "create", .latency(.milliseconds(400)))
        let during = try await harness.place("application-during")
        clock.jump(by: .seconds(seconds))
        let after = try await harness.place("application-after")
        for order in [before, during, after] { #expect(try await harness.order(order.id, in: .requested) != nil) }
        #expect(harness.site.zinc.requests.count == 4)
        // By an hour's error the ATS does not trust what it hears, but it does hear it.
        let called = try await eventually {
            harness.transport.requests.contains { $0.url == harness.site.ats.callbackURL && $0.isAbout(after) } ? true : nil
        }
        #expect(called == true)
        if seconds < 0 {
            let issue = try await eventually {
                var query = IssueQuery()
                (query.kinds, query.at) = ([.clock], clock.now())
                return try await harness.context.store.issues(query, PageRequest()).items.first
            }
            #expect(issue?.details["seconds"]?.integer ?? 0 > 3500)
        }
        await harness.stop()
    }
}

extension WireRequest {
    fileprivate func isAbout(_ order: Order) -> Bool { String(decoding: body, as: UTF8.self).contains(order.externalID) }
}
