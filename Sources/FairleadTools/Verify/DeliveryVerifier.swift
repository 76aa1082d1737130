import ConfigurationFiles
import FairleadHost
import Foundation
import LuaRuntime
import Plugins
import Providers
public import Screening

/// Says of a captured request whether a connection or an account would accept it, as the settings file has them. Needs no running host, and asks nobody.
public struct DeliveryVerifier: Sendable {
    /// What it is measured by.
    public enum Target: Sendable {
        case connection(String)
        case account(String)
    }

    let file: String
    let settings: Settings
    let problems: [ConfigurationProblem]
    let plugins: FoundPlugins
    /// The time at which the request is taken to arrive.
    public var now: Timestamp
    /// Whether the signature that would have been right is shown whole.
    public var showsSignature = false
    /// The path after the connection, where the capture does not say it.
    public var path: String?

    /// Reads settings and plugins as far as they can be.
    /// - Throws: ``ConfigurationProblems`` where the settings file cannot be read at all.
    public init(settings file: String, environment: [String: String], now: Timestamp = SystemClock().now()) throws {
        let draft = try SettingsDraft(file: file, environment: environment, providers: Catalog.builtIn.map(\.manifest))
        self.file = file
        settings = draft.settings
        problems = draft.problems.problems
        plugins = FoundPlugins(in: draft.settings.pluginPaths)
        self.now = now
    }

    /// What a capture may have been sent to: what its address says, else every connection.
    public func targets(of captured: CapturedRequest) -> [Target] {
        if let address = captured.address(under: "ats") { return [.connection(address.name)] }
        if let address = captured.address(under: "providers") { return [.account(address.name)] }
        return settings.connections.map { .connection($0.id) }
    }

    /// Measures a request. Calling twice gives the same, but for the time.
    /// - Throws: ``ConfigurationProblems`` where what it is measured by is not there, or a secret that the rule needs cannot be had.
    public func report(on captured: CapturedRequest, for target: Target) async throws -> DeliveryReport {
        switch target {
        case .connection(let id): try await report(on: captured, connection: id)
        case .account(let id): try accountReport(on: captured, account: id)
        }
    }

    private func report(on captured: CapturedRequest, connection id: String) async throws -> DeliveryReport {
        let connection = try connection(id)
        guard let plugin = plugins.plugins[connection.plugin] else {
            throw problem("connections.\(id).plugin", "there is no plugin \(connection.plugin) that can be read")
        }
        var report = DeliveryReport("connection \(id)")
        report.notes = captured.notes
        let rules = plugin.manifest.inbound
        let address = captured.address(under: "ats")
        if let address, address.name != id {
            report.notes.append("it was sent to the connection \(address.name), not to \(id)")
        }
        guard let place = path ?? address?.rest ?? captured.path ?? (rules.count == 1 ? rules[0].path : nil) else {
            throw problem(
                id,
                "the capture does not say which path it was sent to",
                "Say it with --path: \(rules.map(\.path).joined(separator: ", "))."
            )
        }
        let request = ReceivedRequest(method: captured.method, path: place, query: captured.query, headers: captured.headers, body: captured.body)
        guard let rule = rules.first(for: place) else {
            let near = suggestion(for: place, among: rules.map(\.path)).map { " Did you mean \($0)?" } ?? ""
            report.refuse(
                404,
                "unknown_path",
                "\(plugin.name) takes nothing at \(place); it takes \(rules.map(\.path).joined(separator: ", "))\(near)"
            )
            report.causes = elsewhere(request, rules, rules.first, connection.secrets)
            return report
        }
        try needs(rule.verification, of: connection)
        report.rule = rule.verification.sentence
        let read = ReadRequest(request, as: rule.body)
        if let echo = rule.echo(for: request) {
            report.leads = [("answered with", "the header \(echo.header) as it came: a handshake, which needs no proof")]
            return report
        }
        if let failure = rule.verification.failure(read, secrets: connection.secrets, now: now) {
            report.refuse(401, failure.code, failure.sentence)
            report.causes =
                rule.verification.causes(read, secrets: connection.secrets, others: others(than: id), now: now)
                + elsewhere(request, rules, rule, connection.secrets)
            if failure.code == "signature_differs" {
                report.signature = rule.verification.rightSignature(read, secrets: connection.secrets).map { shown($0, rule.verification) }
            }
            return report
        }
        if let number = rule.verification.acceptedBy(read, secrets: connection.secrets, now: now) {
            let name = rule.verification.secretNames[0]
            report.notes.append("it is accepted by secret \(number) of the list \(name)\(number == 1 ? ", the newest" : "; the first is the newest")")
        }
        await lead(&report, read, rule, connection, plugin)
        return report
    }

