public import ConfigurationFiles
import Logging
public import Screening

/// A provider that is a plugin: its manifest says what it can do, its script does it.
///
/// Each method runs one hook once. Nothing is remembered between two runs, and none is run again from the answers of another: what an interrupted
/// `submit` may have created is known from what it sent.
public struct LuaProvider: ScreeningProvider {
    public let manifest: ProviderManifest
    private let plugin: Plugin
    private let scripts: ConnectionScripts
    private let runner: HookRunner
    private let random: any RandomSource
    private let limits: ScriptLimits

    /// A provider of a plugin; nil where the plugin is for an ATS.
    /// - Parameter caps: what the operator allows scripts.
    public init?(_ plugin: Plugin, runner: HookRunner, random: any RandomSource, caps: [ScriptLimits.Name: Int] = [:]) {
        guard let manifest = plugin.manifest.provider else { return nil }
        self.manifest = manifest
        self.plugin = plugin
        self.runner = runner
        self.random = random
        scripts = plugin.scripts()
        limits = ScriptLimits(requested: plugin.manifest.limits, caps: caps)
    }

    /// What is wrong with the script: it does not load, or lacks a hook that the manifest promises. Runs the script's top level.
    public func scriptProblems() async throws -> [ConfigurationProblem] {
        let plugin = plugin
        do {
            let offered = try await runner.describe(scripts, plugin: manifest.name, connection: tenant("check"))
            return plugin.manifest.promisedHooks.subtracting(offered.hooks).sorted().map { hook in
                let why = hook == "submit" ? "every provider needs" : "the manifest's capabilities promise"
                return ConfigurationProblem(file: plugin.folder + "/main.lua", message: "the script returns no \(hook), which \(why)")
            }
        } catch let failure as HookFailure {
            guard let file = failure.error.script.flatMap(plugin.file) else {
                return [ConfigurationProblem(file: plugin.folder + "/main.lua", message: failure.line, hint: failure.error.hint)]
            }
            return [ConfigurationProblem(file: file, line: failure.error.line, message: failure.error.message, hint: failure.error.hint)]
        }
    }

    /// Runs `packages(ctx)`.
    public func packages(_ session: ProviderSession) async throws -> [ScreeningPackage] {
        try await read("packages", [], session) { (value, read) throws(WrongResult) in try read.packages(value) }
    }

    /// Runs `submit(order, ctx)`. Sends at most one request that may create, and another only if the provider certainly did nothing.
    public func submit(_ order: Order, request: RequestShape?, callback: String?, key: String, _ session: ProviderSession) async throws -> Submission
    {
        var argument = order.json
        argument["callback_url"] = JSON(callback)
        argument["idempotency_key"] = .string(key)
        let host = ProviderScriptHost(session, plugin.manifest, hook: "submit", reach: .creation, random: random)
        let end: HookEnd
        do { end = try await run("submit", [argument], key: key, session, host) } catch {
            // The host is stopping. The next host sends what was not sent.
            guard host.record.rule == nil else { throw error }
            throw ProviderError(.unavailable, "the submission was broken off before anything was sent", creation: .sendAgain)
        }
        let failure = ProviderFailure(session: session, record: host.record)
        guard case .done(let value) = end else { throw failure.creation(end, hook: "submit") }
        do {
            let submission = try ProviderValues(hook: "submit").submission(value)
            // A script that ignores an unreadable answer cannot have a reference from it.
            guard !host.record.last.saysNothing || host.record.succeeded else { throw failure.creation(end, hook: "submit") }
            return submission
        } catch let wrong as WrongResult {
            throw failure.creation(.failed(HookFailure(wrong, "submit", manifest.name)), hook: "submit")
        }
    }

    /// Runs `report(reference, ctx)`; nil where it returns nil.
    public func report(for reference: String, _ session: ProviderSession) async throws -> Report? {
        try await read("report", [.string(reference)], session) { (value, read) throws(WrongResult) in try read.report(value) }
    }

    /// Runs `find(order, ctx)`; nil where it returns nil.
    public func find(_ order: Order, _ session: ProviderSession) async throws -> Submission? {
        try await read("find", [order.json], session) { (value, read) throws(WrongResult) in value.isNull ? nil : try read.submission(value) }
    }

    /// Runs `requests(order, ctx)`.
    public func requests(like order: Order, _ session: ProviderSession) async throws -> [ListedRequest] {
        try await read("requests", [order.json], session) { (value, read) throws(WrongResult) in try read.requests(value) }
    }

    /// Runs `cancel(reference, ctx)`.
    public func cancel(_ reference: String, _ session: ProviderSession) async throws -> Cancellation {
        guard manifest.capabilities.cancel != nil else { return .unsupported }
        return try await read("cancel", [.string(reference)], session) { (value, read) throws(WrongResult) in try read.cancellation(value) }
    }

