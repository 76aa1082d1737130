public import Screening

/// One attempt at a hook: what to run and with what.
public struct HookCall: Sendable {
    public var scripts: ConnectionScripts
    /// `on_event`, `on_update`, `map_request` or a route's key.
    public var hook: String
    public var input: JSON
    public var connection: String
    public var plugin: String
    /// The accounts that the connection may order from.
    public var accounts: [String]
    /// The connection's settings, defaults applied.
    public var settings: JSON
    public var run: (id: String, attempt: Int)
    public var limits: ScriptLimits
    /// For a provider's hook, the account that it acts for: `{id, environment, base_url}`. Nil for a connection's hook.
    public var account: JSON?

    public init(
        scripts: ConnectionScripts,
        hook: String,
        input: JSON,
        connection: String,
        plugin: String,
        accounts: [String],
        settings: JSON,
        run: (id: String, attempt: Int),
        limits: ScriptLimits = ScriptLimits()
    ) {
        self.scripts = scripts
        self.hook = hook
        self.input = input
        self.connection = connection
        self.plugin = plugin
        self.accounts = accounts
        self.settings = settings
        self.run = run
        self.limits = limits
    }

    /// What the prelude is started with. A delivery's body goes along as it is, beside the JSON.
    func request(secrets: [String]) -> (json: [UInt8], body: [UInt8]) {
        var context: JSON = [
            "settings": settings,
            "run": ["id": .string(run.id), "attempt": .int(Int64(run.attempt))], "secrets": .array(secrets.sorted().map { .string($0) }),
        ]
        if let account {
            context["account"] = account
        } else {
            context["connection"] = [
                "id": .string(connection), "plugin": .string(plugin), "accounts": .array(accounts.map { .string($0) }),
            ]
        }
        var input = input
        var body: [UInt8] = []
        if let text = input["raw"]?.text {
            input["raw"] = nil
            body = Array(text.utf8)
        }
        let request: JSON = [
            "op": "hook", "hook": .string(hook), "base": "main", "overlay": scripts.hasOverlay ? "overlay" : .null, "input": input,
            "context": context,
        ]
        return (request.bytes(), body)
    }
}

/// How one attempt at a hook ended.
public enum HookEnd: Sendable, Equatable {
    /// The hook returned a value.
    case done(JSON)
    /// `ctx.skip`: nothing to do.
    case skipped(String)
    /// `ctx.reject`: the ATS is told why.
    case rejected(String)
    /// `ctx.park`: a person is asked.
    case parked(String)
    /// `ctx.retry`: another attempt, after so long where the script said so.
    case retry(after: Duration?, String)
    case failed(HookFailure)
    /// The attempt was interrupted through no fault of its own and does not count.
    case interrupted(String)

    /// - Parameter now: what a date to wait for is compared with.
    init(json: JSON, at now: Timestamp) {
        let reason = json["reason"]?.text ?? ""
        switch json["kind"]?.text {
        case "skipped": self = .skipped(reason)
        case "rejected": self = .rejected(reason)
        case "parked": self = .parked(reason)
        case "retry":
            let seconds = json["after"]?.number.flatMap { $0.isFinite ? min(max($0, 0), 30 * 86_400) : nil }
            // Text is a header's: what nobody understands asks for nothing, and the schedule decides.
            let after = seconds.map { .milliseconds(Int64($0 * 1000)) } ?? json["after"]?.text.flatMap { RetryAfter.duration($0, at: now) }
            self = .retry(after: after, reason)
        default: self = .done(json["value"] ?? .null)
        }
    }
}

/// Why an attempt failed, as the API, the pages and the command line show it.
public struct HookFailure: Error, Sendable, Equatable {
    /// What went wrong and where, as far as it is known; never a person's data.
    public let error: RunFailure
    public let retry: Retry

    /// Whether another attempt may help.
    public enum Retry: Sendable, Equatable {
        /// Not retried: a limit, a crash, a script that does not compile or makes different calls each time.
        case never
        /// Retried a few times, soon: the script's own error.
        case soon
        /// Retried for days: something outside was not available.
        case later
        /// Retried at this time: something outside is not called before it. The attempt does not count.
        case notBefore(Timestamp)
    }

    public init(_ error: RunFailure, retry: Retry) {
        self.error = error
        self.retry = retry
    }

    /// The script was not run, because what it was to work on could not be read.
    public init(unreadable body: UnreadableBody, plugin: String, hook: String) {
        var error = body.failure
        (error.plugin, error.hook) = (plugin, hook)
        self.init(error, retry: .never)
    }
}
