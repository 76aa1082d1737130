import Testing

@testable import Screening

@Suite("Timestamps from outside")
struct OutsideTimestampTests {
    private static let moment: Int64 = 1_780_000_000_000  // 2026-05-28T20:26:40Z

    @Test(
        "A timestamp is read in whatever spelling an ATS gives it",
        arguments: [
            "2026-05-28T20:26:40Z", "2026-05-28T20:26:40.000Z", "2026-05-28t20:26:40z", "2026-05-28 20:26:40 UTC", "2026-05-28 20:26:40",
            "2026-05-28T20:26:40", "20260528T202640Z", "2026-05-28T22:26:40+02:00", "2026-05-28T22:26:40+0200", "2026-05-28T22:26:40 +02",
            "2026-05-28T20:26:40.000000000Z", "2026-05-28T20:26:40,000+00:00", " 2026-05-28T20:26:40Z ", "Thu, 28 May 2026 20:26:40 GMT",
            "28 May 2026 21:26:40 +0100", "1780000000", "1780000000.0", "1780000000000", "1780000000000000", "1780000000000000000", "1.78e12",
        ]
    )
    func spellings(_ text: String) { #expect(Timestamp(outside: .string(text))?.milliseconds == Self.moment) }

    @Test("A number counts seconds, milliseconds, microseconds or nanoseconds, by its size")
    func numbers() {
        for value: JSON in [1_780_000_000, 1_780_000_000_000, 1_780_000_000_000_000, .double(1.78e9), .double(1.78e12)] {
            #expect(Timestamp(outside: value)?.milliseconds == Self.moment)
        }
        #expect(Timestamp(outside: .double(1_780_000_000.25))?.milliseconds == Self.moment + 250)
    }

    @Test(
        "What names no point in time is none",
        arguments: [
            "", "2026-05-28", "28 May 2026", "yesterday", "0", "-5", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-05-28T25:00:00Z",
            "2026-05-28T20:26:40+99:00", "1969-12-31T23:59:59Z", "12", "NaN", "inf", "1e300",
        ]
    )
    func nonsense(_ text: String) { #expect(Timestamp(outside: .string(text)) == nil) }

    @Test("Values that are neither text nor number are no timestamps")
    func otherKinds() {
        for value: JSON in [.null, true, [], [:], ["2026-05-28T20:26:40Z"]] { #expect(Timestamp(outside: value) == nil) }
    }
}
