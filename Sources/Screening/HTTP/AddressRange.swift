import Foundation

/// An IPv4 or IPv6 address.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 or 16 bytes, in network order.
    package let bytes: [UInt8]

    /// Reads four decimal numbers, or an IPv6 address without brackets and zone; nil for anything else.
    package init?(_ text: String) {
        let family = text.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        guard text.utf8.allSatisfy({ $0 != 0 }), inet_pton(family, text, &bytes) == 1 else { return nil }
        self.bytes = bytes
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) as the IPv4 address it stands for.
    var unmapped: IPAddress {
        guard bytes.count == 16, bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF else { return self }
        return IPAddress(bytes: Array(bytes[12...]))
    }

    /// The address in its shortest usual form.
    package var description: String {
        var text = [CChar](repeating: 0, count: 64)
        guard inet_ntop(bytes.count == 16 ? AF_INET6 : AF_INET, bytes, &text, socklen_t(text.count)) != nil else { return bytes.hex }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A range of addresses, written as `10.0.0.0/8`, `fd00::/8` or a single address.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    private let first: IPAddress
    private let prefix: Int

    /// Reads a range; nil when it is none, or when its address has bits beyond the prefix (`10.0.0.1/8` is neither a range nor an address).
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        let bits = address.bytes.count * 8
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].allSatisfy({ "0123456789".contains($0) }), let given = Int(parts[1]), given <= bits
            else { return nil }
            prefix = given
        } else {
            prefix = bits
        }
        first = address
        guard AddressRange.masked(address.bytes, prefix) == address.bytes else { return nil }
    }

    /// Whether the range holds an address given as text; false for text that is no address.
    /// An IPv6 address that stands for an IPv4 one (`::ffff:10.0.0.1`) is looked for in both forms.
    public func contains(_ address: String) -> Bool {
        guard let given = IPAddress(address) else { return false }
        return [given, given.unmapped].contains { $0.bytes.count == first.bytes.count && AddressRange.masked($0.bytes, prefix) == first.bytes }
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
