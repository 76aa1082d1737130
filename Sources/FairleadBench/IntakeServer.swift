import FairleadHost
import HTTPTypes
import Logging
import Plugins
import Screening
import ServiceLifecycle
import UnixSignals
import Web

/// A host that takes in and does not work, beside an echo on the same server: what `scripts/bench` sends its load to.
enum IntakeServer {
    /// Serves until the process is told to end.
    static func run(settings file: String) async throws {
        let settings = try Settings.read(file: file, environment: [:], providers: Host.Parts().providers.map(\.manifest))
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        var parts = Host.Parts(logger: logger)
        parts.listens = false
        parts.works = false
        let host = try await Host(settings, parts)
        let echo = Route(.post, "/echo") { request in WireResponse(200, headers: [.contentType: "application/json"], body: request.bytes) }
        let server = HTTPServer(
            host: settings.server.host,
            port: settings.server.port,
            routes: [echo] + ATSRoutes.routes(host.intake),
            logger: logger
        )
        let group = ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
        await host.close()
    }
}
