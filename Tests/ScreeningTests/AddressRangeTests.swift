import Screening
import Testing

@Suite("Ranges of addresses")
struct AddressRangeTests {
    @Test("A range holds the addresses under its prefix")
    func ranges() throws {
        let inside = [
            ("127.0.0.0/8", "127.0.0.1"), ("127.0.0.0/8", "127.255.255.255"), ("10.1.2.3", "10.1.2.3"), ("0.0.0.0/0", "203.0.113.9"),
            ("fd00::/8", "fdff::1"),
            ("::1", "::1"), ("::1/128", "0:0:0:0:0:0:0:1"), ("127.0.0.0/8", "::ffff:127.0.0.1"), ("172.16.0.0/12", "172.31.0.1"),
            ("::/0", "2001:db8::1"),
        ]
        for (range, address) in inside { #expect(try #require(AddressRange(range)).contains(address), "\(range) \(address)") }
        let outside = [
            ("127.0.0.0/8", "128.0.0.1"), ("172.16.0.0/12", "172.32.0.1"), ("::1", "127.0.0.1"), ("fd00::/8", "fe00::1"), ("127.0.0.0/8", "127.1"),
            ("127.0.0.0/8", "localhost"), ("127.0.0.0/8", ""), ("::/0", "127.0.0.1"), ("10.0.0.0/8", "0x0a000001"),
        ]
        for (range, address) in outside { #expect(try !#require(AddressRange(range)).contains(address), "\(range) \(address)") }
        for text in [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8/8", "fd00::/129", "10/8", "10.0.0.0/+8", "localhost", "[::1]", "::1%lo",
        ] {
            #expect(AddressRange(text) == nil, "\(text)")
        }
        #expect(AddressRange("FD00:0::/8")?.description == "fd00::/8")
    }
}
