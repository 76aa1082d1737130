import Foundation

/// An IP address as the address guard judges it.
///
/// IPv6 forms that only wrap an IPv4 address (mapped `::ffff:a.b.c.d` and NAT64 `64:ff9b::a.b.c.d`) are judged, and named to the operator's allow list, as
/// the IPv4 address that is reached in the end.
struct IPAddress: Hashable, Sendable {
    /// Four or sixteen bytes, in network order.
    let bytes: [UInt8]

    /// An address from four or sixteen bytes; nil for any other count.
    init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// An address from its usual text: four decimal numbers without leading zeros, or IPv6 without a zone. Nil for every other way of writing one.
    init?(_ text: String) {
        if text.contains(":") {
            var address = in6_addr()
            guard text.utf8.count < 64, !text.contains("%"), inet_pton(AF_INET6, text, &address) == 1 else { return nil }
            bytes = withUnsafeBytes(of: &address) { Array($0) }
            return
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part -> UInt8? in
            guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), part == "0" || !part.hasPrefix("0") else { return nil }
            return UInt8(part)
        }
        guard parts.count == 4, numbers.count == 4 else { return nil }
        bytes = numbers
    }

    /// The address in its usual text.
    var text: String {
        guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { $0.copyBytes(from: bytes) }
        var buffer = [CChar](repeating: 0, count: 64)
        guard inet_ntop(AF_INET6, &address, &buffer, socklen_t(buffer.count)) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The IPv4 address that a wrapping IPv6 form reaches; any other address itself.
    var unwrapped: IPAddress {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
        guard bytes.count == 16, bytes.starts(with: mapped) || bytes.starts(with: translated) else { return self }
        return IPAddress(bytes: Array(bytes.suffix(4))) ?? self
    }

    /// Whether the address belongs to the public internet: not private, loopback, link-local (cloud metadata among them), shared, multicast,
    /// documentation, benchmarking, a transition form or reserved.
    var isPublic: Bool {
        let address = unwrapped
        if address.bytes.count == 4 { return !IPAddress.internalIPv4.contains { $0.contains(address) } }
        return IPAddress.globalIPv6.contains(address) && !IPAddress.internalIPv6.contains { $0.contains(address) }
    }

    private struct Block: Sendable {
        let start: [UInt8]
        let length: Int

        init(_ start: [UInt8], _ length: Int) {
            self.start = start
            self.length = length
        }

        func contains(_ address: IPAddress) -> Bool {
            (0..<length).allSatisfy { bit in
                let mask = UInt8(0x80) >> UInt8(bit % 8)
                let expected = bit / 8 < start.count ? start[bit / 8] : 0
                return address.bytes[bit / 8] & mask == expected & mask
            }
        }
    }

    // From the IANA special-purpose registries.
    private static let internalIPv4 = [
        Block([0], 8), Block([10], 8), Block([100, 64], 10), Block([127], 8), Block([169, 254], 16), Block([172, 16], 12), Block([192, 0, 0], 24),
        Block([192, 0, 2], 24), Block([192, 88, 99], 24), Block([192, 168], 16), Block([198, 18], 15), Block([198, 51, 100], 24),
        Block([203, 0, 113], 24), Block([224], 4), Block([240], 4),
    ]
    private static let globalIPv6 = Block([0x20], 3)
    private static let internalIPv6 = [
        Block([0x20, 0x01, 0x00], 23), Block([0x20, 0x01, 0x0D, 0xB8], 32), Block([0x20, 0x02], 16), Block([0x3F, 0xFF], 20),
    ]
}
