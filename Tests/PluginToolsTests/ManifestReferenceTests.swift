import ConfigurationFiles
import Foundation
import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

/// The page on the manifest names the keys that the reader of manifests takes, and the pages in `docs` are what the tables give.
@Suite("Manifest reference")
struct ManifestReferenceTests {
    /// The keys that the reader says it knows at a place, when it meets one that it does not.
    private func known(_ yaml: String) throws -> Set<String> {
        do {
            _ = try PluginManifest(yaml: LocatedYAML(text: yaml, file: "plugin.yaml"), folder: "bench")
            return []
        } catch {
            let hint = error.problems.first { $0.path.hasSuffix("zzzzzzzz") }?.hint ?? ""
            return Set(hint.replacing("Known keys: ", with: "").replacing(/\.$/, with: "").split(separator: ", ").map { String($0) })
        }
    }

    private static let places = [
        "plugin.yaml": "kind: ats\nzzzzzzzz: 1", "candidate": "kind: provider\ncandidate: { zzzzzzzz: true }",
        "capabilities": "kind: provider\ncapabilities: { zzzzzzzz: true }",
        "plugin.yaml of a provider": "kind: provider\nzzzzzzzz: 1", "secrets.NAME": "secrets: { a: { zzzzzzzz: 1 } }",
        "inbound[]": "inbound: [{ path: /x, verify: { scheme: none }, zzzzzzzz: 1 }]",
        "inbound[].dedupe": "inbound: [{ path: /x, verify: { scheme: none }, dedupe: { zzzzzzzz: 1 } }]",
        "inbound[].occurred_at": "inbound: [{ path: /x, verify: { scheme: none }, occurred_at: { zzzzzzzz: 1 } }]",
        "inbound[].group": "inbound: [{ path: /x, verify: { scheme: none }, group: { zzzzzzzz: 1 } }]",
        "inbound[].handshake": "inbound: [{ path: /x, verify: { scheme: none }, handshake: { zzzzzzzz: 1 } }]",
        "callbacks": "callbacks: { zzzzzzzz: [] }", "permissions": "permissions: { zzzzzzzz: [] }", "limits": "limits: { zzzzzzzz: 1 }",
    ]

    @Test("The reference lists exactly the keys that the manifest reader accepts")
    func everyKeyOfTheReaderIsOnThePage() throws {
        for block in ManifestReference.blocks {
            let yaml = try #require(Self.places[block.title], "\(block.title) needs a place here")
            var keys = Set(block.keys.map(\.name))
            if block.title == "plugin.yaml of a provider" { keys.formUnion(ManifestReference.blocks[0].keys.map(\.name)) }
            #expect(try known(yaml) == keys, "\(block.title)")
        }
        for (scheme, keys) in ManifestReference.schemes {
            let yaml = "inbound: [{ path: /x, verify: { scheme: \(scheme), zzzzzzzz: 1 } }]"
            #expect(try known(yaml) == Set(["scheme"] + keys.map(\.name)), "\(scheme)")
        }
    }

    @Test(
        "The generated reference pages in docs are up to date",
        arguments: [("docs/lua.md", LuaReference.page), ("docs/plugin-manifest.md", ManifestReference.page)]
    )
    func thePagesAreUpToDate(_ file: String, _ page: String) throws {
        let kept = try String(contentsOf: PluginHarness.repository.appending(path: file), encoding: .utf8)
        #expect(kept == page, "fairlead plugin types --reference lua > docs/lua.md; … --reference manifest > docs/plugin-manifest.md")
    }
}