    /// Verifies as the manifest's `inbound` says, over the bytes received.
    public func verify(_ webhook: Webhook, _ session: ProviderSession) throws(WebhookVerificationError) {
        guard manifest.capabilities.webhooks, let rule = plugin.manifest.inbound.first else { throw WebhookVerificationError.unsupported }
        let request = ReceivedRequest(method: "POST", path: "/", query: webhook.query, headers: webhook.headers, body: webhook.body)
        guard rule.verification.verify(request, as: rule.body, secrets: session.account.secrets, now: session.clock.now()) else {
            throw WebhookVerificationError.badSignature
        }
    }

    /// Runs `interpret(webhook, ctx)`, which can call nobody.
    public func interpret(_ webhook: Webhook, _ session: ProviderSession) async throws -> [WebhookReport] {
        var argument: JSON = ["headers": JSON(texts: webhook.headers)]
        if let text = String(validating: webhook.body, as: UTF8.self) {
            argument["raw"] = .string(text)
        } else {
            argument["raw_base64"] = .string(webhook.body.base64)
        }
        do throws(UnreadableBody) {
            argument = try Delivery.readingBody(of: argument, as: manifest.webhookFormat, needsBody: true)
        } catch {
            throw ProviderError(.unreadable, error.message)
        }
        return try await read("interpret", [argument], session, reach: .nobody) { (value, read) throws(WrongResult) in try read.webhookReports(value)
        }
    }

    /// Checks an order for what the manifest requires of a candidate.
    public func problems(with draft: OrderDraft) -> [FieldProblem] { plugin.manifest.problems(with: draft) }

    /// What is wrong with the account according to the manifest.
    public func problems(with account: Account) -> [String] { plugin.manifest.problems(with: account) }

    // MARK: Running

    private func read<Value: Sendable>(
        _ hook: String,
        _ arguments: [JSON],
        _ session: ProviderSession,
        reach: ProviderScriptHost.Reach = .provider,
        _ understand: (JSON, ProviderValues) throws(WrongResult) -> Value
    ) async throws -> Value {
        let host = ProviderScriptHost(session, plugin.manifest, hook: hook, reach: reach, random: random)
        let key = "\(hook)-\(random.bytes(12).hex)"
        let end = try await run(hook, arguments, key: key, session, host)
        let failure = ProviderFailure(session: session, record: host.record)
        guard case .done(let value) = end else { throw failure.error(end, hook: hook) }
        // A script that ignores an answer which says nothing about the request has not read it.
        if (value.isNull || hook == "cancel"), host.record.last.saysNothing { throw failure.error(end, hook: hook) }
        do { return try understand(value, ProviderValues(hook: hook)) } catch {
            throw failure.error(.failed(HookFailure(error, hook, manifest.name)), hook: hook)
        }
    }

    private func run(_ hook: String, _ arguments: [JSON], key: String, _ session: ProviderSession, _ host: ProviderScriptHost) async throws -> HookEnd
    {
        let account = session.account
        var call = HookCall(
            scripts: scripts,
            hook: hook,
            input: ["args": .array(arguments)],
            connection: tenant(account.id),
            plugin: manifest.name,
            accounts: [],
            settings: plugin.manifest.settings.applyingDefaults(account.settings),
            run: (key, 1),
            limits: limits
        )
        call.account = ["id": .string(account.id), "environment": JSON(account.environment), "base_url": .string(account.baseURL)]
        var tries = 1
        while true {
            let attempt = try await runner.run(call, remembered: [], host: host)
            // Log only that it said something: its text may hold personal data, and not every reader of this log may see that.
            for line in attempt.logs {
                session.logger.debug(
                    "a provider's script logged",
                    metadata: ["event": "script.logged", "hook": "\(hook)", "level": "\(line["level"]?.text ?? "info")"]
                )
            }
            // The worker was lost through another run's fault, and nothing was sent.
            guard case .interrupted = attempt.end, tries < 3, !host.record.hasSent else { return attempt.end }
            tries += 1
        }
    }

    private func tenant(_ account: String) -> String { "account:" + account }
}

extension CreationRecord.Last {
    /// Whether it says nothing about the request: rate limit, provider down, bad credentials, no answer.
    var saysNothing: Bool {
        switch self {
        case .nothing: false
        case .failure: true
        case .response(let response): response.status >= 500 || [401, 403, 408, 429].contains(response.status)
        }
    }
}

extension HookFailure {
    fileprivate init(_ wrong: WrongResult, _ hook: String, _ plugin: String) {
        self.init(RunFailure("wrong_result", wrong.message, plugin: plugin, hook: hook), retry: .soon)
    }
}
