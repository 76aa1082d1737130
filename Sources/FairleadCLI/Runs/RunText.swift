import Plugins
import Screening

/// Runs for people. Shows personal data only where the API gave it.
enum RunText {
    static let list = ListText(
        [
            .init("run", "id", rank: 0), .init("state", "state", rank: 1), .init("hook", "hook", rank: 3),
            .init("connection", "connection", rank: 6), .init("event", "event", rank: 10), .init("order", "order", rank: 11),
            .init("external id", "external_id", rank: 7), .init("attempt", "attempt", rank: 8),
            .init("next attempt", "next_attempt_at", rank: 9), .init("error", "error.code", rank: 4), .init("reason", "reason", rank: 5),
            .init("begun", "created_at", rank: 2),
        ],
        empty: "No runs yet. A run begins when an event comes in or an order changes; fairlead event list shows what came in."
    )

    /// The run, its steps, its log and its error.
    static func details(_ run: JSON) -> String {
        var parts = [
            "\(run.cell("id"))  \(run.cell("state")), attempt \(run.cell("attempt"))\n" + said(run) + Table(rows: facts(run), indent: "  ").text
        ]
        let steps = run["steps"]?.items ?? []
        if !steps.isEmpty {
            let rows = steps.map { [$0.cell("n"), asked($0), "→ " + answered($0), $0["ms"]?.integer.map { "\($0) ms" } ?? ""] }
            parts.append("Steps\n" + Table(rows: rows, indent: "  ").text)
        }
        let logs = run["logs"]?.items ?? []
        if !logs.isEmpty {
            let rows = logs.map { log in
                let fields = log["fields"].flatMap { $0.members?.pairs.isEmpty == false ? " " + $0.string() : nil } ?? ""
                return [log.cell("at"), log.cell("level"), log.cell("message") + fields]
            }
            parts.append("Log\n" + Table(rows: rows, indent: "  ").text)
        }
        if let failure = run["error"].flatMap({ RunFailure(json: $0) }) {
            parts.append("Error\n" + failure.text.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
        }
        let earlier = (run["earlier_errors"]?.items ?? []).compactMap { FailedAttempt(json: $0) }
        if !earlier.isEmpty {
            let rows = earlier.map { ["\($0.attempt)", "\($0.at)", $0.failure.code, $0.failure.message] }
            parts.append("Earlier errors\n" + Table(rows: rows, indent: "  ").text)
        }
        if let advice = advice(run) { parts.append(advice) }
        return parts.joined(separator: "\n\n")
    }

    /// What the host says of it, on a line of its own.
    private static func said(_ run: JSON) -> String { run.cell("explanation").isEmpty ? "" : run.cell("explanation") + "\n" }

    private static func facts(_ run: JSON) -> [[String]] {
        var facts = [
            ["hook", "\(run.cell("hook")) of \(run.cell("plugin")) \(run.cell("plugin_version")) on the connection \(run.cell("connection"))"]
        ]
        for (name, path) in [
            ("event", "event"), ("order", "order"), ("external id", "external_id"), ("begun", "created_at"), ("ended", "ended_at"),
            ("next attempt", "next_attempt_at"),
        ]
        where !run.cell(path).isEmpty {
            facts.append([name, run.cell(path)])
        }
        if let result = run["result"], !result.isNull {
            let what = result["reason"]?.text ?? result["value"].flatMap { $0.isNull ? nil : $0.brief() }
            facts.append(["ended with", [result.cell("kind"), what ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")])
        }
        return facts
    }

    private static func asked(_ step: JSON) -> String {
        guard let request = step["request"] else { return step.cell("kind") }
        let kind = step.cell("kind")
        let what =
            switch kind {
            case "http": "\(request.cell("method").uppercased()) \(request.cell("url"))"
            case "orders.place": request.cell("external_id")
            case "orders.get", "orders.cancel": request.cell("id")
            case "kv.get", "kv.set", "kv.delete": request.cell("key")
            default: request.members?.pairs.isEmpty == false ? request.brief(40) : ""
            }
        return what.isEmpty ? kind : "\(kind) \(what)"
    }

    private static func answered(_ step: JSON) -> String {
        if step["truncated"] == true { return "\(step.cell("bytes")) bytes, too many to be shown here: --step \(step.cell("n")) shows them" }
        guard let reply = step["reply"] else { return "" }
        if reply.isNull { return "no answer yet" }
        if let error = reply["error"], !error.isNull { return "refused: " + (error["message"]?.text ?? error.brief()) }
        let value = reply["value"] ?? reply
        if let status = value["status"]?.integer { return "\(status)" }
        if let id = value["id"]?.text { return id + (value["state"]?.text.map { ", \($0)" } ?? "") }
        return value.brief(60)
    }

    private static func advice(_ run: JSON) -> String? {
        switch run["state"]?.text {
        case "dead", "parked": "It waits for a person: fairlead run retry \(run.cell("id")), or fairlead run discard \(run.cell("id"))"
        default: nil
        }
    }
}
