public import ConfigurationFiles
public import Screening

/// What a plugin declares about itself in `plugin.yaml`: data only, read without running anything.
public struct PluginManifest: Sendable {
    /// What a plugin speaks to.
    public enum Kind: String, Sendable, CaseIterable {
        /// An applicant tracking system.
        case ats
        case provider
        /// People, or a system that wakes them.
        case notifier
    }

    /// A secret that the plugin needs.
    public struct SecretDeclaration: Sendable, Equatable {
        /// Its name in `ctx.secret` and in the settings file.
        public let name: String
        /// A line for people.
        public let title: String
        /// Whether a connection must have it.
        public let required: Bool
        /// The only origins that it may be sent to; nil: those of `permissions.http` that are written out or that settings name.
        public let to: [OriginPattern]?
    }

    /// Addresses to call back that orders and deliveries name.
    public struct Callbacks: Sendable, Equatable {
        /// Where the ATS's own are: what they may be where a connection's `callback_hosts` says nothing else.
        public var hosts: [HostPattern] = []
        /// The dotted name of the setting without which deliveries name none; nil where they always may.
        public var setting: String?
    }

    /// The contracts that this host knows.
    public static let contracts: ClosedRange<Int> = 1...1

    /// The plugin's name, which is also its folder's name.
    public let name: String
    /// Its version, as runs record it.
    public let version: String
    /// The contract between host and plugin that it was written for.
    public let contract: Int
    public let kind: Kind
    public let title: String
    public let settings: SettingsSchema
    /// The secrets it needs, in the order of the file.
    public let secrets: [SecretDeclaration]
    /// Which requests it takes, and how they prove where they come from; the first that matches stands.
    public let inbound: [InboundRule]
    /// Which origins its scripts may call.
    public let permissions: [OriginPattern]
    /// What is known of addresses that orders and deliveries name.
    public let callbacks: Callbacks
    /// What a provider can do; empty for an ATS.
    public let capabilities: JSON
    /// A provider's base URL by environment; empty where an account gives its own, and for an ATS.
    public let environments: [String: String]
    /// How a provider's reports are polled by default.
    public let polling: ProviderManifest.Polling
    /// The fields of a candidate that a provider needs.
    let candidateNeeds: [String]

    /// The limits that its scripts ask for, where they differ from the defaults; the operator decides what they get.
    public let limits: [ScriptLimits.Name: Int]

    /// Reads a manifest. Does no I/O.
    /// - Parameter folder: the name of the plugin's folder.
    /// - Throws: everything that is wrong with it, at once.
    public init(yaml: LocatedYAML, folder: String) throws(ConfigurationProblems) {
        let problems = ProblemList(yaml)
        var keys = ["name", "version", "contract", "kind", "title", "settings", "secrets", "inbound", "permissions", "callbacks", "limits"]
        if yaml.json["kind"] == "provider" { keys += ["capabilities", "environments", "poll", "results_per_minute", "candidate"] }
        let root = ObjectReader(yaml.json, at: [], keys: keys, problems: problems)
        name = root.text("name", required: true) ?? ""
        if !name.isEmpty, name != folder { root.problem("name", "must be \(folder), the name of the plugin's folder") }
        version = root.text("version", required: true) ?? ""
        contract = Self.contract(root)
        kind = root.choice("kind", among: Kind.allCases.map(\.rawValue), required: true).flatMap(Kind.init) ?? .ats
        title = root.text("title") ?? name
        settings = SettingsSchema(reading: root["settings"], at: ["settings"], problems: problems)
        secrets = Self.secrets(root, settings: settings)
        inbound = InboundReading(secrets: secrets.map(\.name), problems: problems).rules(root)
        permissions = Self.permissions(root, settings: settings)
        callbacks = Self.callbacks(root, settings: settings)
        limits = root.limits("limits")
        capabilities = Self.capabilities(root)
        environments = Self.environments(root)
        polling = ProviderManifest.Polling(
            interval: root.text("poll").map { Self.interval($0, root) } ?? .seconds(900),
            readsPerMinute: root.integer("results_per_minute", in: 1...100_000)
        )
        candidateNeeds = Self.candidateNeeds(root)
        checkProvider(root)
        try problems.check()
    }

