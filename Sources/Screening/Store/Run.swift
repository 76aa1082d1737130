/// One execution of a Lua hook for one event or update, over all its attempts.
public struct Run: Sendable {
    /// How far a run has come.
    public enum State: String, Sendable, CaseIterable {
        /// Waits for its first attempt.
        case queued
        case running
        /// Waits for its next attempt.
        case waiting
        /// The hook returned.
        case done
        /// The script said there is nothing to do.
        case skipped
        /// The script rejected the request, with a reason for the ATS.
        case rejected
        /// The script asked for a person.
        case parked
        /// Out of attempts, or failed for good: a dead letter.
        case dead
        /// A person decided that nothing is to be done.
        case discarded

        /// Whether the host will do nothing more on its own.
        public var isEnded: Bool { ![.queued, .running, .waiting].contains(self) }
    }

    /// What a run's hook is called with.
    public enum Input: Sendable, Equatable {
        /// The run's event, which holds what was received; with the parameters that a route's path gave.
        case event(parameters: [String: String])
        /// A change of the run's order, as it was when it happened.
        case update(Personal<JSON>)
    }

    /// `run_…`
    public let id: String
    public let connection: String
    public let plugin: String
    /// The version that its manifest says.
    public var pluginVersion: String
    /// The hash of the scripts it started on, and finishes on.
    public var script: String
    /// `on_event`, `on_update`, or a route's `METHOD /path`.
    public let hook: String
    /// The event it handles; nil for an update.
    public let event: String?
    /// The order whose update it handles; nil for an event.
    public let order: String?
    public let input: Input
    public var state: State
    public var attempt: Int
    /// When the next attempt is due; nil where none is.
    public var nextAttemptAt: Timestamp?
    /// What it ended with, such as `{"kind":"done"}`.
    public var result: Personal<JSON>?
    /// The last attempt, where it failed; nil where it did not.
    public private(set) var lastFailure: FailedAttempt?
    /// What failed before that, oldest first: the last ten.
    public private(set) var earlierFailures: [FailedAttempt]
    /// How many attempts in a row ended with the script's own error.
    public var scriptErrors: Int
    /// How many attempts in a row were interrupted through no fault of the script.
    public var interruptions: Int
    /// What the script logged, oldest first, redacted.
    public var logs: [JSON]
    /// The external id that its script named first; nil where it named none.
    public var externalID: String?
    /// Texts that it is to be found by beside its order's.
    public var searchTexts = Personal<[String]>([])
    /// With what a tracer goes on where the run was made; empty where nothing is traced.
    public var trace: [String: String] = [:]
    public let createdAt: Timestamp
    public var endedAt: Timestamp?

    public init(
        id: String,
        connection: String,
        plugin: String,
        pluginVersion: String,
        script: String,
        hook: String,
        event: String?,
        order: String?,
        input: Input,
        state: State = .queued,
        attempt: Int = 0,
        nextAttemptAt: Timestamp? = nil,
        result: JSON? = nil,
        lastFailure: FailedAttempt? = nil,
        earlierFailures: [FailedAttempt] = [],
        scriptErrors: Int = 0,
        interruptions: Int = 0,
        logs: [JSON] = [],
        createdAt: Timestamp,
        endedAt: Timestamp? = nil
    ) {
        self.id = id
        self.connection = connection
        self.plugin = plugin
        self.pluginVersion = pluginVersion
        self.script = script
        self.hook = hook
        self.event = event
        self.order = order
        self.input = input
        self.state = state
        self.attempt = attempt
        self.nextAttemptAt = nextAttemptAt
        self.result = result.map { Personal($0) }
        self.lastFailure = lastFailure
        self.earlierFailures = earlierFailures
        self.scriptErrors = scriptErrors
        self.interruptions = interruptions
        self.logs = logs
        self.createdAt = createdAt
        self.endedAt = endedAt
    }

    /// Why the last attempt failed; nil where it did not.
    public var failure: RunFailure? { lastFailure?.failure }

    /// An attempt failed. Takes the place of the last failure, which is kept among the earlier ones unless it was the same trouble in the same attempt: one
    /// that did not count and was made again. Begins the counts of what happened in a row anew.
    public mutating func fail(_ failure: RunFailure, attempt: Int, at timestamp: Timestamp) {
        if lastFailure?.attempt != attempt || lastFailure?.failure.code != failure.code { setFailureAside() }
        lastFailure = FailedAttempt(attempt: attempt, at: timestamp, failure)
        scriptErrors = 0
        interruptions = 0
    }

    /// The last attempt did not fail: what failed before is kept among the earlier failures.
    public mutating func setFailureAside() {
        if let lastFailure { earlierFailures = (earlierFailures + [lastFailure]).suffix(Self.keptFailures) }
        lastFailure = nil
        scriptErrors = 0
        interruptions = 0
    }

    private static let keptFailures = 10

    /// The run without its input and its logs.
    public var summary: RunSummary {
        RunSummary(
            id: id,
            connection: connection,
            plugin: plugin,
            pluginVersion: pluginVersion,
            script: script,
            hook: hook,
            event: event,
            order: order,
            externalID: externalID,
            state: state,
            attempt: attempt,
            nextAttemptAt: nextAttemptAt,
            result: result?.value,
            lastFailure: lastFailure,
            earlierFailures: earlierFailures,
            createdAt: createdAt,
            endedAt: endedAt
        )
    }

    /// The run as the API shows it, without its steps.
    public var json: JSON {
        var json = summary.json
        json["logs"] = .array(logs)
        return json
    }
}

/// One version of a connection's scripts, as a store keeps it. It holds nothing about people.
public struct ScriptVersion: Sendable, Equatable {
    /// Its hash, as in ``Run/script``.
    public let id: String
    /// The scripts, in a form that is `Plugins`' own.
    public let content: [UInt8]

    public init(id: String, content: [UInt8]) {
        self.id = id
        self.content = content
    }
}
