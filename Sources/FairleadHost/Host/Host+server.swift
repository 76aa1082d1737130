import Logging
import Pipeline
import Plugins
import Screening
import Web

extension Host {
    /// The host's way in: ATSs, providers, operators and machines.
    static func server(_ settings: Settings, _ context: PipelineContext, _ live: LiveSettings) -> HTTPServer {
        let intake = Intake(context)
        let tokens = Tokens(store: context.store, clock: context.clock, random: context.random)
        let api = API(
            commands: Commands(context),
            store: context.store,
            tokens: tokens,
            directory: context.directory,
            providers: { live.providers },
            plugins: { live.plugins },
            clock: context.clock
        ) { token in
            if let admin = live.settings.adminToken, admin.matches(token) { return .administrator }
            return try await tokens.holder(of: token).map(Principal.init)
        }
        let readiness = Remembered(for: .seconds(5), context.clock) { await Readiness(of: context, patience: settings.patience) }
        let counts = Remembered(for: .seconds(5), context.clock) { await Result { try await metrics(context) } }
        var limits = ServerLimits()
        limits.body = settings.server.maxBody
        return HTTPServer(
            host: settings.server.host,
            port: settings.server.port,
            limits: limits,
            routes: ATSRoutes.routes(intake) + ProviderRoutes.routes(intake) + api.routes
                + HealthRoutes.routes { await readiness.answer() }
                + MetricsRoute.routes { try await counts.answer().get() },
            logger: context.logger
        )
    }
}

extension Readiness {
    private static func reason(_ error: any Error) -> String {
        switch error as? StoreError {
        case .corrupt: "the store holds something unreadable; see the log, and restore a backup"
        case .newer: "the store was written by a newer version"
        default: "the store does not answer, or takes nothing"
        }
    }

    init(of context: PipelineContext, patience: Duration) async {
        do {
            if let why = try await context.scripts.whyNotAble() {
                self = .failing([why])
                return
            }
            let load = try await context.store.load()
            try await context.store.tryWriting()
            if let oldest = load.oldestDue, context.clock.now() - oldest > patience {
                self = .failing(["accepted work has been due since \(oldest) and nobody attempts it"])
            } else {
                self = .ready
            }
        } catch {
            // Anybody may ask: where the store is, and who it is opened as, is for the log.
            context.logger.error("not able to work", metadata: ["error": "\(error)"])
            self = .failing([Readiness.reason(error)])
        }
    }
}
