public import Screening
import Synchronization

/// Whom the scripts of one connection or account may call, and with which of its secrets.
public struct ScriptPermissions: Sendable {
    private let manifest: PluginManifest
    /// What an overlay may call beyond the plugin.
    private let additions: [OriginPattern]
    private let settings: JSON
    private let callbackHosts: [HostPattern]?
    /// The order whose run it is, with no values but those that its request named.
    private let order: JSON?
    /// The body of the delivery that is handled, read once, where an entry refers to it.
    private let request: RequestBody

    /// - Parameters:
    ///   - additions: what the connection itself permits, for its overlay.
    ///   - callbackHosts: what addresses that orders and deliveries name may be; nil where nothing says so: see ``OriginPattern/permits``.
    ///   - order: the order whose run it is; nil where there is none. It permits those of its values that are among `destinations`.
    ///   - destinations: the addresses that the request which created the order named.
    ///   - request: the decoded body of the delivery that is handled; nil where there is none. Asked for where an entry refers to it.
    public init(
        _ manifest: PluginManifest,
        additions: [OriginPattern] = [],
        settings: JSON,
        callbackHosts: [HostPattern]? = nil,
        order: JSON? = nil,
        destinations: [String] = [],
        request: @escaping @autoclosure @Sendable () -> JSON? = nil
    ) {
        self.manifest = manifest
        self.additions = additions
        self.settings = settings
        self.callbackHosts = callbackHosts
        self.request = RequestBody(request)
        var pinned: JSON = [:]
        for pattern in manifest.origins + additions {
            for reference in pattern.references where reference.root == .order {
                guard let text = order?.at(reference.path)?.text, destinations.contains(text) else { continue }
                pinned.set(.string(text), at: reference.path)
            }
        }
        self.order = pinned
    }

    /// Whether a URL may be called, written out or as the whole value of a secret.
    public func permits(_ url: URLParts, from secret: String? = nil) -> Bool {
        let patterns = manifest.permissions + additions
        if let secret { return patterns.contains { $0.secret == secret } }
        return permits(url, by: patterns)
    }

    /// Whether a URL is where the plugin's manifest says by itself that its ATS is: not a host that a connection's script, an order or a delivery chose.
    package func isOfPlugin(_ url: URLParts) -> Bool { permits(url, by: manifest.permissions.filter(\.isFixed)) }

    /// Whether a URL would be permitted, were it among the callback hosts.
    package func lacksCallbackHost(_ url: URLParts) -> Bool {
        permits(url, by: (manifest.origins + additions).filter(\.isCallback), callbackHosts: [.any])
    }

    /// Whether a secret may be sent to a URL: by its `to`, else where nobody outside chooses.
    public func permits(secret: String, to url: URLParts) -> Bool {
        guard let declared = manifest.secrets.first(where: { $0.name == secret }) else {
            // One of the connection's own: its own permissions say where.
            return permits(url, by: additions.filter(\.isFixed))
        }
        return permits(url, by: declared.to ?? manifest.permissions.filter(\.isFixed))
    }

    private func permits(_ url: URLParts, by patterns: [OriginPattern]) -> Bool { permits(url, by: patterns, callbackHosts: callbackHosts) }

    private func permits(_ url: URLParts, by patterns: [OriginPattern], callbackHosts: [HostPattern]?) -> Bool {
        patterns.contains { pattern in
            let body = pattern.references.contains { $0.root == .request } ? request.value : nil
            return pattern.permits(url, settings: settings, order: order, request: body, callbackHosts: callbackHosts)
        }
    }
}

/// A delivery's body, decoded when it is first asked for: several entries, and every call of a run, look into the same.
private final class RequestBody: Sendable {
    private let read: @Sendable () -> JSON?
    /// What was read; nil until then.
    private let found = Mutex<JSON??>(nil)

    init(_ read: @escaping @Sendable () -> JSON?) { self.read = read }

    var value: JSON? {
        found.withLock { found in
            if let found { return found }
            let value = read()
            found = .some(value)
            return value
        }
    }
}
