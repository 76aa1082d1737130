import Dashboard
import Foundation

extension Dashboard.Parts {
    /// The parts with what the host knows of its own files: settings, and the cases beside plugins.
    func showing(_ live: LiveSettings) -> Dashboard.Parts {
        var parts = self
        let shown = ShownSettings(live.settings)
        parts.settings = { shown.all(of: live.settings) }
        parts.fixtures = { plugin in
            let folders = live.settings.pluginPaths.map { "\($0)/\(plugin)" }
            guard let folder = folders.first(where: { FileManager.default.fileExists(atPath: $0 + "/plugin.yaml") }) else { return nil }
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/fixtures")) ?? []
            // Without a check nothing is remembered as passed.
            let isTried = !live.passed.isEmpty && live.settings.usedPlugins.contains(plugin)
            return PluginCases(count: files.count { $0.hasSuffix(".yaml") }, isTried: isTried)
        }
        return parts
    }
}