    /// What becomes of an accepted request.
    private func lead(
        _ report: inout DeliveryReport,
        _ read: ReadRequest,
        _ rule: InboundRule,
        _ connection: Settings.ConnectionSettings,
        _ plugin: Plugin
    ) async {
        let request = read.request
        let hooks = await hooks(of: connection, plugin, &report)
        if let match = hooks?.route(method: request.method, path: request.path) {
            report.leads.append(("answered by", "the script's route \(match.route.key)"))
        } else if let hooks, !hooks.hooks.contains("on_event") {
            return report.refuse(404, "nothing_here", "no route of the script answers \(request.method) \(request.path), and it has no on_event")
        } else if request.method != "POST", request.method != "PUT" {
            return report.refuse(405, "method_not_allowed", "deliveries are sent by POST or PUT, not by \(request.method)")
        } else {
            report.leads.append(("stored as", "an event, for on_event"))
            report.leads.append(("a duplicate of", duplicates(read, rule)))
        }
        let groups = rule.group.compactMap { $0.text(in: read) }
        if let group = groups.first { report.leads.append(("worked on", "one after the other with others of the group \(group)")) }
        if let when = rule.occurredAt.lazy.compactMap({ $0.timestamp(in: read, now: now) }).first { report.leads.append(("happened", when.iso8601)) }
        if rule.body == .json, !request.body.isEmpty, (try? JSON(received: request.body)) == nil {
            report.notes.append("its body is not JSON: it is stored, and becomes a dead letter (unreadable_body)")
        }
    }

    private func duplicates(_ read: ReadRequest, _ rule: InboundRule) -> String {
        guard let key = rule.dedupe.key(for: read, under: rule.verification) else { return "nothing: every delivery is an event" }
        let basis =
            switch rule.dedupe.basis {
            case .header(let name): read.request.headers[name] == nil ? "an equal body, for there is no header \(name)" : "others with this \(name)"
            case .body(let path): "others with this \(path)"
            case .bodyHash, .nothing: "others with an equal body"
            }
        let and = key.text.hasPrefix("id+body:") ? " and an equal body" : ""
        return basis + and + (key.within.map { ", received in the last \($0.inWords)" } ?? "") + " (key \(key.text.prefix(24))…)"
    }

    private func hooks(of connection: Settings.ConnectionSettings, _ plugin: Plugin, _ report: inout DeliveryReport) async -> HookList? {
        let overlay = connection.script.flatMap { Plugin.overlay(file: $0) }
        let pool = LuaPool(settings.workers.configuration)
        defer { Task { await pool.shutdown() } }
        do {
            return try await HookRunner(pool: pool).describe(plugin.scripts(overlay: overlay), plugin: plugin.name, connection: connection.id)
        } catch {
            report.notes.append("the scripts could not be looked at (fairlead check says why), so routes are not known here")
            return nil
        }
    }

    /// Other entries of the manifest that would accept it.
    private func elsewhere(_ request: ReceivedRequest, _ rules: [InboundRule], _ own: InboundRule?, _ secrets: [String: [Secret]])
        -> [VerificationCause]
    {
        rules.filter { $0 != own || own?.matches(request.path) == false }.compactMap { rule in
            if case .none = rule.verification { return nil }
            guard rule.verification.verify(ReadRequest(request, as: rule.body), secrets: secrets, now: now) else { return nil }
            return VerificationCause("other_path", "at the path \(rule.path) of the same connection it would be accepted")
        }
    }

    /// The secrets of other connections and accounts: a sender may have been given the wrong one.
    func others(than own: String) -> [(name: String, secrets: [Secret])] {
        let connections = settings.connections.filter { $0.id != own }.flatMap { connection in
            connection.secrets.sorted { $0.key < $1.key }.map { (name: "secret \($0.key) of the connection \(connection.id)", secrets: $0.value) }
        }
        let accounts = settings.accounts.filter { $0.id != own }.flatMap { account in
            account.secrets.sorted { $0.key < $1.key }.map { (name: "secret \($0.key) of the account \(account.id)", secrets: $0.value) }
        }
        return connections + accounts
    }

    /// As much of a signature as may be shown: whoever has all of it can send the request.
    func shown(_ signature: String, _ verification: Verification) -> String {
        var prefix = ""
        if case .hmac(let scheme) = verification { prefix = scheme.prefix }
        if case .standardWebhooks = verification { prefix = "v1," }
        return showsSignature ? signature : signature.prefix(prefix.count + 8) + "…"
    }

    private func connection(_ id: String) throws -> Settings.ConnectionSettings {
        if let connection = settings.connection(id) { return connection }
        let known = settings.connections.map(\.id)
        let hint = settings.account(id) != nil ? "There is an account of that name: use --account \(id)." : nil
        let near = suggestion(for: id, among: known).map { "Did you mean \($0)?" }
        throw problem("connections", "there is no connection \(id)", hint ?? near ?? "Known connections: \(known.joined(separator: ", ")).")
    }

    /// Holds that nothing is wrong with the secrets that a rule needs.
    private func needs(_ verification: Verification, of connection: Settings.ConnectionSettings) throws {
        let places = verification.secretNames.map { "connections.\(connection.id).secrets.\($0)" }
        let found = problems.filter { problem in places.contains { problem.path == $0 || problem.path.hasPrefix($0 + ".") } }
        if !found.isEmpty { throw ConfigurationProblems(found) }
    }

    func problem(_ path: String, _ message: String, _ hint: String? = nil) -> ConfigurationProblems {
        ConfigurationProblems([ConfigurationProblem(file: file, path: path, message: message, hint: hint)])
    }
}
