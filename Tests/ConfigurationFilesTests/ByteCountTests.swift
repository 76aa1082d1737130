import ConfigurationFiles
import Testing

@Suite("Sizes in settings")
struct ByteCountTests {
    @Test(
        "A size is a number of bytes, or one with a unit",
        arguments: [("0", 0), ("1024", 1024), ("64KiB", 65_536), ("64MiB", 67_108_864), ("2GiB", 2_147_483_648)]
    )
    func sizes(_ text: String, _ bytes: Int) { #expect(ByteCount.bytes(text) == bytes) }

    @Test(
        "Anything else is no size",
        arguments: ["", "KiB", "1.5MiB", "-1", "+1", "1 MiB", "1MB", "1mib", "1MiB ", "٣", "1025GiB", "9999999999999GiB", "99999999999999"]
    )
    func malformed(_ text: String) { #expect(ByteCount.bytes(text) == nil) }

    @Test(
        "A size is written in the largest unit that divides it",
        arguments: [(0, "0"), (1023, "1023"), (1536, "1536"), (1 << 20, "1MiB"), (3 << 30, "3GiB")]
    )
    func text(_ bytes: Int, _ text: String) {
        #expect(ByteCount.text(bytes) == text)
        #expect(ByteCount.bytes(text) == bytes)
    }
}
