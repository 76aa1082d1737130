import FairleadTools
import Foundation
import PluginTools
import Plugins
import Screening
import Testing

/// Who tries a script needs no credentials: only what is wrong with what is needed stands in the way.
@Suite("Settings that a dry run needs")
struct NeededSettingsTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let products = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    private static let text = """
        store: { url: "${env:STORE}" }
        encryption: { keys: ["${env:KEY}"] }
        admin: { token: "${env:TOKEN}" }
        plugins: { paths: ["\(repository.path)/plugins"] }
        workers: { path: "\(products.path)/fairlead-lua", count: 1, confinement: best_effort }
        accounts: { zinc-uk: { provider: zinc, environment: staging, api_key: "${env:ZINC}", webhook_tokens: ["${env:SIGNING}"] } }
        connections:
          acme: { plugin: webhook, accounts: [zinc-uk], secrets: { signing: "${env:ACME}" }, settings: { default_package: pkg_1 } }
          other: { plugin: nowhere, accounts: [none], settings: { a: "${env:OTHER}" } }
          half: { plugin: webhook, accounts: [zinc-uk], secrets: { signing: key }, settings: { default_package: "${env:PACKAGE}" } }
        """

    private func inFolder(_ work: (_ settings: String, _ payload: String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-needed-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (settings, payload) = (folder.appending(path: "fairlead.yaml"), folder.appending(path: "event.json"))
        try Data(Self.text.utf8).write(to: settings)
        let body = #"{"external_id":"a-1","candidate":{"first_name":"Ana","last_name":"Roe","email":"ana@example.test"}}"#
        try Data(body.utf8).write(to: payload)
        try await work(settings.path, payload.path)
    }

    @Test("a dry run needs the connection's settings, and no secret") func dryRun() async throws {
        try await inFolder { settings, payload in
            let report = try await DryRun(settings: settings, environment: [:], connection: "acme", payload: payload).report()
            #expect(report.orders.map(\.externalID) == ["a-1"])
            await #expect { try await DryRun(settings: settings, environment: [:], connection: "half", payload: payload).report() } throws: {
                "\($0)".contains("PACKAGE is not set") && !"\($0)".contains("ZINC")
            }
        }
    }

    @Test("what signs a sample event is needed to send it, and nothing of others") func trigger() async throws {
        try await inFolder { settings, payload in
            #expect { try Trigger(settings: settings, environment: [:], connection: "acme", fixture: payload, path: "/hmac") } throws: {
                "\($0)".contains("ACME is not set") && !"\($0)".contains("ZINC")
            }
            let trigger = try Trigger(settings: settings, environment: ["ACME": "key"], connection: "acme", fixture: payload, path: "/hmac")
            #expect(trigger.production.isEmpty)
        }
    }
}
