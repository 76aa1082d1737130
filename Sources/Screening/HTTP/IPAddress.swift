import Foundation

/// An IPv4 or IPv6 address.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// Four or sixteen bytes, in network order.
    public let bytes: [UInt8]

    /// An address from four or sixteen bytes; nil for any other count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// An address from its usual text: four decimal numbers without leading zeros, or IPv6 without brackets and zone. Nil for every other way of writing
    /// one (`127.1`, `0x7f000001`, `2130706433`).
    public init?(_ text: String) {
        if text.contains(":") {
            var address = in6_addr()
            // C reads up to the first zero byte, and some systems read a zone.
            guard text.utf8.count < 64, !text.utf8.contains(0), !text.contains("%"), inet_pton(AF_INET6, text, &address) == 1 else { return nil }
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

    /// The address in its shortest usual text, which ``init(_:)`` reads back.
    public var description: String {
        guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { $0.copyBytes(from: bytes) }
        var buffer = [CChar](repeating: 0, count: 64)
        guard inet_ntop(AF_INET6, &address, &buffer, socklen_t(buffer.count)) != nil else { return bytes.hex }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The IPv4 address that an IPv6 address only wraps: mapped (`::ffff:192.0.2.1`) or NAT64 (`64:ff9b::192.0.2.1`). Any other address itself.
    ///
    /// It is the address that is reached in the end, and so the one to judge.
    public var unwrapped: IPAddress {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
        guard bytes.count == 16, bytes.starts(with: mapped) || bytes.starts(with: translated) else { return self }
        return IPAddress(bytes: Array(bytes.suffix(4))) ?? self
    }
}
