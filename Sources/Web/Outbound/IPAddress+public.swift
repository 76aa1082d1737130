import Screening

extension IPAddress {
    /// Whether the address belongs to the public internet: not private, loopback, link-local (cloud metadata among them), shared, multicast,
    /// documentation, benchmarking, a transition form or reserved. An IPv6 address that wraps an IPv4 one is judged as that.
    var isPublic: Bool {
        let address = unwrapped
        if address.bytes.count == 16, !IPAddress.globalIPv6.contains(where: { $0.contains(address) }) { return false }
        return !IPAddress.internalRanges.contains { $0.contains(address) }
    }

    private static let globalIPv6 = ["2000::/3"].compactMap(AddressRange.init)
    // From the IANA special-purpose registries.
    private static let internalRanges = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    ].compactMap(AddressRange.init)
}
