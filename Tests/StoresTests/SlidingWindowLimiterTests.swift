import Screening
import Testing

@testable import Stores

@Suite("A budget's window")
struct SlidingWindowLimiterTests {
    @Test("A window is restored from its text unchanged")
    func comesBackFromItsText() {
        var window = SlidingWindowLimiter()
        _ = window.take(3, perMinute: 30, now: 1000)
        _ = window.take(4, perMinute: 30, now: 2000)
        #expect(SlidingWindowLimiter(text: window.text) == window)
    }

    @Test("A refusal names the time at which enough earlier grants have expired")
    func namesTheTimeAtWhichTheOldestGrantIsForgotten() {
        var window = SlidingWindowLimiter()
        _ = window.take(10, perMinute: 30, now: 1000)
        _ = window.take(20, perMinute: 30, now: 5000)
        let grant = window.take(1, perMinute: 30, now: 6000)
        #expect(grant == Grant(count: 0, next: Timestamp(milliseconds: 1000 + SlidingWindowLimiter.length)))
        // With a smaller budget the oldest grant is not enough.
        #expect(window.take(1, perMinute: 15, now: 6000).next == Timestamp(milliseconds: 5000 + SlidingWindowLimiter.length))
    }

    @Test("A clock that is set back blocks for no longer than one window")
    func aClockSetBackDoesNotBlockForLongerThanAWindow() {
        var window = SlidingWindowLimiter()
        _ = window.take(30, perMinute: 30, now: 3_600_000)
        #expect(window.take(1, perMinute: 30, now: 0).count == 0)
        #expect(window.take(1, perMinute: 30, now: SlidingWindowLimiter.length).count == 1)
    }

    @Test("The window stays small and never grants more than the limit in a minute")
    func staysSmallAndNeverGrantsTooMuch() {
        var window = SlidingWindowLimiter()
        var grants: [(at: Int64, count: Int)] = []
        for step in 0..<5000 {
            let now = Int64(step) * 97
            grants.append((now, window.take(3, perMinute: 1000, now: now).count))
            #expect(window.taken.count <= 129)
        }
        for start in stride(from: 0, to: grants.count, by: 50) {
            let sum = grants[start...].prefix { $0.at < grants[start].at + 60_000 }.reduce(0) { $0 + $1.count }
            #expect(sum <= 1000)
        }
    }
}
