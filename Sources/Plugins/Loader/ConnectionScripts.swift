import LuaRuntime
public import Screening

/// All the scripts of one connection, as one version.
public struct ConnectionScripts: Sendable, Hashable {
    let bundle: ScriptBundle
    let hasOverlay: Bool

    /// A hash of every script's text: another version, another id.
    public let id: String

    init(plugin: Plugin, overlay: Script?) {
        self.init([plugin.main] + plugin.modules + [overlay].compactMap(\.self))
    }

    /// - Parameter scripts: the plugin's files, then the overlay where there is one.
    private init(_ scripts: [Script], id: String? = nil) {
        bundle = ScriptBundle(prelude: HostScripts.prelude, modules: HostScripts.modules + scripts)
        hasOverlay = scripts.contains { $0.name == Self.overlay }
        self.id = id ?? bundle.id
    }

    private static let overlay = "overlay"

    // MARK: Kept for runs that began on them

    /// The version as a store keeps it: the plugin's files and the overlay, without the host's own scripts.
    public var version: ScriptVersion {
        let own = bundle.modules.filter { $0.origin == .plugin }
        let content = JSON.array(own.map { ["name": .string($0.name), "chunk": .string($0.chunk), "source": .string($0.source)] })
        return ScriptVersion(id: id, content: content.bytes())
    }

    /// A version that was kept, on the present host's own scripts. Nil where the content is not one.
    public init?(_ version: ScriptVersion) {
        guard let items = (try? JSON(parsing: version.content))?.items else { return nil }
        let scripts = items.compactMap { item -> Script? in
            guard let name = item["name"]?.text, let chunk = item["chunk"]?.text, let source = item["source"]?.text else { return nil }
            return Script(name: name, chunk: chunk, source: source)
        }
        guard scripts.count == items.count, scripts.contains(where: { $0.name == "main" }) else { return nil }
        self.init(scripts, id: version.id)
    }
}
