import ConfigurationFiles
import FairleadHost
import Foundation
import HTTPTypes
import Logging
import LuaRuntime
import Plugins
import Pipeline
import Stores
public import Providers
public import Screening
import Web

/// Looks at what a host with these settings needs of the world: the worker processes, the store, the accounts' credentials, the clock, the way back.
///
/// Orders nothing and changes nothing at a provider. A store that is there is opened, and brought up to date as the host would.
public struct Doctor: Sendable {
    /// One thing that was looked at.
    public struct Finding: Sendable, Equatable {
        /// How it is.
        public enum Verdict: String, Sendable {
            /// As it must be.
            case fine
            /// Perhaps intended.
            case warning
            /// Must be corrected.
            case problem
        }

        /// What was looked at, such as `account zinc-uk`.
        public let subject: String
        public let verdict: Verdict
        /// What was found, and what to do where something is to be done. Never with a secret or a person's data.
        public let message: String

        /// `{subject, verdict, message}`
        public var json: JSON { ["subject": .string(subject), "verdict": .string(verdict.rawValue), "message": .string(message)] }
    }

    let settings: Settings
    let contents: ConfigurationLoader.Contents
    private let pool: LuaPool
    private let transport: HTTPTransport
    let clock: any WallClock = SystemClock()
    let environment: [String: String]
    private let warnings: [ConfigurationProblem]

    /// Reads settings, plugins and scripts.
    /// - Throws: ``ConfigurationProblems`` with everything that `fairlead check` would name; the error of worker processes that do not start.
    public init(file: String, environment: [String: String], providers: [any ScreeningProvider] = Catalog.builtIn) async throws {
        // The same that `fairlead check` finds, all of it: what is wrong with plugins is no less in the way.
        let check = try await ConfigurationCheck(file: file, environment: environment, providers: providers, runsPrograms: true)
        // It is not read a second time: programs that print secrets would run again.
        guard check.problems.isEmpty, let settings = check.settings else { throw ConfigurationProblems(check.problems) }
        warnings = check.warnings
        self.settings = settings
        self.environment = environment
        pool = LuaPool(settings.workers.configuration)
        transport = HTTPTransport(maximumResponse: 1 << 20, allow: { settings.allows($0) })
        do {
            contents = try await ConfigurationLoader(settings: settings, providers: providers, runner: HookRunner(pool: pool), random: SystemRandom())
                .contents()
        } catch {
            await pool.shutdown()
            await transport.shutdown()
            throw error
        }
    }

    /// Looks at one thing after the other, and reports each as soon as it is known. To be called once.
    public func examine(_ report: (Finding) -> Void) async {
        report(
            Finding(
                subject: "settings",
                verdict: .fine,
                message: "in order: " + counted(contents.connections.count, "connection") + ", " + counted(contents.accounts.count, "account")
            )
        )
        for warning in warnings { report(Finding(subject: "settings", verdict: .warning, message: warning.description)) }
        report(await workers())
        report(await store())
        for finding in await contacts() { report(finding) }
        for account in contents.accounts { report(await credentials(of: account)) }
        var hosts: Set<String> = []
        for account in contents.accounts {
            guard let parts = URLParts(account.account.baseURL), hosts.insert(parts.host).inserted else { continue }
            if let finding = await time(at: account.account.baseURL, parts.host) { report(finding) }
        }
        report(await wayBack())
        for finding in await Doctor.issues(at: settings.address(environment), token: settings.adminToken) { report(finding) }
        await pool.shutdown()
        await transport.shutdown()
    }

