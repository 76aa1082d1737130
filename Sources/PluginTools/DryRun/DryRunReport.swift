public import Plugins
public import Screening

/// What a payload would do on a connection.
public struct DryRunReport: Sendable {
    public let connection: String
    public let plugin: String
    public let hook: String
    /// The orders that would be placed.
    public let orders: [Order]
    public let calls: [DryRunCall]
    /// What was logged, redacted.
    public let logs: [JSON]
    public let end: HookEnd
    /// What is not as the payload's fixture expects it.
    public let differences: [FixtureDifference]
    /// Further notes from the host.
    public let notes: [String]

    init(
        _ connection: DryRunConnection,
        hook: String,
        end: HookEnd,
        orders: [Order] = [],
        calls: [DryRunCall] = [],
        logs: [JSON] = [],
        differences: [FixtureDifference] = [],
        notes: [String] = []
    ) {
        self.connection = connection.id
        plugin = connection.plugin.name
        self.hook = hook
        self.end = end
        self.differences = differences
        self.orders = orders
        self.calls = calls
        self.logs = logs
        self.notes = notes
    }

    /// Whether something is wrong: the hook failed, what came is not as expected, or the payload would not reach it.
    public var hasProblem: Bool { end.result == .failed || end.result == nil || !differences.isEmpty || !notes.isEmpty }

    /// The report for programs: `{connection, plugin, hook, orders, calls, logs, end, differences, notes}`. Orders hold what a script asked for.
    public var json: JSON {
        [
            "connection": .string(connection), "plugin": .string(plugin), "hook": .string(hook), "orders": .array(orders.map(DryRunReport.placement)),
            "calls": .array(calls.map(\.json)), "logs": .array(logs), "end": end.json, "differences": .array(differences.map(\.json)),
            "notes": .array(notes.map { .string($0) }),
        ]
    }

    /// The report for people, with the candidate: it is their own payload.
    public var text: String {
        var lines = ["\(hook) of \(plugin) on the connection \(connection). A dry run: nothing was sent, nothing was stored.", ""]
        lines.append(orders.isEmpty ? "Would order nothing." : "Would order:")
        for order in orders { lines += describe(order) }
        let outward = calls.filter(\.isOutward)
        lines.append(outward.isEmpty ? "Would call nobody." : "Would call:")
        for call in outward { lines += describe(call) }
        if !logs.isEmpty { lines.append("Logged:") }
        for log in logs {
            let fields = log["fields"].flatMap { $0.members?.pairs.isEmpty == false ? " " + $0.string() : nil } ?? ""
            lines.append("  \(log["level"]?.text ?? "info")  \(log["message"]?.text ?? "")\(fields)")
        }
        lines += ending
        if !differences.isEmpty { lines.append("Not as the fixture expects it:") }
        for difference in differences { lines += difference.description.split(separator: "\n").map { "  " + $0 } }
        lines += notes.map { "Note: \($0)." }
        return lines.joined(separator: "\n")
    }

    private var ending: [String] {
        switch end {
        case .done(let value):
            if value.isNull { return ["Ended: done."] }
            let lines = value.lines
            return ["Ended: done, with " + lines[0]] + lines.dropFirst()
        case .failed(let failure): return ["Ended: failed."] + failure.text.split(separator: "\n").map { "  " + $0 }
        case .retry(let after, let why):
            let wait = after.map { " in \($0.wholeMilliseconds / 1000) s" } ?? ""
            return ["Ended: would be tried again\(wait): \(why)"]
        default: return ["Ended: \(end.result?.rawValue ?? "interrupted"): \(end.reason ?? "")"]
        }
    }

    private func describe(_ order: Order) -> [String] {
        var lines = ["  \(order.externalID)  package \(order.package) from \(order.account)"]
        for (name, value) in order.candidate.json.members?.pairs ?? [] { lines.append("    \(name): \(value.text ?? value.string())") }
        if order.metadata.value.members?.pairs.isEmpty == false { lines.append("    metadata: \(order.metadata.value.string())") }
        return lines
    }

    private func describe(_ call: DryRunCall) -> [String] {
        var details = call.arguments
        var head = "  \(call.name)"
        if call.name.hasPrefix("http.") {
            head = "  \((call.arguments["method"]?.text ?? "").uppercased()) \(call.arguments["url"]?.text ?? "")"
            for name in ["method", "url"] { details[name] = nil }
        }
        switch call.source {
        case .stub:
            let like = call.fixture.map { "as in the fixture \($0), with " } ?? "with "
            head += "  (would call; answered here \(like)\(call.reply?.string() ?? "nothing"))"
        case .step: head += "  (answered by the fixture)"
        case .host: head += "  (answered by the dry run)"
        }
        return [head] + (details.members?.pairs.isEmpty == false ? details.lines.map { "    " + $0 } : [])
    }

    /// The part of an order that a script decides.
    private static func placement(_ order: Order) -> JSON {
        [
            "external_id": .string(order.externalID), "package": .string(order.package), "account": .string(order.account),
            "candidate": order.candidate.json, "metadata": order.metadata.value,
        ]
    }
}
