import Foundation
import Logging
import Pipeline
import ScreeningTesting
import Testing

@testable import FairleadHost

/// A service group writes the name of each of its services into its log, and makes it from the whole value where it has none of its own.
@Suite("The names of a host's services")
struct HostNameTests {
    @Test("A host and its services are named by a word, without anything that they hold")
    func names() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-name-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = try Settings.read(
            text: "store: { url: \"sqlite:store.db\" }\nencryption: { allow_unsealed: true }\nadmin: { token: admin-token-of-some-length }\n",
            file: folder.appending(path: "fairlead.yaml").path,
            environment: [:],
            providers: []
        )
        var parts = Host.Parts(transport: HandlerTransport())
        parts.logger.logLevel = .critical
        let host = try await Host(settings, parts)
        #expect("\(host)" == "Host")
        #expect(host.server.map { "\($0)" } == "HTTPServer")
        #expect("\(Worker(host.context)) \(Poller(host.context))" == "Worker Poller")
        await host.close()
    }
}
