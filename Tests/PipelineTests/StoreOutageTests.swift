import Logging
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

@Suite("What the log says of a store that is away")
struct StoreOutageTests {
    private let harness = StageHarness()
    private var environment: Environment { harness.environment }

    private var lines: [String] { harness.log.lines }

    @Test("It is one line when it goes and one when it is back, however many notice")
    func once() {
        for what in ["claiming work", "renewing leases", "work", "claiming work"] { environment.storeFailed(StoreError.unavailable("away"), what) }
        harness.clock.advance(by: .seconds(60))
        environment.storeFailed(StoreError.unknown("the connection broke"), "claiming work")
        #expect(lines.count == 1 && lines[0].hasPrefix("error the store is not available"))
        harness.clock.advance(by: .seconds(3))
        for _ in 0..<3 { environment.storeAnswered(wrote: false) }
        #expect(lines.count == 2 && lines[1].hasPrefix("notice the store is available again"))
    }

    @Test("It reminds every five minutes, with how often something failed")
    func reminds() {
        for _ in 0..<601 {
            environment.storeFailed(StoreError.unavailable("away"), "claiming work")
            harness.clock.advance(by: .seconds(1))
        }
        #expect(lines.count == 3 && lines[1].contains("still not available"))
        #expect(lines.last?.contains("failures=601") == true)
    }

    @Test("A call that succeeds between others that fail does not make it back")
    func flapping() {
        for _ in 0..<10 {
            environment.storeFailed(StoreError.unavailable("away"), "claiming work")
            environment.storeAnswered(wrote: true)
            harness.clock.advance(by: .milliseconds(200))
        }
        #expect(lines.count == 1)
    }

    @Test("A full disk is over when something is written, not when something is read")
    func full() {
        environment.storeFailed(StoreError.unavailable("the disk is full"), "writing what a provider said")
        harness.clock.advance(by: .seconds(30))
        environment.storeAnswered(wrote: false)
        #expect(lines.count == 1)
        environment.storeAnswered(wrote: true)
        #expect(lines.count == 2)
    }

    @Test("That it takes nothing is known to whoever asks, until something is written or a minute without a refusal is over")
    func known() {
        let full = StoreError.unavailable("the disk is full")
        environment.storeFailed(full, "writing what a provider said")
        harness.clock.advance(by: .seconds(30))
        environment.storeAnswered(wrote: false)
        #expect(environment.outage.present == full && environment.outage.refusal(at: harness.now) == full)
        harness.clock.advance(by: .seconds(31))
        #expect(environment.outage.refusal(at: harness.now) == nil)
        environment.storeAnswered(wrote: true)
        #expect(environment.outage.present == nil)
    }

    @Test("Any other error is said each time")
    func others() {
        for _ in 0..<2 { environment.storeFailed(StoreError.corrupt("orders, row 7"), "work") }
        environment.storeFailed(StoreError.closed, "work")
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("error failed: work; it is tried again") })
    }
}
