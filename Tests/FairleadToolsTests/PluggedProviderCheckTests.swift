import ConfigurationFiles
import FairleadTools
import Foundation
import Testing

/// What `fairlead check` finds of a provider that is a plugin.
@Suite("A plugin as provider in check")
struct PluggedProviderCheckTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let products = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    private static let text = """
        store: { url: "sqlite:store.db" }
        server: { public_url: "https://host.example.test" }
        plugins: { paths: ["\(repository.path)/plugins"] }
        workers: { path: "\(products.path)/fairlead-lua", count: 1 }
        accounts:
          example-uk:
            provider: example
            base_url: https://checks.example.test/v1
            api_key: example-key-0123456789
            signing_key: example-signing-key
        connections:
          acme: { plugin: webhook, accounts: [example-uk], secrets: { signing: not-used }, settings: { default_package: pkg_1 } }

        """

    @Test(
        "What is wrong with a plugged provider's account or a connection to it is said",
        arguments: [
            ("    signing_key: example-signing-key\n", "", "accounts.example-uk.signing_key: is missing"),
            ("provider: example\n", "provider: exampel\n", "accounts.example-uk.provider: there is no such provider. Did you mean example?"),
            ("    base_url: https://checks.example.test/v1\n", "", "accounts.example-uk.base_url: is missing"),
            ("    api_key:", "    wire: { create: { path: /x } }\n    api_key:", "wire: is for the built-in providers"),
            ("    api_key:", "    settings: { x: 1 }\n    api_key:", "settings"),
            ("plugin: webhook", "plugin: checkr", "checkr is a provider"),
        ]
    )
    func problems(_ part: String, _ replacement: String, _ expected: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-plugged-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "fairlead.yaml")
        try Data(Self.text.replacing(part, with: replacement).utf8).write(to: file)
        let found = try await ConfigurationCheck(file: file.path, environment: [:]).problems.map { "\($0)" }
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }
}
