import Screening
import Testing

@testable import Pipeline

@Suite("A circuit breaker")
struct CircuitBreakerTests {
    private let start = Timestamp(milliseconds: 1_772_357_400_000)
    private let policy = CircuitBreaker.Policy(failures: 3, pause: .seconds(10), longest: .seconds(30), probe: .seconds(10))

    private func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker(policy)
        for _ in 0..<3 { _ = breaker.failed(at: start) }
        return breaker
    }

    @Test("It opens after consecutive failures and reports that once")
    func opensAfterFailuresInARowAndSaysSoOnce() {
        var breaker = CircuitBreaker(policy)
        let opened = (0..<4).map { _ in breaker.failed(at: start) }
        #expect(opened == [false, false, true, false])
        let asked = breaker.ask(at: start)
        #expect(asked == .refused(until: start + .seconds(10)))
    }

    @Test("A success resets the count of failures")
    func forgetsFailuresWhenSomethingGoesWell() {
        var breaker = CircuitBreaker(policy)
        _ = breaker.failed(at: start)
        _ = breaker.failed(at: start)
        let (closed, opened) = (breaker.succeeded(), breaker.failed(at: start))
        #expect(!closed && !opened)
        #expect(!breaker.isOpen)
    }

    @Test("After the pause it allows one attempt and closes when that succeeds")
    func letsOneThroughAfterThePauseAndClosesWhenItGoesWell() {
        var breaker = opened()
        let later = start + .seconds(11)
        let (probe, another, closed) = (breaker.ask(at: later), breaker.ask(at: later), breaker.succeeded())
        #expect(probe == .granted)
        #expect(another != .granted)
        #expect(closed)
        #expect(!breaker.isOpen)
    }

    @Test("Each failed attempt lengthens the pause up to a limit")
    func waitsLongerEachTimeUpToALimit() {
        var breaker = opened()
        var now = start
        for pause in [20, 30, 30] {
            now = now + .seconds(31)
            let (probe, opened, next) = (breaker.ask(at: now), breaker.failed(at: now), breaker.ask(at: now))
            #expect(probe == .granted)
            #expect(!opened)
            #expect(next == .refused(until: now + .seconds(Int64(pause))))
        }
    }

    @Test("It allows another attempt when one was abandoned or never reported back")
    func doesNotWaitForeverForAnAttemptThatNeverReported() {
        var breaker = opened()
        let asked = [11, 12, 22].map { breaker.ask(at: start + .seconds(Int64($0))) == .granted }
        #expect(asked == [true, false, true])
        breaker.abandoned()
        let again = breaker.ask(at: start + .seconds(22))
        #expect(again == .granted)
    }

    @Test("What began before it opened does not close it when it goes well; the attempt that it let through does")
    func onlyItsOwnAttemptClosesIt() {
        var breaker = opened()
        let early = breaker.succeeded(begun: start + .seconds(-1))
        let late = breaker.succeeded(begun: start + .seconds(9))
        #expect(!early && !late && breaker.isOpen)
        let later = start + .seconds(11)
        let (probe, closed) = (breaker.ask(at: later), breaker.succeeded(begun: later))
        #expect(probe == .granted && closed && !breaker.isOpen)
    }
}
