import Dashboard
import Logging
import Pipeline
import Plugins
import Screening
import Telemetry
import Web

extension Host {
    /// The host's way in: ATSs, providers, operators and machines.
    static func server(
        _ settings: Settings,
        _ context: PipelineContext,
        _ live: LiveSettings,
        _ telemetry: HostTelemetry,
        _ given: Parts,
        _ missingKeys: MissingKeys,
        readiness: @escaping @Sendable () async -> Readiness
    ) -> HTTPServer {
        let intake = Intake(context)
        let commands = Commands(context)
        let tokens = Tokens(store: context.store, clock: context.clock, random: context.random)
        let api = API(
            commands: commands,
            store: context.store,
            tokens: tokens,
            webhooks: Webhooks(context) { live.settings.allowsPlain(host: $0) },
            keys: context.keys,
            retention: context.retention,
            registry: context.registry,
            providers: { live.providers },
            plugins: { live.plugins },
            issues: Issues(context),
            auditor: Auditor(context),
            erasures: Erasures(context) { live.settings.erasureWindow },
            candidates: Candidates(context),
            requiresReason: { live.settings.accessReasons == .required },
            auditAnchors: { await context.auditAnchors() },
            readiness: readiness,
            clock: context.clock
        ) { token in
            if let admin = live.settings.adminToken, admin.matches(token) { return .administrator }
            return try await tokens.holder(of: token).map(Principal.init)
        }
        var parts = Dashboard.Parts(
            api: api,
            store: context.store,
            registry: context.registry,
            issues: Issues(context),
            updates: context.updates,
            clock: context.clock,
            random: context.random,
            publicURL: settings.server.publicURL,
            adminToken: { live.settings.adminToken },
            trustedProxies: settings.server.trustedProxies,
            version: Release.version
        )
        parts.signInCode = given.signInCode
        parts.readiness = readiness
        parts.readsInLastMinute = { try await context.readsInLastMinute() }
        parts.requiresReason = { live.settings.accessReasons == .required }
        parts.lastBackup = { [store = context.store] in
            let state = try await store.backupState()
            guard state.madeAt != nil || state.hasFailed else { return nil }
            return [
                "made_at": JSON(state.madeAt), "verified_at": JSON(state.provenAt),
                "problem": state.hasFailed ? ["message": JSON(state.failure)] : .null,
            ]
        }
        parts.signingSecret = { [key = settings.encryptionKeys.first] in key }
        var limits = ServerLimits()
        limits.body = settings.server.maxBody
        limits.maxConnections = settings.server.maxConnections
        limits.bodyBudget = settings.server.bodyBudget
        return HTTPServer(
            host: settings.server.host,
            port: settings.server.port,
            limits: limits,
            routes: ATSRoutes.routes(intake) + ProviderRoutes.routes(intake) + api.routes
                + Dashboard(parts.showing(live).rehearsing(by: given.rehearsal, context)).routes
                + HealthRoutes.routes(
                    store: context.store.identity.id,
                    held: { await commands.isHeld },
                    missingKeys: { await missingKeys.known() ?? [] },
                    readiness: { await readiness() }
                )
                + MetricsRoute.routes(PrometheusText.mediaType) { PrometheusText.text(of: telemetry.registry) },
            logger: context.logger,
            problemPages: Dashboard.problemPages
        )
    }
}
