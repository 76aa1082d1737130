import Screening

/// A run as a row. What an event brought stands in the event alone; an update's input never changes and has a column of its own that is written once.
struct RunRow {
    var id: String
    var connection: String
    var plugin: String
    var pluginVersion: String
    var script: String
    var hook: String
    var event: String?
    var order: String?
    var state: String
    var attempt: Int
    /// Attempts that ended with an error of the script's own.
    var scriptErrors: Int
    /// Attempts that were cut short by something that is not the script's fault.
    var interruptions: Int
    var nextAttemptAt: Int64?
    var createdAt: Int64
    var endedAt: Int64?
    /// Opaque: the order's change that the run tells of; nil where the run handles an event.
    var input: [UInt8]?
    /// Opaque: result, failures and a route's parameters.
    var body: [UInt8] = []
    /// Opaque: what the script logged; nil where it logged nothing.
    var logs: [UInt8]?
    /// What keeps it from ending well, where it needs a person: the key of an issue's cause.
    var cause: String?
    /// What the run is found by beside its order.
    var lookUps = LookUps(key: 0, terms: [])

    /// A run on its way into the store, sealed under the key of its event or order.
    init(_ run: Run, _ codec: RowCodec, under key: DataKey) throws(StoreError) {
        self.init(
            id: run.id,
            connection: run.connection,
            plugin: run.plugin,
            pluginVersion: run.pluginVersion,
            script: run.script,
            hook: run.hook,
            event: run.event,
            order: run.order,
            state: run.state.rawValue,
            attempt: run.attempt,
            scriptErrors: run.scriptErrors,
            interruptions: run.interruptions,
            nextAttemptAt: run.nextAttemptAt?.milliseconds,
            createdAt: run.createdAt.milliseconds,
            endedAt: run.endedAt?.milliseconds
        )
        cause = run.cause?.key
        var json: JSON = [:]
        json["result"] = run.result?.value
        json["external_id"] = run.externalID.map { .string($0) }
        if !run.searchTexts.value.isEmpty { json["search_texts"] = .array(run.searchTexts.value.map { .string($0) }) }
        lookUps = codec.lookUps.terms(ofTexts: run.searchTexts.value, on: run.connection)
        json["failure"] = run.lastFailure?.json
        if !run.trace.isEmpty { json["trace"] = JSON(texts: run.trace) }
        if !run.earlierFailures.isEmpty { json["earlier_failures"] = .array(run.earlierFailures.map(\.json)) }
        switch run.input {
        case .event(let parameters):
            if !parameters.isEmpty { json["parameters"] = JSON(texts: parameters) }
        case .update(let update): input = try codec.seal(RowCodec.Content(json: update.value), at: Self.inputPlace(run.id), under: key)
        }
        body = try codec.seal(RowCodec.Content(json: json), at: AssociatedData(.runs, id), under: key)
        if !run.logs.isEmpty { logs = try codec.seal(RowCodec.Content(json: .array(run.logs)), at: Self.logsPlace(run.id), under: key) }
    }

    init(
        id: String,
        connection: String,
        plugin: String,
        pluginVersion: String,
        script: String,
        hook: String,
        event: String?,
        order: String?,
        state: String,
        attempt: Int,
        scriptErrors: Int,
        interruptions: Int,
        nextAttemptAt: Int64?,
        createdAt: Int64,
        endedAt: Int64?
    ) {
        self.id = id
        self.connection = connection
        self.plugin = plugin
        self.pluginVersion = pluginVersion
        self.script = script
        self.hook = hook
        self.event = event
        self.order = order
        self.state = state
        self.attempt = attempt
        self.scriptErrors = scriptErrors
        self.interruptions = interruptions
        self.nextAttemptAt = nextAttemptAt
        self.createdAt = createdAt
        self.endedAt = endedAt
    }

    /// The order whose update it tells; nil for any other run.
    var updatedOrder: String? { hook == "on_update" ? order : nil }

    /// The run again. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func run(_ opener: RowOpener) throws -> Run {
        let json = try opener.open(body, at: AssociatedData(.runs, id)).json
        let input: Run.Input
        if let update = self.input {
            input = .update(Personal(try opener.open(update, at: Self.inputPlace(id)).json))
        } else {
            let parameters = json["parameters"]?.members?.pairs ?? []
            input = .event(parameters: Dictionary(parameters.map { ($0.name, $0.value.text ?? "") }, uniquingKeysWith: { $1 }))
        }
        return try run(json, input, logs: try logs.map { try opener.open($0, at: Self.logsPlace(id)).json.items ?? [] } ?? [])
    }

    /// The run again, without its input and logs. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func summary(_ opener: RowOpener) throws -> RunSummary {
        try run(try opener.open(body, at: AssociatedData(.runs, id)).json, .event(parameters: [:]), logs: []).summary
    }

    private func run(_ json: JSON, _ input: Run.Input, logs: [JSON]) throws -> Run {
        guard let state = Run.State(rawValue: state) else { throw RowCodec.unreadable(AssociatedData(.runs, id)) }
        var run = Run(
            id: id,
            connection: connection,
            plugin: plugin,
            pluginVersion: pluginVersion,
            script: script,
            hook: hook,
            event: event,
            order: order,
            input: input,
            state: state,
            attempt: attempt,
            nextAttemptAt: nextAttemptAt.map { Timestamp(milliseconds: $0) },
            result: json["result"],
            lastFailure: json["failure"].flatMap { FailedAttempt(json: $0) },
            earlierFailures: json["earlier_failures"]?.items?.compactMap { FailedAttempt(json: $0) } ?? [],
            scriptErrors: scriptErrors,
            interruptions: interruptions,
            logs: logs,
            createdAt: Timestamp(milliseconds: createdAt),
            endedAt: endedAt.map { Timestamp(milliseconds: $0) }
        )
        run.externalID = json["external_id"]?.text
        run.trace = EventRow.texts(json["trace"])
        run.searchTexts = Personal((json["search_texts"]?.items ?? []).compactMap(\.text))
        return run
    }

    private static func logsPlace(_ id: String) -> AssociatedData { AssociatedData(.runs, id + ":logs") }

    private static func inputPlace(_ id: String) -> AssociatedData { AssociatedData(.runs, id + ":input") }
}
