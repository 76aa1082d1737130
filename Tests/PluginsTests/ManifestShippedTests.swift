import Foundation
import Testing

@testable import Plugins

@Suite("Shipped plugin manifests")
struct ManifestShippedTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(
        path: "plugins"
    )

    @Test("Every shipped manifest loads without warnings")
    func everyShippedManifestIsGood() throws {
        let plugins = try Plugin.all(in: [Self.folder.path])
        #expect(!plugins.isEmpty)
        for plugin in plugins.values { #expect(plugin.manifest.warnings.isEmpty, "\(plugin.name)") }
    }
}
