import ConfigurationFiles
import Testing

@Suite("Times in settings")
struct DurationTests {
    @Test(
        "A time is a whole number of seconds, or one with a unit",
        arguments: [("0", 0), ("90", 90), ("90s", 90), ("15m", 900), ("8h", 28_800), ("3d", 259_200), ("3650d", 315_360_000)]
    )
    func times(_ text: String, _ seconds: Int64) { #expect(Duration(short: text) == .seconds(seconds)) }

    @Test("Anything else is no time", arguments: ["", "s", "1.5h", "-1", "+1", "1 h", "1w", "3651d", "9999999999", "٣s", "1hm"])
    func malformed(_ text: String) { #expect(Duration(short: text) == nil) }

    @Test(
        "A time is written in the largest unit that divides it",
        arguments: [(0, "0s"), (59, "59s"), (90, "90s"), (120, "2m"), (3600, "1h"), (90_000, "25h"), (259_200, "3d")]
    )
    func text(_ seconds: Int64, _ text: String) {
        #expect(Duration.seconds(seconds).short == text)
        #expect(Duration(short: text) == .seconds(seconds))
    }
}
