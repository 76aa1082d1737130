import Plugins
import Screening
import Testing

@testable import Web

@Suite("Where a call may go")
struct AddressGuardTests {
    @Test(
        "Addresses inside a network are not public, in whatever form",
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
            "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
            "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254",
            "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::169.254.169.254",
            "64:ff9b:1::1", "2002:7f00:1::1", "2002:808:808::1", "2001::1", "2001:2::1", "2001:20::1", "2001:db8::1", "3fff::1", "100::1", "5f00::1",
        ]
    )
    func internalAddresses(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(!address.isPublic)
    }

    @Test(
        "Addresses of the public internet are public",
        arguments: [
            "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "223.255.255.255", "2606:4700::1111",
            "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:200::1",
        ]
    )
    func publicAddresses(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isPublic)
    }

    @Test("One internal address among several is enough to refuse a name")
    func mixedAnswers() async throws {
        let guardian = AddressGuard(allow: { _ in false }) { _ in [IPAddress("8.8.8.8"), IPAddress("10.0.0.1")].compactMap(\.self) }
        let destination = try #require(URLParts("https://example.test/"))
        await #expect { try await guardian.addresses(of: destination) } throws: { ($0 as? TransportError)?.kind == .refused }
    }

    @Test("What the operator allows is asked in the form that is reached")
    func allowed() async throws {
        let guardian = AddressGuard(allow: { $0.description == "127.0.0.1" }) { _ in
            [IPAddress("::ffff:127.0.0.1"), IPAddress("127.0.0.1")].compactMap(\.self)
        }
        #expect(try await guardian.addresses(of: #require(URLParts("http://example.test/"))).count == 2)
        await #expect(throws: TransportError.self) { try await guardian.addresses(of: #require(URLParts("http://[::1]/"))) }
    }

    @Test("A range of IPv6 addresses opens no IPv4 address that is wrapped in one", arguments: ["::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "10.0.0.1"])
    func wrappedAddresses(_ text: String) async throws {
        let ranges = ["::/0", "64::/16"].compactMap(AddressRange.init)
        let guardian = AddressGuard(allow: { address in ranges.contains { $0.contains(address) } }) { _ in [IPAddress(text)].compactMap(\.self) }
        #expect(ranges.count == 2)
        await #expect(throws: TransportError.self) { try await guardian.addresses(of: #require(URLParts("http://example.test/"))) }
    }

    @Test("A name without an address cannot be connected to")
    func unknownName() async throws {
        let guardian = AddressGuard(allow: { _ in true }) { _ in [] }
        await #expect { try await guardian.addresses(of: #require(URLParts("http://example.test/"))) } throws: {
            ($0 as? TransportError)?.kind == .cannotConnect
        }
    }
}
