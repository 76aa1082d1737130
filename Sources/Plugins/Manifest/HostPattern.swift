public import Screening

/// An entry of a connection's `callback_hosts`: a host that an order or a delivery may name as the place to call back.
///
/// `hooks.example.com`, `*.example.com` (any host under it), with a port or a scheme where only that one will do: `https://ats.example.com:8443`.
public struct HostPattern: Sendable, Hashable, CustomStringConvertible {
    /// The entry as written.
    public let description: String
    private let scheme: String?
    private let host: String
    private let port: Int?
    private let isBelow: Bool

    /// Every host: for dry runs, which call nobody.
    package static let any = HostPattern()

    private init() { (description, scheme, host, port, isBelow) = ("*", nil, "", nil, true) }

    /// What to write instead of what is no host.
    package static let hint = "Write hooks.example.com, or *.example.com for every host below it."

    /// Reads an entry; nil where it is no host.
    public init?(_ text: String) {
        description = text
        var rest = text[...]
        var scheme: String?
        for candidate in ["https", "http"] where rest.hasPrefix(candidate + "://") {
            scheme = candidate
            rest = rest.dropFirst(candidate.count + 3)
        }
        isBelow = rest.hasPrefix("*.")
        if isBelow { rest = rest.dropFirst(2) }
        guard !rest.contains(where: { "/?#@*".contains($0) }), let parts = URLParts("\(scheme ?? "https")://\(rest)") else { return nil }
        if isBelow, !parts.host.contains(".") || IPAddress(parts.host) != nil { return nil }
        host = parts.host
        let namesPort = parts.isIPv6 ? rest.contains("]:") : rest.contains(":")
        port = namesPort || scheme != nil ? parts.port : nil
        self.scheme = scheme
    }

    /// Whether a URL is at such a host.
    public func matches(_ url: URLParts) -> Bool {
        guard scheme == nil || scheme == url.scheme, port == nil || port == url.port else { return false }
        if host.isEmpty { return true }
        return isBelow ? url.host.hasSuffix("." + host) : url.host == host
    }
}
