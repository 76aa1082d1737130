import Screening
import Testing

@Suite("Retry-After")
struct RetryAfterTests {
    private static let now = Timestamp(iso8601: "2026-03-01T09:30:00Z")!

    private func wait(_ text: String) -> Duration? { RetryAfter.duration(text, at: Self.now) }

    @Test(
        "Seconds, HTTP dates in their three forms and ISO 8601 are understood",
        arguments: [
            ("60", 60_000), (" 60 ", 60_000), ("1.5", 1500), ("+7", 7000), ("120, 120", 120_000),
            ("Sun, 01 Mar 2026 09:31:00 GMT", 60_000), ("Sunday, 01-Mar-26 09:31:00 GMT", 60_000), ("Sun Mar  1 09:31:00 2026", 60_000),
            ("Sun, 1 Mar 2026 09:31:00 UTC", 60_000), ("2026-03-01T09:31:00Z", 60_000), ("2026-03-01T10:31:00+01:00", 60_000),
            ("2026-03-01T09:31:00.500Z", 60_500),
        ]
    )
    func understood(_ text: String, _ milliseconds: Int) { #expect(wait(text) == .milliseconds(milliseconds)) }

    @Test(
        "What is over, nothing or negative is a second; what is far off is a day",
        arguments: ["0", "-5", "0.001", "Sun, 01 Mar 2020 09:31:00 GMT"]
    )
    func bounds(_ text: String) {
        #expect(wait(text) == .seconds(1))
        for far in ["99999999999999999999999", "86401", "Sun, 01 Mar 2099 09:31:00 GMT", "2099-01-01T00:00:00Z"] {
            #expect(wait(far) == .seconds(86_400))
        }
    }

    @Test(
        "Anything else is not understood",
        arguments: ["", "soon", "1e3", "0x10", "nan", "inf", "--5", "Sun, 99 Mar 2026 09:31:00 GMT", "1 2 3 4 5", "60s"]
    )
    func garbage(_ text: String) { #expect(wait(text) == nil) }
}
