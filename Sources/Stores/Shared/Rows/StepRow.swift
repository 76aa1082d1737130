import Screening

/// A step as a row: request and reply are opaque.
struct StepRow {
    var run: String
    var number: Int
    var kind: String
    var repeatable: Bool
    var attempts: Int
    var at: Int64
    var milliseconds: Int?
    /// Whether the run does not reach the step any more.
    var isLeftBehind = false
    var body: [UInt8]

    /// A step of a run on its way into the store.
    init(_ step: Step, of run: String, _ codec: RowCodec, under key: DataKey) throws(StoreError) {
        // The hash is of what was asked: it belongs to it, and is as secret.
        var json: JSON = ["request": step.request.value, "request_hash": .string(step.requestHash)]
        json["reply"] = step.reply?.value
        if step.branch != 0 { json["branch"] = .int(Int64(step.branch)) }
        if let place = step.place { json["place"] = [.string(place.script), .int(Int64(place.line))] }
        self.init(
            run: run,
            number: step.number,
            kind: step.kind,
            repeatable: step.repeatable,
            attempts: step.attempts,
            at: step.at.milliseconds,
            milliseconds: step.milliseconds,
            body: try codec.seal(RowCodec.Content(json: json), at: Self.place(run, step.number), under: key)
        )
        isLeftBehind = step.isLeftBehind
    }

    init(
        run: String,
        number: Int,
        kind: String,
        repeatable: Bool,
        attempts: Int,
        at: Int64,
        milliseconds: Int?,
        body: [UInt8]
    ) {
        self.run = run
        self.number = number
        self.kind = kind
        self.repeatable = repeatable
        self.attempts = attempts
        self.at = at
        self.milliseconds = milliseconds
        self.body = body
    }

    /// The step again. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func step(_ opener: RowOpener) throws -> Step {
        let place = Self.place(run, number)
        let json = try opener.open(body, at: place).json
        guard let request = json["request"], let requestHash = json["request_hash"]?.text else { throw RowCodec.unreadable(place) }
        var step = Step(
            number: number,
            kind: kind,
            requestHash: requestHash,
            request: request,
            reply: json["reply"],
            repeatable: repeatable,
            attempts: attempts,
            at: Timestamp(milliseconds: at),
            milliseconds: milliseconds
        )
        step.branch = json["branch"]?.integer.map { Int($0) } ?? 0
        if let place = json["place"]?.items, place.count == 2, let script = place[0].text, let line = place[1].integer {
            step.place = Step.Place(script: script, line: Int(line))
        }
        return step
    }

    private static func place(_ run: String, _ number: Int) -> AssociatedData { AssociatedData(.steps, "\(run):\(number)") }
}
