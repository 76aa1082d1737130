import Screening

/// A run as a row. Its input never changes and is often the largest part, so it has a column of its own that is written once.
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
    var nextAttemptAt: Int64?
    var createdAt: Int64
    var endedAt: Int64?
    /// Opaque; empty where a row is made only to change what stands beside it.
    var input: [UInt8] = []
    /// Opaque: result, error and logs.
    var body: [UInt8] = []

    /// A run on its way into the store, without its input.
    init(_ run: Run, _ codec: RowCodec) throws(StoreError) {
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
            nextAttemptAt: run.nextAttemptAt?.milliseconds,
            createdAt: run.createdAt.milliseconds,
            endedAt: run.endedAt?.milliseconds
        )
        var json: JSON = ["logs": .array(run.logs)]
        json["result"] = run.result?.value
        json["error"] = run.error
        body = try codec.seal(RowCodec.Content(json: json), at: SealedPlace(.runs, id))
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
        self.nextAttemptAt = nextAttemptAt
        self.createdAt = createdAt
        self.endedAt = endedAt
    }

    /// The input's column.
    static func input(of run: Run, _ codec: RowCodec) throws(StoreError) -> [UInt8] {
        try codec.seal(RowCodec.Content(json: run.input.value), at: inputPlace(run.id))
    }

    /// The run again. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func run(_ codec: RowCodec) throws(StoreError) -> Run {
        let place = SealedPlace(.runs, id)
        let json = try codec.open(body, at: place).json
        let input = try codec.open(input, at: Self.inputPlace(id)).json
        guard let state = Run.State(rawValue: state) else { throw RowCodec.unreadable(place) }
        return Run(
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
            error: json["error"],
            logs: json["logs"]?.items ?? [],
            createdAt: Timestamp(milliseconds: createdAt),
            endedAt: endedAt.map { Timestamp(milliseconds: $0) }
        )
    }

    private static func inputPlace(_ id: String) -> SealedPlace { SealedPlace(.runs, id + ":input") }
}
