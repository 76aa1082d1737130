/// A run without its input, its logs and its steps: what lists hold.
public struct RunSummary: Sendable {
    /// `run_…`
    public let id: String
    public let connection: String
    public let plugin: String
    public let pluginVersion: String
    /// The hash of the scripts it started on.
    public let script: String
    public let hook: String
    public let event: String?
    public let order: String?
    /// The external id that its script named first; nil where it named none.
    public let externalID: String?
    public let state: Run.State
    public let attempt: Int
    public let nextAttemptAt: Timestamp?
    /// What it ended with.
    public let result: Personal<JSON>?
    /// The last attempt, where it failed.
    public let lastFailure: FailedAttempt?
    public let earlierFailures: [FailedAttempt]
    public let createdAt: Timestamp
    public let endedAt: Timestamp?

    public init(
        id: String,
        connection: String,
        plugin: String,
        pluginVersion: String,
        script: String,
        hook: String,
        event: String?,
        order: String?,
        externalID: String?,
        state: Run.State,
        attempt: Int,
        nextAttemptAt: Timestamp?,
        result: JSON?,
        lastFailure: FailedAttempt?,
        earlierFailures: [FailedAttempt],
        createdAt: Timestamp,
        endedAt: Timestamp?
    ) {
        self.id = id
        self.connection = connection
        self.plugin = plugin
        self.pluginVersion = pluginVersion
        self.script = script
        self.hook = hook
        self.event = event
        self.order = order
        self.externalID = externalID
        self.state = state
        self.attempt = attempt
        self.nextAttemptAt = nextAttemptAt
        self.result = result.map { Personal($0) }
        self.lastFailure = lastFailure
        self.earlierFailures = earlierFailures
        self.createdAt = createdAt
        self.endedAt = endedAt
    }

    /// Why the last attempt failed; nil where it did not.
    public var failure: RunFailure? { lastFailure?.failure }

    /// Why the run ended as it did, or what its last attempt failed with; nil where there is nothing to say. May hold what a person wrote.
    public var reason: String? { result?.value["reason"]?.text ?? failure?.message }

    /// The run as the API shows it in lists.
    public var json: JSON {
        [
            "id": .string(id), "connection": .string(connection), "plugin": .string(plugin), "plugin_version": .string(pluginVersion),
            "script": .string(script), "hook": .string(hook), "event": JSON(event), "order": JSON(order), "external_id": JSON(externalID),
            "state": .string(state.rawValue),
            "attempt": .int(Int64(attempt)), "next_attempt_at": JSON(nextAttemptAt), "result": result?.value ?? .null,
            "error": failure?.json ?? .null, "earlier_errors": .array(earlierFailures.map(\.json)), "created_at": JSON(createdAt),
            "ended_at": JSON(endedAt),
        ]
    }
}
