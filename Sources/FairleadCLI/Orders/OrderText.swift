import Screening

/// Orders for people. Shows personal data only where the API gave it.
enum OrderText {
    static let list = ListText(
        [
            .init("order", "id", rank: 0), .init("state", "state", rank: 1), .init("outcome", "outcome", rank: 6),
            .init("waiting on", "waiting_on", rank: 4), .init("problem", "problem.code", rank: 5, value: ProblemWords.column("problem.code")),
            .init("connection", "connection", rank: 7),
            .init("external id", "external_id", rank: 3), .init("account", "account", rank: 10),
            .init("first name", "candidate.first_name", rank: 8), .init("last name", "candidate.last_name", rank: 9),
            .init("updated", "updated_at", rank: 2),
        ],
        empty: "No orders yet. The ATS places them through a connection; fairlead order place --help shows how to place one by hand."
    )

    /// One sentence on where an order stands.
    static func status(_ order: JSON) -> String { "\(order.cell("id")) is \(state(order))." }

    /// The order, its checks and its timeline.
    static func details(_ order: JSON, timeline: JSON) -> String {
        let isDouble = order.cell("problem.code") == "second_reference"
        let second = isDouble ? (timeline["items"]?.items ?? []).map { $0.cell("details.second_ref") }.last { !$0.isEmpty } ?? "" : ""
        let explanation = order.cell("explanation").isEmpty ? "" : order.cell("explanation") + "\n"
        var parts = ["\(order.cell("id"))  \(state(order))\n" + explanation + Table(rows: facts(order, second: second), indent: "  ").text]
        let checks = order["checks"]?.items ?? []
        if !checks.isEmpty {
            let rows = checks.map { [$0.cell("status"), $0.cell("type"), $0.cell("category"), $0.cell("name")] }
            parts.append("Checks\n" + Table(rows: filled(rows), indent: "  ").text)
        }
        let entries = timeline["items"]?.items ?? []
        if !entries.isEmpty {
            let rows = entries.flatMap { entry in
                let logs = entry.at("details.logs")?.items ?? []
                return [[entry.cell("at"), entry.cell("kind"), entry.cell("text") + person(entry)]]
                    + logs.map { ["", "", "\($0.cell("level")): \($0.cell("message"))"] }
            }
            parts.append("What happened\n" + Table(rows: rows, indent: "  ").text)
        }
        if order["state"] == "uncertain" {
            parts.append(
                "Whether the provider has it is not known. Look there, then: fairlead order resolve \(order.cell("id")) --adopt REF | --resubmit | --abandon"
            )
        }
        if isDouble {
            parts.append(
                "The provider has two requests for this order. Ask which one stands and have the other cancelled; no report takes the problem away."
            )
        }
        return parts.joined(separator: "\n\n")
    }

    /// Who asked for what an entry tells, and why, as far as the API says it: `, by admin: offer withdrawn`.
    private static func person(_ entry: JSON) -> String {
        let kind = entry.cell("actor.kind")
        let name = [entry.cell("actor.name"), entry.cell("actor.id"), kind].first { !$0.isEmpty } ?? ""
        let actor = kind.isEmpty || kind == "system" ? "" : ", by \(kind == "script" ? "the script of " : "")\(name)"
        return actor + (entry.cell("note").isEmpty ? "" : ": \(entry.cell("note"))")
    }

    private static func state(_ order: JSON) -> String {
        var text = order.cell("state")
        if order["outcome"]?.text != nil { text += ", outcome \(order.cell("outcome"))" }
        if order["waiting_on"]?.text != nil { text += ", waiting on the \(order.cell("waiting_on"))" }
        return text
    }

    private static func facts(_ order: JSON, second: String) -> [[String]] {
        var facts: [[String]] = []
        func fact(_ name: String, _ value: String) { if !value.isEmpty { facts.append([name, value]) } }
        let candidate = order["candidate"] ?? .null
        let name = [candidate.cell("first_name"), candidate.cell("last_name")].filter { !$0.isEmpty }.joined(separator: " ")
        fact(
            "candidate",
            [name, candidate.cell("email"), candidate.cell("phone"), candidate.cell("country")].filter { !$0.isEmpty }.joined(separator: ", ")
        )
        fact("external id", "\(order.cell("external_id")) on the connection \(order.cell("connection"))")
        fact("package", "\(order.cell("package")) from \(order.cell("account")) (\(order.cell("provider")))")
        fact("provider ref", order.cell("provider_ref"))
        fact("second ref", second)
        let statusTexts = order["provider_status"]?.members?.pairs ?? []
        fact("provider says", statusTexts.map { "\($0.name) \($0.value.text ?? $0.value.string())" }.joined(separator: ", "))
        fact("report", order.cell("report_url"))
        if let metadata = order["metadata"], metadata.members?.pairs.isEmpty == false { fact("metadata", metadata.string()) }
        if let problem = order["problem"], !problem.isNull {
            fact("problem", "\(problem.cell("code")): \(problem.cell("message")) (\(problem.cell("at")))")
        }
        fact("in place of", order.cell("previous"))
        fact("replaced by", order.cell("replaced_by"))
        facts += ats(order["ats"] ?? .null)
        fact("placed", order.cell("created_at"))
        fact("updated", order.cell("updated_at"))
        fact("time", time(order["time"] ?? .null, order))
        let expected = [order.cell("expected_by.from"), order.cell("expected_by.to")].filter { !$0.isEmpty }
        fact("expected", expected.joined(separator: " to "))
        fact("next attempt", order.cell("next_attempt_at"))
        fact("asked about next", order.cell("next_read_at"))
        return facts
    }

    /// Who had to act for how long, without those who never had.
    private static func time(_ time: JSON, _ order: JSON) -> String {
        let parties = [("us", "us"), ("candidate", "candidate"), ("provider", order.cell("provider")), ("recruiter", "recruiter")]
        return parties.compactMap { name, title in
            let seconds = time[name]?.integer ?? 0
            return seconds > 0 ? "\(title) \(Duration.seconds(seconds).short)" : nil
        }.joined(separator: ", ")
    }

    private static func ats(_ ats: JSON) -> [[String]] {
        var rows: [[String]] = []
        if !ats.cell("told").isEmpty { rows.append(["ATS was told", "\(ats.cell("told")) (\(ats.cell("told_at")))"]) }
        guard !ats.cell("pending").isEmpty else { return rows }
        let why = ats["error"].flatMap { $0.isNull ? nil : "; \($0.cell("code")): \($0.cell("message"))" } ?? ""
        return rows + [["ATS not told yet", "\(ats.cell("pending")), by \(ats.cell("run"))\(why)"]]
    }

    /// Rows without the columns that are empty in all of them.
    private static func filled(_ rows: [[String]]) -> [[String]] {
        let kept = (rows.first ?? []).indices.filter { column in rows.contains { !$0[column].isEmpty } }
        return rows.map { row in kept.map { row[$0] } }
    }
}
