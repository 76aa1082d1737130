import ArgumentParser
import ConfigurationFiles
import FairleadHost
import FairleadTools
import Foundation
import Logging
import Plugins
import Screening
import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the service until it is told to end.",
        discussion: """
            SIGTERM or SIGINT ends it within ten seconds and loses nothing; a second one ends it at once. SIGHUP, or a saved file with reload: watch,
            takes changed settings, plugins and scripts over, all of them or none.
            Logs are one JSON object a line on standard error, why it cannot start included; the address is printed on standard output once it listens.
            Exit: 0 after a signal, 69 where port, store or workers cannot be had, 78 where settings are wrong or missing.

            Examples:
              fairlead serve
              fairlead serve --config /etc/fairlead/fairlead.yaml --log-level warning
              FAIRLEAD_SERVER_PORT=9090 fairlead serve --log-format text
            """
    )

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var log: LogOptions
    @Flag(help: "Begin an empty store where there was one that is gone. What was ordered before is ordered again if it is delivered again.")
    var newStore = false

    func run() async throws {
        let logger = log.logger
        // Listening to signals begins before the host does: one that comes while it starts must not be lost.
        let signals = Signals.stream(of: Signals.ending + [SIGHUP])
        let starting = Task { try await start(logger) }
        let reloading = Reloading(file: settings.config, environment: settings.environment, logger: logger)
        let signalTask = Task {
            await ServeCommand.watch(signals, logger) {
                if let host = try? await starting.value.host { await reloading.apply(to: host) }
            } stop: {
                Task { await Self.end(after: Self.grace + .milliseconds(500), starting, logger) }
                try? await starting.value.group.triggerGracefulShutdown()
            }
        }
        defer { signalTask.cancel() }
        do {
            let started = try await starting.value
            let announceTask = Task { await announce(started.host, started.settings, logger) }
            let reloadTask = Task { try await reloading.watch(started.host) }
            defer {
                announceTask.cancel()
                reloadTask.cancel()
            }
            try await started.group.run()
        } catch is CancellationError {
            // The ten seconds were over: what was not finished has been given back and is done after the next start.
            logger.warning("what was under way was cut short", metadata: ["event": "host.cut_short"])
        } catch {
            throw await exitCode(for: error, logger)
        }
        logger.notice("stopped", metadata: ["event": "host.stopped"])
    }

    private func start(_ logger: Logger) async throws -> (settings: Settings, host: Host, group: ServiceGroup) {
        let read = try Settings.read(file: settings.config, environment: settings.environment)
        for warning in UnknownVariables.warnings(settings.environment, file: settings.config) {
            logger.warning("\(warning)", metadata: ["event": "settings.unknown_variable"])
        }
        var parts = Host.Parts(reloadCheck: FixtureCheck(), logger: logger)
        parts.rehearsal = RunShadow()
        parts.newStore = newStore
        let host: Host
        do { host = try await Host(read, parts) } catch {
            if error is ConfigurationProblems || error is CancellationError { throw error }
            throw NotStarted(cause: error, store: read.store.place)
        }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: host, successTerminationBehavior: .gracefullyShutdownGroup, failureTerminationBehavior: .cancelGroup)],
            logger: quiet
        )
        configuration.maximumGracefulShutdownDuration = Self.grace
        return (read, host, ServiceGroup(configuration: configuration))
    }

    /// How long a shutdown may take.
    private static let grace = Duration.seconds(10)

    /// Ends the process where its time is over and something still hangs, such as a database that does not answer. What is on disk says of every order that
    /// it was being sent, so nothing is sent twice.
    private static func end(
        after grace: Duration,
        _ starting: Task<(settings: Settings, host: Host, group: ServiceGroup), any Error>,
        _ logger: Logger
    ) async {
        do { try await Task.sleep(for: grace) } catch { return }
        if let host = try? await starting.value.host {
            for order in host.unwrittenOrders {
                logger.error(
                    "an order is left uncertain: stopped before the provider's answer was written; after the next start it is looked for, and not sent again",
                    metadata: ["event": "order.left_uncertain", "order": "\(order)"]
                )
            }
        }
        logger.warning("ended where something did not end by itself in time", metadata: ["event": "host.ended_by_force"])
        _exit(0)
    }

    /// Announces where the host listens, once it does.
    private func announce(_ host: Host, _ settings: Settings, _ logger: Logger) async {
        guard let port = try? await host.port() else { return }
        SystemdNotification.ready()
        let address = settings.server.url(port: port)
        Terminal.say("Fairlead listens on \(address)")
        if settings.encryptionKeys.isEmpty {
            logger.warning(
                "the store is not sealed, for encryption.keys is empty; so the host serves on loopback only (fairlead key new makes a key)",
                metadata: ["event": "store.unsealed"]
            )
        }
        logger.notice(
            "listening",
            metadata: [
                "event": "host.listening", "address": "\(address)", "public_url": "\(settings.server.publicURL ?? "none")",
                "accounts": .stringConvertible(settings.accounts.count),
                "connections": .stringConvertible(settings.connections.count),
            ]
        )
        await RestingMemory.keep { host.store.releaseMemory() }
    }

    private static func watch(
        _ signals: AsyncStream<Int32>,
        _ logger: Logger,
        reload: @escaping @Sendable () async -> Void,
        stop: @escaping @Sendable () async -> Void
    ) async {
        var stoppingSince: ContinuousClock.Instant?
        for await signal in signals {
            if signal == SIGHUP {
                Task { await reload() }
                continue
            }
            if let since = stoppingSince {
                // A supervisor often signals the process and its group: that is one request, not two.
                if ContinuousClock.now - since < .milliseconds(250) { continue }
                logger.warning("ended at once by a second signal", metadata: ["event": "host.ended_at_once", "signal": "\(Signals.name(signal))"])
                _exit(128 + signal)
            }
            stoppingSince = .now
            logger.notice("stopping", metadata: ["event": "host.stopping", "signal": "\(Signals.name(signal))"])
            // Not awaited: a second signal must be heard even while the host is still starting.
            Task { await stop() }
        }
    }

    /// Prints why the host cannot run, and gives the exit code.
    private func exitCode(for error: any Error, _ logger: Logger) async -> ExitCode {
        guard let problems = error as? ConfigurationProblems else {
            let start = error as? NotStarted
            let failure = StartFailure(start?.cause ?? error, store: start?.store)
            log.report(failure.description, "start.failed", logger)
            return ExitCode(failure.exitCode)
        }
        // What stopped the start may be only a part: everything that `fairlead check` finds is reported, too. What programs print was asked for once already.
        let check = try? await ConfigurationCheck(file: settings.config, environment: settings.environment)
        var reported: Set<String> = []
        let all = problems.problems.map(\.fromHere) + (check?.problems ?? [])
        for problem in all.sorted(by: { ($0.line ?? 0) < ($1.line ?? 0) }) where reported.insert(problem.description).inserted {
            log.report(problem.description, "settings.invalid", logger)
        }
        return ExitCode(78)
    }
}

/// A host that could not be made of settings that are in order.
private struct NotStarted: Error {
    let cause: any Error
    /// Where the store is, without a password.
    let store: String
}