    /// What `check` warns of.
    public var warnings: [String] { inbound.flatMap(\.warnings) }

    /// Every origin that it names, for calls and for secrets.
    package var origins: [OriginPattern] { permissions + secrets.flatMap { $0.to ?? [] } }

    /// The first address that deliveries may name to be called back, as written; nil where none is.
    /// - Parameters:
    ///   - additions: what a connection permits beyond the manifest.
    ///   - settings: the connection's settings.
    package func callback(_ additions: [OriginPattern] = [], settings: JSON) -> OriginPattern? {
        let isUsed = callbacks.setting.map { settings.at($0).map { !$0.isNull } ?? false } ?? true
        return (isUsed ? origins + additions : additions).first(where: \.isCallback)
    }

    private static func contract(_ root: ObjectReader) -> Int {
        guard let value = root["contract"] else {
            root.problem("contract", "is missing", hint: "Write contract: \(contracts.upperBound).")
            return contracts.upperBound
        }
        guard let number = value.integer.map({ Int($0) }), contracts.contains(number) else {
            root.problem(
                "contract",
                "this host speaks plugin contract \(contracts.upperBound) only",
                hint:
                    "Use a version of Fairlead that knows the plugin's contract, or a version of the plugin written for contract \(contracts.upperBound)."
            )
            return contracts.upperBound
        }
        return number
    }

    private static func secrets(_ root: ObjectReader, settings: SettingsSchema) -> [SecretDeclaration] {
        let all = root.object("secrets", keys: nil)
        return all.members.pairs.map { name, _ in
            if !isName(name) { all.problem(name, "must be a name of lower-case letters, digits and _") }
            let entry = all.object(name, keys: ["title", "required", "to"])
            return SecretDeclaration(
                name: name,
                title: entry.text("title") ?? name,
                required: entry.boolean("required") ?? false,
                to: entry["to"] == nil ? nil : origins(entry, "to", settings: settings)
            )
        }
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isASCIILowercase else { return false }
        return text.utf8.allSatisfy { URLParts.isLabel(String(decoding: [$0], as: UTF8.self)) }
    }

    private static func callbacks(_ root: ObjectReader, settings: SettingsSchema) -> Callbacks {
        let block = root.object("callbacks", keys: ["hosts", "setting"])
        let hosts = (block.texts("hosts") ?? []).compactMap { text in
            let pattern = HostPattern(text)
            if pattern == nil { block.problem("hosts", "\(text) is no host", hint: HostPattern.hint) }
            return pattern
        }
        let setting = block.text("setting")
        if let name = setting.map({ String($0.prefix { $0 != "." }) }), !settings.names.contains(name) {
            let hint = suggestion(for: name, among: settings.names).map { "Did you mean \($0)?" }
            block.problem("setting", "names the setting \(name), which settings does not declare", hint: hint)
        }
        return Callbacks(hosts: hosts, setting: setting)
    }

    private static func permissions(_ root: ObjectReader, settings: SettingsSchema) -> [OriginPattern] {
        let patterns = origins(root.object("permissions", keys: ["http"]), "http", settings: settings)
        let secrets = root.object("secrets", keys: nil).members.pairs.map(\.name)
        for pattern in patterns {
            guard let name = pattern.secret, !secrets.contains(name) else { continue }
            root.problem("permissions", "http names the secret \(name), which secrets does not declare")
        }
        return patterns
    }

    /// The origins under a key.
    private static func origins(_ block: ObjectReader, _ key: String, settings: SettingsSchema) -> [OriginPattern] {
        let texts = block.texts(key) ?? []
        return texts.enumerated().compactMap { index, text in
            let path = block.path + [key, String(index)]
            do throws(OriginPattern.Invalid) {
                let pattern = try OriginPattern(text)
                for reference in pattern.references where reference.root == .settings {
                    let name = String(reference.path.prefix { $0 != "." })
                    guard !settings.names.contains(name), settings.json["additionalProperties"] == nil else { continue }
                    let hint = suggestion(for: name, among: settings.names).map { "Did you mean \($0)?" }
                    block.problems.add(at: path, "names the setting \(name), which settings does not declare", hint: hint)
                }
                return pattern
            } catch {
                block.problems.add(at: path, error.message)
                return nil
            }
        }
    }
}
