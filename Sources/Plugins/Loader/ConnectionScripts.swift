import Crypto
import LuaRuntime
public import Screening

/// All the scripts of one connection with the settings that they are called with, as one version.
public struct ConnectionScripts: Sendable, Hashable {
    let bundle: ScriptBundle
    /// Whether a connection's own script lies over the plugin's.
    public let hasOverlay: Bool

    /// The name of the connection's own script, as errors show it; nil where there is none.
    var overlayFile: String? { bundle.modules.first { $0.origin == .plugin && $0.name == Self.overlay }?.chunk }

    /// The settings that runs on this version are called with; nil for those that the caller has.
    public let settings: JSON?

    /// A hash of every script's text and of the settings: another version, another id.
    public let id: String

    init(plugin: Plugin, overlay: Script?, settings: JSON?) {
        self.init([plugin.main] + plugin.modules + [overlay].compactMap(\.self), settings: settings)
    }

    /// - Parameter scripts: the plugin's files, then the overlay where there is one.
    private init(_ scripts: [Script], settings: JSON?, id: String? = nil) {
        bundle = ScriptBundle(prelude: HostScripts.prelude, modules: HostScripts.modules + scripts)
        hasOverlay = scripts.contains { $0.name == Self.overlay }
        self.settings = settings
        self.id = id ?? ConnectionScripts.id(bundle.id, settings)
    }

    private static let overlay = "overlay"

    private static func id(_ bundle: String, _ settings: JSON?) -> String {
        guard let settings else { return bundle }
        return Array(SHA256.hash(data: Array(bundle.utf8) + settings.bytes(.sorted))).hex
    }

    // MARK: Kept for runs that began on them

    /// The version as a store keeps it: the plugin's files and the overlay, without the host's own scripts.
    public var version: ScriptVersion {
        let own = bundle.modules.filter { $0.origin == .plugin }
        let scripts = JSON.array(own.map { ["name": .string($0.name), "chunk": .string($0.chunk), "source": .string($0.source)] })
        return ScriptVersion(id: id, content: (["scripts": scripts, "settings": settings ?? .null] as JSON).bytes())
    }

    /// A version that was kept, on the present host's own scripts. Nil where the content is not one.
    public init?(_ version: ScriptVersion) {
        guard let content = try? JSON(parsing: version.content), let items = content["scripts"]?.items else { return nil }
        let scripts = items.compactMap { item -> Script? in
            guard let name = item["name"]?.text, let chunk = item["chunk"]?.text, let source = item["source"]?.text else { return nil }
            return Script(name: name, chunk: chunk, source: source)
        }
        guard scripts.count == items.count, scripts.contains(where: { $0.name == "main" }) else { return nil }
        self.init(scripts, settings: content["settings"].flatMap { $0.isNull ? nil : $0 }, id: version.id)
    }
}
