import Screening

/// Events for people.
enum EventText {
    static let list = ListText(
        [
            .init("event", "id", rank: 0), .init("kind", "kind", rank: 5), .init("state", "state", rank: 1),
            .init("connection", "connection", rank: 4), .init("account", "account", rank: 8), .init("order", "order", rank: 9),
            .init("external id", "external_id", rank: 3), .init("path", "path", rank: 10),
            .init("duplicates", "duplicate_count", rank: 7), .init("reason", "reason", rank: 6), .init("received", "received_at", rank: 2),
        ],
        empty:
            "No events yet. They come when an ATS calls /ats/{connection}/… or a provider calls back; fairlead connection list names the connections."
    )

    /// The event, its runs and what was received.
    static func details(_ event: JSON) -> String {
        var facts: [[String]] = []
        for (name, path) in [
            ("connection", "connection"), ("account", "account"), ("order", "order"), ("orders", "orders"), ("external id", "external_id"),
            ("path", "path"),
            ("received", "received_at"), ("happened", "occurred_at"), ("received again", "duplicate_count"), ("runs", "runs"), ("reason", "reason"),
        ] where !event.cell(path).isEmpty && event.cell(path) != "0" {
            facts.append([name, event.cell(path)])
        }
        if let problem = event["problem"], !problem.isNull { facts.append(["problem", "\(problem.cell("code")): \(problem.cell("message"))"]) }
        var parts = ["\(event.cell("id"))  \(event.cell("kind")), \(event.cell("state"))\n" + said(event) + Table(rows: facts, indent: "  ").text]
        if let request = event["request"] { parts.append(received(request)) }
        return parts.joined(separator: "\n\n")
    }

    /// What the host says of it, on a line of its own.
    private static func said(_ event: JSON) -> String { event.cell("explanation").isEmpty ? "" : event.cell("explanation") + "\n" }

    private static func received(_ request: JSON) -> String {
        let query = (request["query"]?.members?.pairs ?? []).map { "\($0.name)=\($0.value.text ?? "")" }.joined(separator: "&")
        var lines = ["Received", "  \(request.cell("method")) \(request.cell("path"))\(query.isEmpty ? "" : "?" + query)"]
        lines += (request["headers"]?.members?.pairs ?? []).map { "  \($0.name): \($0.value.text ?? "")" }
        let body = request["body"]?.text ?? request["body_base64"]?.text.map { "base64: " + $0 } ?? ""
        if request["body_truncated"] == true {
            lines += ["", "  \(request.cell("body_bytes")) bytes, too many to be shown here: --body prints them"]
        }
        if !body.isEmpty { lines += [""] + body.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 } }
        return lines.joined(separator: "\n")
    }
}
