public import Screening

extension Fault {
    /// Reads a fault as `POST /control/faults` takes it.
    ///
    /// `{"provider": "zinc", "operation": "create", "fault": "status", "status": 503, "retry_after": 5, "accepted": false, "times": 2}`
    ///
    /// `fault` is one of `latency late_answer delay` (with `milliseconds`), `status` (with `status`, `retry_after`, `accepted`), `duplicate`
    /// (with `copies`, default 1), `webhook_first drop_before drop_after without_id expire_tokens reorder lose`. `times` is 1 unless given;
    /// `null` means until cleared. Numbers may be written as text, as a form sends them.
    /// - Throws: ``FieldProblem``.
    public init(json: JSON) throws(FieldProblem) {
        let provider = try Self.choice(json, "provider", Simulator.allCases.map(\.rawValue))
        let kind = try Self.choice(json, "fault", Self.kinds)
        let pause = Duration.milliseconds(try Self.number(json, "milliseconds", 0...600_000, default: 1000))
        let effect: Effect =
            switch kind {
            case "latency": .latency(pause)
            case "late_answer": .lateAnswer(pause)
            case "delay": .delayWebhook(pause)
            case "webhook_first": .webhookFirst
            case "drop_before": .dropBefore
            case "drop_after": .dropAfter
            case "without_id": .withoutID
            case "expire_tokens": .expireTokens
            case "duplicate": .duplicateWebhook(Int(try Self.number(json, "copies", 1...1000, default: 1)))
            case "reorder": .holdWebhook
            case "lose": .loseWebhook
            default:
                .status(
                    Int(try Self.number(json, "status", 400...599, default: 500)),
                    retryAfter: json["retry_after"]?.wholeNumber.map(Int.init),
                    accepted: json["accepted"] == true || json["accepted"]?.text == "true"
                )
            }
        let times: Int? = json["times"] == .some(.null) ? nil : Int(try Self.number(json, "times", 1...1_000_000, default: 1))
        self.init(Simulator(rawValue: provider) ?? .zinc, json["operation"]?.identifier, effect, times: times)
    }

    /// As ``init(json:)`` reads it.
    public var json: JSON {
        var json: JSON = ["provider": .string(simulator.rawValue), "operation": JSON(operation)]
        func set(_ kind: String, _ more: (String, JSON)...) {
            json["fault"] = .string(kind)
            for (name, value) in more { json[name] = value }
        }
        switch effect {
        case .latency(let pause): set("latency", ("milliseconds", .int(pause.wholeMilliseconds)))
        case .lateAnswer(let pause): set("late_answer", ("milliseconds", .int(pause.wholeMilliseconds)))
        case .delayWebhook(let pause): set("delay", ("milliseconds", .int(pause.wholeMilliseconds)))
        case .webhookFirst: set("webhook_first")
        case .dropBefore: set("drop_before")
        case .dropAfter: set("drop_after")
        case .withoutID: set("without_id")
        case .expireTokens: set("expire_tokens")
        case .duplicateWebhook(let copies): set("duplicate", ("copies", .int(Int64(copies))))
        case .holdWebhook: set("reorder")
        case .loseWebhook: set("lose")
        case .status(let status, let retryAfter, let accepted):
            set("status", ("status", .int(Int64(status))), ("accepted", .bool(accepted)))
            if let retryAfter { json["retry_after"] = .int(Int64(retryAfter)) }
        }
        json["times"] = times.map { .int(Int64($0)) } ?? .null
        return json
    }

    /// The words of `fault`.
    static let kinds = [
        "latency", "late_answer", "webhook_first", "status", "drop_before", "drop_after", "without_id", "expire_tokens", "duplicate", "reorder",
        "delay", "lose",
    ]

    private static func choice(_ json: JSON, _ name: String, _ kinds: [String]) throws(FieldProblem) -> String {
        guard let text = json[name]?.text, kinds.contains(text) else {
            let found = json[name].map { $0.text == nil ? "a \($0.kind)" : "another word" } ?? "nothing"
            throw FieldProblem(path: name, expected: "one of " + kinds.joined(separator: ", "), found: found)
        }
        return text
    }

    private static func number(_ json: JSON, _ name: String, _ range: ClosedRange<Int64>, default usual: Int64) throws(FieldProblem) -> Int64 {
        guard let value = json[name], value.text != "" else { return usual }
        guard let number = value.wholeNumber, range.contains(number) else {
            throw FieldProblem(path: name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)", found: "something else")
        }
        return number
    }
}

extension JSON {
    /// A whole number, also one that was written as text.
    var wholeNumber: Int64? { integer ?? text.flatMap { Int64($0) } }
}
