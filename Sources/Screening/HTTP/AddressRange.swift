/// A range of addresses, written as `10.0.0.0/8`, `fd00::/8` or a single address.
///
/// IPv6 addresses that only wrap an IPv4 one are looked for as that IPv4 address, and nowhere else: `::/0` holds none of them.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    private let first: IPAddress
    private let prefix: Int

    /// Reads a range; nil when it is none, when its address has bits beyond the prefix (`10.0.0.1/8` is neither a range nor an address), or when it
    /// lies among the IPv6 addresses that wrap IPv4 ones (`64:ff9b::/96`): those are written as IPv4.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        let bits = address.bytes.count * 8
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(parts[1]),
                given <= bits
            else { return nil }
            prefix = given
        } else {
            prefix = bits
        }
        first = address
        guard AddressRange.masked(address.bytes, prefix) == address.bytes, prefix < 96 || address.unwrapped == address else { return nil }
    }

    /// Whether the range holds an address, or the IPv4 address that it wraps.
    public func contains(_ address: IPAddress) -> Bool {
        let given = address.unwrapped.bytes
        guard given.count == first.bytes.count else { return false }
        let (whole, rest) = prefix.quotientAndRemainder(dividingBy: 8)
        guard given[..<whole] == first.bytes[..<whole] else { return false }
        return rest == 0 || (given[whole] ^ first.bytes[whole]) >> UInt8(8 - rest) == 0
    }

    /// The range as address and prefix length.
    public var description: String { "\(first)/\(prefix)" }

    private static func masked(_ bytes: [UInt8], _ prefix: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = max(0, min(8, prefix - index * 8))
            return kept == 0 ? 0 : byte & (0xFF << UInt8(8 - kept))
        }
    }
}