    private func counted(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

    private func workers() async -> Finding {
        let why = try? await HookRunner(pool: pool).whyNotAble()
        if let why { return Finding(subject: "workers", verdict: .problem, message: "\(why). fairlead-lua belongs beside fairlead.") }
        guard settings.workers.isolation == .process else {
            return Finding(
                subject: "workers",
                verdict: .warning,
                message: "scripts run in the host's own process; workers.isolation: process keeps them apart"
            )
        }
        guard settings.workers.confinement == .required else {
            let message = "scripts run, but the host would start where they cannot be confined (workers.confinement: best_effort)"
            return Finding(subject: "workers", verdict: .warning, message: message)
        }
        return Finding(subject: "workers", verdict: .fine, message: "scripts run, in confined processes")
    }

    private func store() async -> Finding {
        let unsealed = settings.encryptionKeys.isEmpty ? "; it is not sealed: fairlead key new makes a key" : ", sealed"
        let verdict: Finding.Verdict = settings.encryptionKeys.isEmpty ? .warning : .fine
        if let lost = settings.store.lostStore { return Finding(subject: "store", verdict: .problem, message: lost) }
        if case .sqlite(let path) = settings.store, !FileManager.default.fileExists(atPath: path) {
            let folder = URL(filePath: path).deletingLastPathComponent().path
            guard FileManager.default.isWritableFile(atPath: folder) else {
                return Finding(
                    subject: "store",
                    verdict: .problem,
                    message: "there is no file yet, and none can be made in \(folder); correct store.url"
                )
            }
            return Finding(subject: "store", verdict: verdict, message: "there is no file yet; fairlead serve makes one" + unsealed)
        }
        do {
            let store = try await settings.store.open(keys: settings.encryptionKeys, clock: clock, random: SystemRandom())
            let load = try await store.load()
            let ahead = store.clock.now() - clock.now()
            let id = store.identity.id
            let missing = try await store.openOrders().missing(in: contents)
            await store.close()
            guard missing.isEmpty else {
                let message = "it opens, but " + missing.map(\.description).joined(separator: "; ") + ": put it back into the settings"
                return Finding(subject: "store", verdict: .problem, message: message)
            }
            let waiting = load.queued.values.reduce(0, +)
            var message = "it opens" + unsealed + "; work queued: \(waiting)"
            if let other = await running()?.json?["store"]?.text, other != id {
                message += ", but the host at \(settings.address(environment)) runs on another one (\(other), this is \(id))"
                return Finding(subject: "store", verdict: .warning, message: message)
            }
            if let oldest = load.oldestDue, clock.now() - oldest > settings.patience {
                message += ", the oldest due since \(oldest): nobody works on them, start fairlead serve"
                return Finding(subject: "store", verdict: .warning, message: message)
            }
            if abs(ahead.wholeMilliseconds) > 5_000 {
                message += "; its clock differs from this machine's by \(abs(ahead.wholeMilliseconds) / 1000) s, and the host goes by the store's"
                return Finding(subject: "store", verdict: .warning, message: message)
            }
            return Finding(subject: "store", verdict: verdict, message: message)
        } catch {
            // A database can be looked at beside a host. A file that a process has open cannot; that process is asked, and the keys are tried.
            guard case .sqlite(let path) = settings.store, "\(error)".contains(Doctor.inUse) else {
                return Finding(subject: "store", verdict: .problem, message: "\(error)")
            }
            if let why = StoreURL.problem(with: settings.encryptionKeys, ofStoreAt: path) {
                let message = "another process has it open, but a host with these settings could not open it: \(why)"
                return Finding(subject: "store", verdict: .problem, message: message)
            }
            return await holder(of: path, error)
        }
    }

    private static let inUse = "in use by another process"

    /// What the host at the file's address answers to `/readyz`; nil where none does.
    private func running() async -> WireResponse? {
        let own = HTTPTransport(maximumResponse: 1 << 16, connectTimeout: .seconds(2), allow: { _ in true })
        let response = try? await own.send(WireRequest(.get, settings.address(environment) + "/readyz", timeout: .seconds(5)))
        await own.shutdown()
        return response
    }

    /// What the host that has the file open says of it.
    private func holder(of path: String, _ error: any Error) async -> Finding {
        let address = settings.address(environment)
        let response = await running()
        let host = response?.json
        if let theirs = host?["store"]?.text, let ours = StoreURL.identifier(ofStoreAt: path), theirs != ours {
            let message = "\(error); the host at \(address) runs on another store (\(theirs), this is \(ours))"
            return Finding(subject: "store", verdict: .warning, message: message)
        }
        if response?.status == 200, host?["status"]?.text != nil {
            return Finding(subject: "store", verdict: .fine, message: "a running host has it, and is able to work")
        }
        guard let host, host["code"] == "not_ready" else {
            let message = "another process has it open, and no host answers at \(address): its state is not known"
            return Finding(subject: "store", verdict: .warning, message: message)
        }
        let why = host["detail"]?.text ?? "it does not say why"
        return Finding(subject: "store", verdict: .problem, message: "a running host has it and is not able to work: \(why)")
    }

    /// Whether the provider takes the account's credentials, by a call that changes nothing.
    private func credentials(of account: ProviderAccount) async -> Finding {
        let subject = "account \(account.account.id)"
        let title = account.provider.manifest.title
        var logger = Logger(label: "fairlead")
        logger.logLevel = .critical
        let session = ProviderSession(account: account.account, transport: transport, tokens: TokenCache(), clock: clock, logger: logger)
        do {
            if account.capabilities.packages {
                let count = try await account.provider.packages(session).count
                return Finding(subject: subject, verdict: .fine, message: "\(title) takes its credentials and lists " + counted(count, "package"))
            }
            guard account.capabilities.report else {
                return Finding(subject: subject, verdict: .warning, message: "\(title) cannot be asked anything without an order")
            }
            _ = try await account.provider.report(for: "fairlead-doctor", session)
            return Finding(subject: subject, verdict: .fine, message: "\(title) takes its credentials")
        } catch let error as ProviderError {
            switch error.code {
            case .unauthorised:
                let message = "\(title) rejects its credentials (\(error)); put them right under accounts.\(account.account.id)"
                return Finding(subject: subject, verdict: .problem, message: message)
            case .unavailable, .noAnswer, .rateLimited:
                return Finding(subject: subject, verdict: .problem, message: "\(title) does not answer at \(account.account.baseURL) (\(error))")
            // It does not know the invented order, as expected, but it accepted the credentials.
            case .refused, .unsupported,
                .unreadable where !account.capabilities.packages:
                return Finding(subject: subject, verdict: .fine, message: "\(title) takes its credentials")
            default: return Finding(subject: subject, verdict: .problem, message: "\(title) answers what cannot be understood (\(error))")
            }
        } catch {
            return Finding(subject: subject, verdict: .problem, message: "\(title) could not be asked: \(error)")
        }
    }

    /// How far this machine's clock is from another's: webhooks are signed with the time, and refused when they seem old. Nil where the other does not say.
    private func time(at url: String, _ host: String) async -> Finding? {
        let before = clock.now()
        guard
            let response = try? await transport.send(WireRequest(.get, url, timeout: .seconds(10))),
            let theirs = response.headers[.date].flatMap({ Timestamp(httpDate: $0) })
        else { return nil }
        let seconds = abs((theirs - before).wholeMilliseconds) / 1000
        guard seconds > 30 else { return Finding(subject: "clock", verdict: .fine, message: "as \(host) has it") }
        let message =
            "\(seconds) s away from that of \(host); webhooks that seem older than five minutes are refused: have the machine's clock set (NTP)"
        return Finding(subject: "clock", verdict: seconds > 240 ? .problem : .warning, message: message)
    }

    /// Whether the address that providers are given leads to a host.
    private func wayBack() async -> Finding {
        let subject = "public address"
        guard let url = settings.server.publicURL else {
            return Finding(subject: subject, verdict: .warning, message: "server.public_url is missing: providers cannot call back, and are polled")
        }
        let own = HTTPTransport(maximumResponse: 1 << 16, connectTimeout: .seconds(5), allow: { _ in true })
        let response: WireResponse
        do { response = try await own.send(WireRequest(.get, url + "/healthz", timeout: .seconds(10))) } catch {
            await own.shutdown()
            let message = "\(url) does not lead to a running host, seen from here (\(error)); start fairlead serve, or look at proxy and DNS"
            return Finding(subject: subject, verdict: .warning, message: message)
        }
        await own.shutdown()
        guard response.status == 200, response.json?["status"] == "alive" else {
            let message = "\(url)/healthz is answered \(response.status) by something else than a Fairlead host: look at the proxy before it"
            return Finding(subject: subject, verdict: .problem, message: message)
        }
        return Finding(subject: subject, verdict: .fine, message: "\(url) leads to a running host")
    }
}
