import Screening
import Testing

@Suite("Ranges of addresses")
struct AddressRangeTests {
    @Test(
        "A range holds the addresses under its prefix",
        arguments: [
            ("127.0.0.0/8", "127.0.0.1"), ("127.0.0.0/8", "127.255.255.255"), ("10.1.2.3", "10.1.2.3"), ("0.0.0.0/0", "203.0.113.9"),
            ("fd00::/8", "fdff::1"), ("::1", "::1"), ("::1/128", "0:0:0:0:0:0:0:1"), ("172.16.0.0/12", "172.31.0.1"), ("::/0", "2001:db8::1"),
            ("198.18.0.0/15", "198.19.255.255"), ("fe80::/10", "febf::1"), ("10.0.0.2/31", "10.0.0.3"),
        ]
    )
    func inside(_ range: String, _ address: String) throws {
        #expect(try #require(AddressRange(range)).contains(#require(IPAddress(address))))
    }

    @Test(
        "A range holds no other address",
        arguments: [
            ("127.0.0.0/8", "128.0.0.1"), ("172.16.0.0/12", "172.32.0.1"), ("::1", "127.0.0.1"), ("fd00::/8", "fe00::1"), ("::/0", "127.0.0.1"),
            ("0.0.0.0/0", "::1"), ("198.18.0.0/15", "198.20.0.0"), ("fe80::/10", "fec0::1"), ("10.0.0.2/31", "10.0.0.4"), ("10.1.2.3", "10.1.2.2"),
        ]
    )
    func outside(_ range: String, _ address: String) throws {
        #expect(try !#require(AddressRange(range)).contains(#require(IPAddress(address))))
    }

    @Test("A wrapped IPv4 address is looked for among IPv4 addresses only", arguments: ["::ffff:127.0.0.1", "64:ff9b::127.0.0.1"])
    func wrapped(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(try #require(AddressRange("127.0.0.0/8")).contains(address))
        for range in ["::/0", "::ffff:0:0/95", "64:ff9b::/32"] { #expect(AddressRange(range)?.contains(address) != true, "\(range)") }
    }

    @Test(
        "What is no range is not read as one",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8/8", "fd00::/129", "10/8", "10.0.0.0/+8", "localhost", "[::1]", "::1%lo",
            "127.1", "0x0a000001", "10.0.0.0/٨", "::ffff:10.0.0.1", "::ffff:10.0.0.0/104", "64:ff9b::/96", "::ffff:0:0/96",
        ]
    )
    func malformed(_ text: String) { #expect(AddressRange(text) == nil) }

    @Test("A range is written with its address in the shortest form")
    func text() { #expect(AddressRange("FD00:0::/8")?.description == "fd00::/8") }
}
