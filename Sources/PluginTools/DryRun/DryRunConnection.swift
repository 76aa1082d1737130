import ConfigurationFiles
public import Plugins
public import Screening

/// The connection that a dry run stands for: everything but its secrets, which a dry run never has.
public struct DryRunConnection: Sendable {
    public var id: String
    public var plugin: Plugin
    /// Its scripts, with its overlay where it has one.
    public var scripts: ConnectionScripts
    /// The accounts it may order from; the first is the default.
    public var accounts: [String]
    /// Its settings, defaults applied.
    public var settings: JSON
    /// What its overlay may call beyond the plugin.
    public var permissions: [OriginPattern] = []
    /// What addresses that orders and deliveries name may be, as a connection's settings and its plugin's manifest say. Any where it stands for no
    /// connection of a settings file.
    public var callbackHosts: [HostPattern]? = [.any]
    /// Secrets that must have a certain value; every other one that the manifest declares has the text `secret:NAME` for its value.
    public var secrets: [String: String]

    /// A connection. Settings that are missing get the defaults of the plugin's manifest.
    public init(
        id: String,
        plugin: Plugin,
        scripts: ConnectionScripts? = nil,
        accounts: [String],
        settings: JSON,
        secrets: [String: String] = [:]
    ) {
        self.id = id
        self.plugin = plugin
        self.scripts = scripts ?? plugin.scripts()
        self.accounts = accounts
        self.settings = plugin.manifest.settings.applyingDefaults(settings)
        self.secrets = secrets
    }

    /// The connection that a plugin's fixture is about: what the fixture does not say is invented.
    init(of plugin: Plugin, for fixture: Fixture, scripts: ConnectionScripts? = nil) {
        self.init(
            id: fixture.connection ?? "fixture",
            plugin: plugin,
            scripts: scripts,
            accounts: fixture.accounts ?? ["account"],
            settings: fixture.settings ?? [:],
            secrets: fixture.secrets
        )
    }

    /// The same connection with what a fixture of its own says otherwise.
    package func with(_ fixture: Fixture) -> DryRunConnection {
        var connection = self
        connection.accounts = fixture.accounts ?? accounts
        connection.settings = fixture.settings.map { plugin.manifest.settings.applyingDefaults($0) } ?? settings
        connection.secrets = fixture.secrets
        return connection
    }

    var placeholders: [String: [Secret]] {
        var all = Dictionary(plugin.manifest.secrets.map { ($0.name, [Secret("secret:" + $0.name)]) }) { first, _ in first }
        for name in (plugin.manifest.permissions + permissions).compactMap(\.secret) {
            all[name] = [Secret("https://\(name.replacing("_", with: "-")).example.test/")]
        }
        for (name, value) in secrets { all[name] = [Secret(value)] }
        return all
    }

    func call(_ hook: String, _ input: JSON) -> HookCall {
        var call = HookCall(
            scripts: scripts,
            hook: hook,
            input: input,
            connection: id,
            plugin: plugin.name,
            accounts: accounts,
            settings: settings,
            run: ("run_fixture", 1),
            limits: ScriptLimits(requested: plugin.manifest.limits, caps: plugin.manifest.limits)
        )
        if plugin.manifest.kind == .provider {
            let (environment, url) = address
            call.account = ["id": .string(accounts.first ?? id), "environment": JSON(environment), "base_url": .string(url)]
        }
        return call
    }

    /// Where a provider's script calls in a dry run: its first environment by name, or an invented address.
    private var address: (environment: String?, url: String) {
        let first = plugin.manifest.environments.min { $0.key < $1.key }
        return (first?.key, first?.value ?? "https://provider.example.test")
    }

    /// Whether a provider's script calls its provider.
    func isProvider(_ url: URLParts) -> Bool { plugin.manifest.kind == .provider && URLParts(address.url)?.origin == url.origin }

    /// Whom the scripts may call in a run with this input. An order in it stands for one whose request named all that it holds.
    func permissions(for input: JSON) -> ScriptPermissions {
        ScriptPermissions(
            plugin.manifest,
            additions: permissions,
            settings: settings,
            callbackHosts: callbackHosts,
            order: input["order"],
            destinations: (input["order"]?["metadata"]?.members?.pairs ?? []).compactMap(\.value.text),
            request: Delivery.body(of: input)
        )
    }
}

