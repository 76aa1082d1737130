import Plugins

extension Connection {
    /// The scripts that new runs begin on.
    public var sources: ScriptSources? { ScriptSources(scripts.version) }

    /// Its plugin's name.
    public var pluginName: String { plugin.name }
    /// The ATS that its plugin speaks to, as people call it.
    public var pluginTitle: String { plugin.manifest.title }

    /// What its scripts answer to: hooks such as `on_event`, and routes by their method and path.
    public var hookNames: [String] { hooks.hooks.sorted() + hooks.routes.map(\.key) }

    /// What an ATS may call of this connection.
    public var addresses: [InboundAddress] {
        plugin.manifest.inbound.map { rule in
            let routes = hooks.routes.filter { route in
                let path = route.key.split(separator: " ").last.map { String($0) } ?? ""
                // A named part stands for any: the rule that takes it takes the route.
                return rule.matches(path)
            }
            return InboundAddress(
                path: rule.path,
                routes: routes.map(\.key),
                scheme: rule.verification.title,
                secrets: rule.verification.secretNames.map { name in
                    (name: name, title: plugin.manifest.secrets.first { $0.name == name }?.title ?? name, isSet: !(secrets[name] ?? []).isEmpty)
                }
            )
        }
    }
}

extension Notifier {
    /// Its plugin's name.
    public var pluginName: String { connection.plugin.name }
}

/// An address of a connection that an ATS calls, and how it proves who it is.
public struct InboundAddress: Sendable {
    /// The path after `/ats/` and the connection; it may end in `/*`.
    public let path: String
    /// The routes of the scripts that are answered there; without any, what comes is stored and worked on.
    public let routes: [String]
    /// How a request proves where it comes from, in words.
    public let scheme: String
    /// The secrets that this takes.
    public let secrets: [(name: String, title: String, isSet: Bool)]
}

extension Verification {
    /// What it is called.
    fileprivate var title: String {
        switch self {
        case .hmac: "signature (HMAC)"
        case .standardWebhooks(_, let prefix): prefix == "svix" ? "signature (Svix)" : "signature (Standard Webhooks)"
        case .basic: "user name and password (Basic)"
        case .bearer: "token in a header"
        case .bodyHMAC: "signature in the body"
        case .token: "token in the address"
        case .none: "nothing: anybody may send"
        }
    }
}
