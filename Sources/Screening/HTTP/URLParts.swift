/// An http or https URL, read strictly: what two readers could understand differently is no URL here.
///
/// Refused are: other schemes, user names and passwords, white space, control characters, backslashes and letters beyond ASCII anywhere, percent signs
/// in the host, an empty or out-of-range port, and every way to write an IPv4 address but four decimal numbers (`127.1`, `0x7f000001`, `2130706433`).
public struct URLParts: Sendable, Hashable {
    /// `http` or `https`.
    public let scheme: String
    /// The host in lower case, without a trailing dot; an IPv6 address in its shortest form, without brackets.
    public let host: String
    /// The port; the scheme's default (80, 443) where the URL names none.
    public let port: Int
    /// Path and query as they go on the wire, with a leading slash; without the fragment.
    public let target: String

    /// Reads a URL; nil when it is not one, or one that is refused.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 8192, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else { return nil }
        // All of it is ASCII: a byte is a character.
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else { return nil }
        let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = bytes[(colon + 3)...]
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard let (host, port) = URLParts.hostAndPort(Substring(decoding: authority, as: UTF8.self)) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == "https" ? 443 : 80)
        let tail = rest[authority.endIndex...].prefix { $0 != UInt8(ascii: "#") }
        let target = String(decoding: tail, as: UTF8.self)
        self.target = tail.first == UInt8(ascii: "/") ? target : "/" + target
    }

    /// Whether the host is an IPv6 address.
    public var isIPv6: Bool { host.utf8.contains(UInt8(ascii: ":")) }

    /// The path without the query.
    public var path: String { String(target.prefix { $0 != "?" }) }

    /// Scheme, host and, where it is not the scheme's own, port: `https://harvest.greenhouse.io`.
    public var origin: String {
        let name = isIPv6 ? "[\(host)]" : host
        return port == (scheme == "https" ? 443 : 80) ? "\(scheme)://\(name)" : "\(scheme)://\(name):\(port)"
    }

    /// Splits and checks `host`, `host:port` or `[address]:port`.
    static func hostAndPort(_ authority: Substring) -> (host: String, port: Int?)? {
        let name: Substring
        let tail: Substring
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            name = authority[...close]
            tail = authority[authority.index(after: close)...]
        } else {
            name = authority.prefix { $0 != ":" }
            tail = authority[name.endIndex...]
        }
        guard let host = canonicalHost(name) else { return nil }
        if tail.isEmpty { return (host, nil) }
        guard tail.hasPrefix(":"), let port = URLParts.port(tail.dropFirst()) else { return nil }
        return (host, port)
    }

    /// A port written as one to five decimal digits, 1–65535.
    static func port(_ text: Substring) -> Int? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ $0.isDigit }), let port = Int(text), (1...65_535).contains(port) else {
            return nil
        }
        return port
    }

    private static func canonicalHost(_ name: Substring) -> String? {
        if name.hasPrefix("["), name.hasSuffix("]") {
            return IPAddress(String(name.dropFirst().dropLast())).flatMap { $0.bytes.count == 16 ? $0.description : nil }
        }
        var host = name.lowercased()
        if host.hasSuffix(".") { host.removeLast() }
        guard isHostName(host) else { return nil }
        let last = host.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
        // Readers that know octal, hexadecimal and short addresses take any host that ends in a number for one.
        if last.utf8.allSatisfy(\.isDigit) || last.hasPrefix("0x") { return IPAddress(host).flatMap { $0.bytes.count == 4 ? $0.description : nil } }
        return host
    }

    /// Whether lower-case text is a host name: labels of 1–63 letters, digits, `-` and `_`, no `-` at their ends, 253 in all.
    package static func isHostName(_ host: String) -> Bool {
        guard (1...253).contains(host.utf8.count) else { return false }
        return host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { isLabel(bytes: $0) }
    }

    /// Whether lower-case text is one label of a host name.
    package static func isLabel(_ label: some StringProtocol) -> Bool { isLabel(bytes: label.utf8) }

    private static func isLabel(bytes label: some Collection<UInt8>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        guard (1...63).contains(label.count), label.first != hyphen else { return false }
        var last = hyphen
        for byte in label {
            guard byte.isASCIIDigit || byte.isASCIILowercase || byte == hyphen || byte == UInt8(ascii: "_") else { return false }
            last = byte
        }
        return last != hyphen
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
