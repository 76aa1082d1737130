import Screening
import Testing

@testable import Stores

@Suite("Whether a clock can be believed") struct ClockTrustTests {
    private static let day = Duration.seconds(86_400)
    private let begin = Timestamp(milliseconds: 1_796_000_000_000)

    private func reading(_ time: Timestamp, _ uptime: Duration = .zero) -> ClockTrust.Reading { ClockTrust.Reading(time: time, uptime: uptime) }

    @Test("A machine that starts with the clock of 1970 and is then told the time believes it")
    func atTheBeginning() {
        let kept = ClockTrust.Kept(trustedAt: begin, seenAt: begin, doubtedAt: nil)
        var trust = ClockTrust(reading(Timestamp(milliseconds: 0)), kept: kept)
        #expect(trust.standing(reading(Timestamp(milliseconds: 60_000), .seconds(60))) == ClockStanding())
        trust.look(reading(Timestamp(milliseconds: 60_000), .seconds(60)), kept: kept)
        let set = reading(begin + .seconds(600), .seconds(61))
        trust.look(set, kept: kept)
        #expect(trust.standing(set) == ClockStanding() && trust.removalTime(set) == set.time)
    }

    @Test("A clock that was wrong for days, was believed, and is set right is believed at once and measured by itself after a day")
    func setBack() {
        var trust = ClockTrust(reading(begin))
        let right = reading(begin + .seconds(-30 * 86_400), .seconds(10))
        trust.look(right, kept: nil)
        #expect(trust.standing(right) == ClockStanding() && trust.removalTime(right) == right.time)
        let later = reading(right.time + Self.day, right.uptime + Self.day)
        trust.look(later, kept: nil)
        let ahead = reading(later.time + .seconds(20 * 86_400), later.uptime + .seconds(1))
        trust.look(ahead, kept: nil)
        #expect(trust.standing(ahead).doubt?.ahead == .seconds(20 * 86_400 - 1))
    }

    @Test("What one process doubts another does that starts meanwhile; what one is told to believe the other believes")
    func replicas() {
        var one = ClockTrust(reading(begin))
        let ahead = reading(begin + .seconds(40 * 86_400), .seconds(60))
        one.look(ahead, kept: ClockTrust.Kept(trustedAt: begin, seenAt: begin, doubtedAt: nil))
        let kept = one.kept(ahead)
        #expect(kept.doubtedAt == ahead.time && kept.trustedAt == begin + .seconds(60))
        let second = reading(ahead.time + .seconds(30), .seconds(5))
        var two = ClockTrust(second, kept: kept)
        #expect(two.standing(second).doubt?.since == ahead.time)
        two.believe(second)
        let next = reading(ahead.time + .seconds(60), .seconds(120))
        one.look(next, kept: two.kept(second))
        #expect(one.standing(next) == ClockStanding())
    }

    @Test("A time in which nobody looked does not count for a clock that is doubted")
    func trialOverAPause() {
        let ahead = begin + .seconds(400 * 86_400)
        let kept = ClockTrust.Kept(trustedAt: begin, seenAt: ahead, doubtedAt: ahead)
        let started = reading(ahead + .seconds(86_000))
        var trust = ClockTrust(started, kept: kept)
        #expect(trust.standing(started).doubt?.since == started.time)
        let later = reading(started.time + .seconds(3600), .seconds(3600))
        trust.look(later, kept: trust.kept(started))
        #expect(trust.standing(later).doubt != nil)
    }

    @Test("A host whose machine slept believes the hosts that did not")
    func slept() {
        var one = ClockTrust(reading(begin))
        let awake = reading(begin + .seconds(3 * 86_400), .seconds(60))
        one.look(awake, kept: ClockTrust.Kept(trustedAt: awake.time + .seconds(-30), seenAt: awake.time + .seconds(-30), doubtedAt: nil))
        #expect(one.standing(awake) == ClockStanding() && one.removalTime(awake) == awake.time)
    }

    @Test("A clock that was doubted and is right after a restart is believed")
    func rightAfterRestart() {
        let kept = ClockTrust.Kept(trustedAt: begin, seenAt: begin + .seconds(400 * 86_400), doubtedAt: begin + .seconds(399 * 86_400))
        let now = reading(begin + .seconds(3000))
        let trust = ClockTrust(now, kept: kept)
        #expect(trust.standing(now) == ClockStanding() && trust.removalTime(now) == now.time)
        let far = reading(begin + .seconds(900 * 86_400))
        #expect(ClockTrust(far, kept: kept).standing(far).doubt?.since == far.time)
    }
}