/// What a dry run answers to HTTP calls of one kind.
public struct CallStub: Sendable {
    /// The method it is for; nil for any.
    public let method: String?
    /// The URLs it is for; `*` stands for anything.
    public let url: String
    /// `{status, headers, json · text}`
    public let reply: JSON
    /// The fixture that it was taken from; nil where it was written for this dry run.
    public let fixture: String?

    /// A stub for calls whose URL is like `url`.
    public init(method: String? = nil, url: String, reply: JSON, fixture: String? = nil) {
        self.fixture = fixture
        self.method = method
        self.url = url
        self.reply = reply
    }

    /// What a plugin's fixtures answer, for calls like theirs: the same method and path, whatever the host and the identifiers in the path are. The
    /// closest first.
    public static func like(_ fixtures: [Fixture]) -> [CallStub] {
        var stubs: [(stub: CallStub, weight: Int)] = []
        for fixture in fixtures {
            for step in fixture.steps where step.call.hasPrefix("http.") {
                guard case .reply(let reply) = step.answer, (200..<300).contains(reply["status"]?.integer ?? 200) else { continue }
                guard let url = step.arguments["url"]?.text, let path = pattern(url) else { continue }
                let method = step.call == "http.request" ? step.arguments["method"]?.text : String(step.call.dropFirst(5))
                if stubs.contains(where: { $0.stub.url == path && $0.stub.method == method }) { continue }
                stubs.append((CallStub(method: method, url: path, reply: reply, fixture: fixture.name), path.count { $0 != "*" }))
            }
        }
        return stubs.sorted { $0.weight > $1.weight }.map(\.stub)
    }

    /// The path of a URL with `*` for its host and for parts that have a digit in them; nil where there is no path.
    private static func pattern(_ url: String) -> String? {
        let parts = url.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 3, parts[3...].contains(where: { !$0.isEmpty }) else { return nil }
        let path = parts[3...].map { part in part.wholeMatch(of: /v\d+/) == nil && part.contains(where: \.isNumber) ? "*" : String(part) }
        return "*/" + path.joined(separator: "/")
    }

    /// Any call, answered 200 with an empty object.
    public static let anything = CallStub(url: "*", reply: ["status": 200, "json": [:]])

    func answers(_ arguments: JSON) -> Bool {
        if let method, method.lowercased() != arguments["method"]?.text?.lowercased() { return false }
        let parts = url.split(separator: "*", omittingEmptySubsequences: false)
        guard var rest = arguments["url"]?.text.map({ $0[...] }), let first = parts.first, rest.hasPrefix(first) else { return false }
        rest = rest.dropFirst(first.count)
        guard parts.count > 1, let last = parts.last else { return rest.isEmpty }
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = rest.firstRange(of: part) else { return false }
            rest = rest[place.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}

/// A host call that a dry run was asked for.
public struct DryRunCall: Sendable {
    /// Where its answer came from.
    public enum Source: String, Sendable {
        case step
        /// The dry run itself: time, randomness, signatures, kept values, orders placed before.
        case host
        /// Invented: a stand-in answer to a call that would really go to others.
        case stub
    }

    /// `http.post`, `orders.place`, …
    public let name: String
    /// Its arguments; secrets stand as `secret:NAME`.
    public let arguments: JSON
    public let source: Source
    /// What the stub answered; nil otherwise.
    public let reply: JSON?
    /// The fixture that the stub's answer was taken from.
    public var fixture: String?

    /// Whether it would reach or change something outside the script.
    public var isOutward: Bool { !["now", "uuid", "random", "hmac", "kv.get", "orders.get", "orders.find", "orders.place"].contains(name) }

    /// `{call, arguments, answered_by, reply}`
    public var json: JSON {
        var json: JSON = ["call": .string(name), "arguments": arguments, "answered_by": .string(source.rawValue)]
        json["reply"] = reply
        json["fixture"] = fixture.map { .string($0) }
        return json
    }
}
