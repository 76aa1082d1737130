import Screening
import Testing

@Suite("Reading IP addresses")
struct IPAddressTests {
    @Test(
        "An address is read only in its usual form",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "0x7f.0.0.1", "127.1", "2130706433", "fe80::1%eth0", "::1%1", "1.2.3.4 ", "１.1.1.1",
            "1..2.3", "::1\u{0}.example.test", "[::1]", "::ffff:127.1",
        ]
    )
    func malformedAddresses(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test("An address is written as it is read", arguments: ["127.0.0.1", "::1", "2606:4700::1111", "fe80::1"])
    func text(_ text: String) { #expect(IPAddress(text)?.description == text) }

    @Test(
        "An IPv6 address that wraps an IPv4 one is that IPv4 address",
        arguments: [
            ("::ffff:10.0.0.1", "10.0.0.1"), ("64:ff9b::a00:1", "10.0.0.1"), ("::FFFF:a00:1", "10.0.0.1"), ("10.0.0.1", "10.0.0.1"),
            ("::10.0.0.1", "::10.0.0.1"), ("64:ff9b:1::a00:1", "64:ff9b:1::a00:1"), ("2002:a00:1::", "2002:a00:1::"),
        ]
    )
    func unwrapping(_ text: String, _ reached: String) throws {
        #expect(try #require(IPAddress(text)).unwrapped == IPAddress(reached))
    }

    @Test("Only four or sixteen bytes are an address")
    func bytes() {
        #expect(IPAddress(bytes: [1, 2, 3, 4])?.description == "1.2.3.4")
        #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 15) + [1])?.description == "::1")
        for count in [0, 3, 5, 15, 17] { #expect(IPAddress(bytes: [UInt8](repeating: 0, count: count)) == nil) }
    }
}
