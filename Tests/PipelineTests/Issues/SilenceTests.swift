import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// Invented traffic, minute by minute, of which nobody knows more than what was heard.
private struct Traffic: Sendable, CustomStringConvertible {
    let description: String
    /// How many deliveries an hour brings, by hour of the week from Monday 00:00.
    let rate: @Sendable (Int) -> Double

    static let office = Traffic(description: "office hours") { (8..<18).contains($0 % 24) && $0 < 120 ? 20 : $0 < 120 ? 0.2 : 0.1 }
    static let busy = Traffic(description: "busy office hours") { (8..<18).contains($0 % 24) && $0 < 120 ? 40 : 0 }
    static let steady = Traffic(description: "day and night") { _ in 6 }
    static let heavy = Traffic(description: "much, day and night") { _ in 400 }
    static let rare = Traffic(description: "once a working day") { (9..<17).contains($0 % 24) && $0 < 120 ? 1.0 / 8 : 0 }

    private static let start = 2_930 * 168 + 96

    /// Lives through some weeks and says when silence was first called, as hours since the beginning; nil where it never was.
    /// - Parameters:
    ///   - slow: working days, counted from the beginning, on which hardly anything happens.
    ///   - stop: the hour from which on nothing comes.
    func alarm(weeks: Int, slow: Set<Int> = [], stop: Int = .max, _ random: SeededRandom) -> Int? {
        let subject = OperatingState.Subject.connection("acme")
        var rhythm: ContactRhythm?
        var last: Timestamp?
        for hour in 0..<(weeks * 168) {
            let absolute = Int64(Traffic.start + hour)
            let perMinute = hour >= stop ? 0 : rate(hour % 168) * (slow.contains(hour / 24) ? 0.08 : 1) / 60
            var count = ContactCount(subject, hour: absolute, minutes: 0, deliveries: 0)
            for minute in 0..<60 {
                let now = Timestamp(milliseconds: absolute * 3_600_000 + Int64(minute) * 60_000)
                if random.fraction() < perMinute {
                    count.minutes += 1
                    count.deliveries += 1
                    last = now
                }
                guard minute % 30 == 29, let rhythm, let last else { continue }
                if SilenceRule(rhythm: rhythm, since: last, now: now).isSilent { return hour }
            }
            if count.minutes > 0 {
                if rhythm == nil { rhythm = ContactRhythm(subject, firstWeek: .max) }
                rhythm?.add(count)
            }
        }
        return nil
    }
}

@Suite("Silence")
struct SilenceTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4]

    @Test("Nights, weekends, slow days and chance are no silence", arguments: [Traffic.office, .busy, .steady, .heavy, .rare])
    private func noFalseAlarm(traffic: Traffic) {
        for seed in Self.seeds {
            let alarm = traffic.alarm(weeks: 10, slow: [28, 44, 57, 65], SeededRandom(seed))
            #expect(alarm == nil, "with seed \(seed), in hour \(alarm ?? 0)")
        }
    }

    @Test("A real stop is noticed, sooner where more is heard")
    func stop() throws {
        // On a Wednesday at eleven.
        let stop = 6 * 168 + 2 * 24 + 11
        let patience: [(Traffic, Int)] = [(.heavy, 4), (.busy, 24), (.office, 48), (.steady, 30), (.rare, 24 * 28)]
        for (traffic, hours) in patience {
            for seed in Self.seeds {
                let alarm = try #require(traffic.alarm(weeks: 12, stop: stop, SeededRandom(seed)), "\(traffic) with seed \(seed)")
                #expect(alarm >= stop, "\(traffic) with seed \(seed): too early")
                #expect(alarm - stop <= hours, "\(traffic) with seed \(seed): after \(alarm - stop) hours")
            }
        }
    }

    @Test("Nothing is said before there is history enough")
    func history() {
        #expect(Traffic.heavy.alarm(weeks: 2, stop: 168, SeededRandom(1)) == nil)
    }

    @Test("It is said how often something is usually heard at this time")
    func usual() {
        var rhythm = ContactRhythm(.connection("acme"), firstWeek: 100)
        // Tuesdays from nine to ten.
        let hour: Int64 = 105 * 168 + 96 + 24 + 9
        for week in (1...5).reversed() { rhythm.add(ContactCount(rhythm.subject, hour: hour - Int64(week) * 168, minutes: 40, deliveries: 90)) }
        let now = Timestamp(milliseconds: hour * 3_600_000 + 1_800_000)
        let rule = SilenceRule(rhythm: rhythm, since: now + .seconds(-3600), now: now)
        #expect(rule.usual == "usually heard from in about 40 minutes of a Tuesday between 9:00 and 10:00 UTC")
        #expect(abs(rule.missed - 20) < 1)
    }

    @Test("A day that is quiet in many places at once calls nobody; one that is quiet alone is called, and so are all a day later")
    func holiday() async throws {
        let clock = ManualClock()
        let harness = try await PipelineHarness(works: false, clock: clock)
        let store = harness.context.store
        let subjects: [OperatingState.Subject] = [.connection("acme"), .connection("greenhouse"), .connection("checks"), .account("zinc")]
        // Mondays to Fridays from eight to eighteen, for six weeks; then it is Monday noon, and nothing came since Friday.
        let monday = (ContactRhythm.hour(of: clock.now()) - 96) / 168 * 168 + 96 + 168
        var counts: [ContactCount] = []
        for subject in subjects {
            for week in -6..<0 {
                for day in 0..<5 {
                    for hour in 8..<18 {
                        counts.append(ContactCount(subject, hour: monday + Int64(week * 168 + day * 24 + hour), minutes: 20, deliveries: 20))
                    }
                }
            }
        }
        try await store.add(counts)
        let friday = Timestamp(milliseconds: (monday - 55) * 3_600_000)
        _ = try await store.listening(at: friday)
        func silent(hours: Int64, heard: [OperatingState.Subject: Int64] = [:]) async throws -> [IssueCause: JSON] {
            clock.advance(by: Timestamp(milliseconds: (monday + hours) * 3_600_000) - clock.now())
            // Somebody listens all the time, or silence would not count.
            var time = friday
            while time < clock.now() {
                _ = try await store.listening(at: time)
                time = time + .seconds(800)
            }
            let last = subjects.map { ($0, Timestamp(milliseconds: (monday + (heard[$0] ?? -55)) * 3_600_000)) }
            return try await SilenceWatch(environment: harness.context.environment, store: store).look(Dictionary(last) { $1 })
        }
        let others = Dictionary(subjects.dropFirst().map { ($0, Int64(16)) }) { $1 }
        #expect(try await silent(hours: 16, heard: others).keys.map(\.connection) == ["acme"])
        #expect(try await silent(hours: 17).isEmpty)
        let dayLater = try await silent(hours: 24 + 17)
        #expect(dayLater.count == 4 && dayLater.values.allSatisfy { $0["quiet"] == 4 && $0["regular"] == 4 })
        await harness.stop()
    }
}
