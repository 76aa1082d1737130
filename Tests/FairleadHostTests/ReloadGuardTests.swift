import ConfigurationFiles
import Foundation
import Logging
import Pipeline
import Plugins
import Screening
import Testing

@testable import FairleadHost

/// A settings file that is written in part, or by accident, takes nothing away from a host that runs.
@Suite("Settings that look like an accident")
struct ReloadGuardTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-guard-\(UUID().uuidString)")

    private var file: String { folder.appending(path: "fairlead.yaml").path }

    private static let whole = """
        admin: { token: a-token-of-some-length }
        plugins: { paths: [plugins] }
        workers: { isolation: in_process }
        store: { url: "sqlite:store.db" }
        accounts:
          zinc-uk:
            provider: zinc
            environment: staging
            api_key: key
            webhook_tokens: [token]
        connections:
          acme:
            plugin: sample
            accounts: [zinc-uk]
            settings:
              depth: 1
          beta:
            plugin: sample
            accounts: [zinc-uk]
            script: beta.lua
            settings:
              depth: 12

        """

    private func write(_ text: String, to name: String = "fairlead.yaml") throws {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func start() async throws -> FairleadHost.Host {
        let manifest = """
            name: sample
            version: 1.0.0
            contract: 1
            kind: ats
            settings: { type: object, properties: { depth: { type: integer } } }
            inbound: [{ path: /hook, verify: { scheme: none } }]
            """
        try write(manifest, to: "plugins/sample/plugin.yaml")
        try write("return { on_event = function(event, ctx) ctx.skip('seen') end }", to: "plugins/sample/main.lua")
        try write("return function(base) return base end", to: "beta.lua")
        try write(Self.whole)
        var parts = Host.Parts(listens: false, works: false)
        parts.logger.logLevel = .critical
        return try await Host(Settings.read(file: file, environment: [:]), parts)
    }

    private func reload(_ host: FairleadHost.Host) async -> String? {
        let file = file
        do {
            _ = try await host.reload { try Settings.read(file: file, environment: [:]) }
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func connections(_ host: FairleadHost.Host) -> [String: JSON] {
        Dictionary(uniqueKeysWithValues: host.registry.connections.map { ($0.id, $0.settings) })
    }

    @Test("A file that is cut off after any of its bytes changes nothing, but where it ends between two connections")
    func everyCut() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let host = try await start()
        let before = connections(host)
        let bytes = Array(Self.whole.utf8)
        let between = try #require(Self.whole.range(of: "  beta:")).lowerBound.utf16Offset(in: Self.whole)
        for length in 0..<bytes.count where length != between && length < bytes.count - 1 {
            try write(String(decoding: bytes.prefix(length), as: UTF8.self))
            let why = await reload(host)
            #expect(why != nil, "cut after \(length) bytes")
            #expect(connections(host) == before, "cut after \(length) bytes")
            #expect(host.presentSettings.adminToken != nil)
        }
        try write(String(decoding: bytes.prefix(between), as: UTF8.self))
        #expect(await reload(host) == nil)
        #expect(host.registry.connections.map(\.id) == ["acme"])
        await host.close()
    }

    @Test("A file that leaves nothing of what serves changes nothing")
    func nothingLeft() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let host = try await start()
        let before = connections(host)
        let head = Self.whole.components(separatedBy: "connections:")[0]
        for (text, words) in [
            ("", "empty"), ("\n\n", "empty"), ("# only a comment\n", "empty"), ("\u{FEFF}", "empty"), ("{}\n", "empty"),
            (head + "connections:\n# none\n", "none of the connections"), (head + "connections: {}\n", "none of the connections"),
            (
                head + "connections:\n  other: { plugin: sample, accounts: [zinc-uk] }\n",
                "none of the connections that serve would be left (acme, beta)"
            ),
            (Self.whole.replacing("depth: 12\n", with: "depth: 13"), "its last line has no end"), ("\u{0}\u{0}\u{0}", "not YAML"),
        ] {
            try write(text)
            let why = await reload(host)
            #expect(why?.contains(words) == true, "\(why ?? "taken over"): \(words)")
            #expect(connections(host) == before)
        }
        #expect(!host.registry.reloadFailures.isEmpty)
        await host.close()
    }

    @Test("A file that cannot be had, or that names what is gone, changes nothing")
    func gone() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let host = try await start()
        let before = connections(host)
        let files = FileManager.default
        try files.removeItem(atPath: file)
        #expect(await reload(host)?.contains("not there") == true)
        try files.createDirectory(atPath: file, withIntermediateDirectories: true)
        #expect(await reload(host)?.contains("is a folder") == true)
        try files.removeItem(atPath: file)
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(filePath: file))
        #expect(await reload(host)?.contains("not UTF-8") == true)
        try write(Self.whole)
        try files.removeItem(atPath: folder.path + "/beta.lua")
        #expect(await reload(host)?.contains("beta.lua") == true)
        try write("return function(base) return base end", to: "beta.lua")
        try files.moveItem(atPath: folder.path + "/plugins", toPath: folder.path + "/elsewhere")
        #expect(await reload(host)?.contains("there is no folder plugins") == true)
        try files.createDirectory(atPath: folder.path + "/plugins", withIntermediateDirectories: true)
        #expect(await reload(host)?.contains("there is no plugin sample") == true)
        #expect(connections(host) == before)
        await host.close()
    }

    @Test("What is meant is taken over: a change, a comment, a byte order mark, a connection less in the middle")
    func meant() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let host = try await start()
        try write("\u{FEFF}" + Self.whole.replacing("depth: 12", with: "depth: 13"))
        #expect(await reload(host) == nil)
        #expect(host.registry.connection("beta")?.settings["depth"] == 13)
        try write(Self.whole + "# a comment\n\n")
        #expect(await reload(host) == nil)
        try write(Self.whole)
        #expect(await reload(host) == nil)
        // The beginning of the present file, and meant so: it says so by a comment.
        let less = try #require(Self.whole.range(of: "    script: beta.lua")).lowerBound
        try write(Self.whole[..<less] + "# no script any more\n")
        #expect(await reload(host) == nil)
        #expect(host.registry.connection("beta")?.scripts.hasOverlay == false)
        await host.close()
    }
}
