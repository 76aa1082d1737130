import Foundation
import Screening
import ScreeningTesting
import Testing

@Suite("Timestamps and the clock")
struct TimestampTests {
    @Test(
        "Known timestamps",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (1_772_357_400_000, "2026-03-01T09:30:00.000Z"),
            (951_782_400_123, "2000-02-29T00:00:00.123Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ]
    )
    func known(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
        #expect(Timestamp(iso8601: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test("Zones are understood, other text is not")
    func parsing() {
        #expect(Timestamp(iso8601: "2026-03-01T09:30:00Z") == Timestamp(iso8601: "2026-03-01T10:30:00+01:00"))
        for text in ["", "yesterday", "2026-03-01", "2026-03-01T09:30:00", "2026-13-01T09:30:00Z"] { #expect(Timestamp(iso8601: text) == nil) }
    }

    @Test("Any timestamp is read back as written, and later ones sort later as text")
    func roundTrip() {
        let random = SeededRandom(3)
        let timestamps = (0..<500).map { _ in Timestamp(milliseconds: Int64(random.next() % 250_000_000_000_000)) }
        for timestamp in timestamps { #expect(Timestamp(iso8601: timestamp.iso8601) == timestamp) }
        #expect(timestamps.sorted().map(\.iso8601) == timestamps.map(\.iso8601).sorted())
    }

    @Test("Durations add and subtract in milliseconds")
    func arithmetic() {
        let timestamp = Timestamp(milliseconds: 1000)
        #expect(timestamp + .seconds(-2) == Timestamp(milliseconds: -1000))
        #expect(timestamp + .milliseconds(5) - timestamp == .milliseconds(5))
        #expect(Duration.seconds(1.0019).wholeMilliseconds == 1001)
    }

    @Test("A manual clock wakes sleepers when it is moved past their time, and cancellation wakes them at once")
    func manualClock() async throws {
        let clock = ManualClock()
        let short = Task { try await clock.sleep(for: .seconds(5)) }
        let long = Task { try await clock.sleep(for: .seconds(50)) }
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(5))
        try await short.value
        #expect(clock.sleeperCount == 1)
        long.cancel()
        await #expect(throws: CancellationError.self) { try await long.value }
        #expect(clock.sleeperCount == 0)
        try await clock.sleep(for: .zero)
    }
}
