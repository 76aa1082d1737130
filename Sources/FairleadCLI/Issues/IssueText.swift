import Screening

/// Issues and the status for people. Shows what people wrote only where the API gave it.
enum IssueText {
    static let nothing = "Nothing needs a person."

    static let list = ListText(
        columns: [
            ("issue", "id"), ("state", "state"), ("kind", "kind"), ("what", "title"), ("orders", "holds_up.orders"), ("events", "holds_up.events"),
            ("runs", "holds_up.runs"), ("since", "opened_at"), ("last seen", "last_seen_at"), ("owner", "owner"), ("until", "snoozed_until"),
        ],
        empty: nothing
    )

    /// One issue.
    static func details(_ issue: JSON) -> String {
        var parts = ["\(issue.cell("id"))  \(issue.cell("state")), \(issue.cell("kind"))\n\(issue.cell("title"))"]
        parts.append(["means", "effect", "advice"].map { issue.cell($0) }.joined(separator: "\n"))
        let commands = (issue["commands"]?.items ?? []).compactMap(\.text)
        if !commands.isEmpty { parts.append(commands.map { "  " + $0 }.joined(separator: "\n")) }
        parts.append(Table(rows: facts(issue), indent: "  ").text)
        for (name, title) in [("orders", "Orders"), ("events", "Events"), ("runs", "Runs")] {
            guard let total = issue.at("holds_up.\(name)")?.integer, total > 0 else { continue }
            let ids = (issue.at("members.\(name)")?.items ?? []).compactMap(\.text)
            let more = total > Int64(ids.count) ? "\n  and \(total - Int64(ids.count)) more" : ""
            parts.append("\(title) that it holds up: \(total)\n" + ids.map { "  " + $0 }.joined(separator: "\n") + more)
        }
        let notes = issue["notes"]?.items ?? []
        if !notes.isEmpty {
            let rows = notes.map { [$0.cell("at"), $0.at("actor.name")?.text ?? $0.cell("actor.kind"), $0.cell("text")] }
            parts.append("Notes\n" + Table(rows: rows, indent: "  ").text)
        }
        parts.append("More: \(issue.cell("docs"))")
        return parts.joined(separator: "\n\n")
    }

    private static func facts(_ issue: JSON) -> [[String]] {
        let members = [
            ("connection", "connection"), ("account", "account"), ("code", "code"), ("script", "plugin"), ("hook", "hook"), ("line", "line"),
            ("host", "host"), ("first seen", "first_seen_at"), ("open since", "opened_at"), ("last seen", "last_seen_at"), ("count", "count"),
            ("snoozed until", "snoozed_until"), ("resolved", "resolved_at"), ("owner", "owner"),
        ]
        return members.filter { !issue.cell($0.1).isEmpty }.map { [$0.0, issue.cell($0.1)] }
    }

    /// How everything is, on one screen.
    static func status(_ status: JSON, _ style: OutputStyle = .plain) -> String {
        var parts: [String] = []
        let reasons = (status["reasons"]?.items ?? []).compactMap(\.text)
        parts.append(reasons.isEmpty ? "Able to work." : "Not able to work: \(reasons.joined(separator: "; ").cellText).")
        if status["held"] == true { parts.append(HoldText.sentence(status["hold"] ?? .null, style)) }
        let open = status.at("issues.open")?.integer ?? 0
        let snoozed = status.at("issues.snoozed")?.integer ?? 0
        let later = snoozed > 0 ? " Snoozed: \(snoozed)." : ""
        let unwritten = status.at("issues.unwritten")?.items ?? []
        if !unwritten.isEmpty {
            let lines = unwritten.map { "  \($0.cell("title")): \($0.cell("advice"))" }
            parts.append("Needs a person, and cannot be written as an issue yet:\n" + lines.joined(separator: "\n"))
        }
        if open == 0 {
            // Who holds a store releases it, and an order that waits for a person becomes an issue in a while.
            let isCalm = status["held"] != true && status.at("waiting_on.operator")?.integer ?? 0 == 0
            if unwritten.isEmpty { parts.append((isCalm ? nothing : "No issue is open yet.") + later) }
        } else {
            let items = status.at("issues.items")?.items ?? []
            let rows = items.map { [$0.cell("id"), $0.cell("title"), held($0), "since " + style.time($0.cell("opened_at"))] }
            let more = open > Int64(items.count) ? "\n  and \(open - Int64(items.count)) more: fairlead issue list" : ""
            let shapes = [Table.Shape(rank: 0), Table.Shape(least: 24, rank: 1), Table.Shape(rank: 3), Table.Shape(rank: 2)]
            parts.append("Needs a person: \(open).\(later)\n" + Table(rows: rows, indent: "  ").text(style, shapes) + more)
        }
        let parties = ["candidate", "recruiter", "provider", "operator"].map { "\($0) \(status.cell("waiting_on.\($0)"))" }
        parts.append("Orders wait for: \(parties.joined(separator: ", ")). Not sent yet: \(unsent(status)).")
        parts.append("In the last day: received \(status.cell("last_day.received")), ATSs told \(status.cell("last_day.told")).")
        let made = status.cell("backup.last_made_at")
        let failed = status.cell("backup.failed_at")
        let proven = status.cell("backup.last_proven_at")
        let last = proven.isEmpty ? "none is proven" : "last proven: \(style.time(proven))"
        let known = made == proven ? "Last backup made and proven: \(style.time(made))." : "Last backup made: \(style.time(made)); \(last)."
        let why = status.cell("backup.failure").cellText
        let failure = failed.isEmpty ? "" : failed == made ? " The last: \(why)" : " The last try failed \(style.time(failed)): \(why)"
        parts.append((made.isEmpty ? "No backup is known of." : known) + failure)
        for (name, title) in [("accounts", "Accounts"), ("connections", "Connections")] {
            let rows = (status[name]?.items ?? []).map { contact in
                let heard = contact.cell("last_heard_at")
                let silent = contact["silent"] == true ? ", silent" : ""
                return [
                    contact.cell("id"), contact.cell("kind"),
                    (heard.isEmpty ? "never heard" : "heard \(style.time(heard))") + silent + refused(contact, style),
                    ProblemWords.text(contact.cell("problem.code")),
                ]
            }
            let shapes = [
                Table.Shape(least: 9, rank: 0), Table.Shape(least: 9, rank: 3), Table.Shape(rank: 1), Table.Shape(rank: 2, isToned: true),
            ]
            if !rows.isEmpty { parts.append("\(title)\n" + Table(rows: rows, indent: "  ").text(style, shapes)) }
        }
        return parts.joined(separator: "\n\n")
    }

    private static func refused(_ contact: JSON, _ style: OutputStyle) -> String {
        let text = ContactText.refused(contact, style)
        return text.isEmpty ? "" : ", refused \(text)"
    }

    /// How many orders are not sent yet, and of which accounts.
    private static func unsent(_ status: JSON) -> String {
        let accounts = (status["accounts"]?.items ?? []).filter { ($0["not_sent"]?.integer ?? 0) > 0 }
        guard !accounts.isEmpty else { return "0" }
        return accounts.map { account in
            let why = account["problem"]?["code"]?.text.map { ", \(ProblemWords.text($0))" } ?? ""
            return "\(account.cell("not_sent")) (\(account.cell("id"))\(why))"
        }.joined(separator: ", ")
    }

    private static func held(_ issue: JSON) -> String {
        let counts = [("order", "orders"), ("event", "events"), ("run", "runs")].compactMap { one, many -> String? in
            guard let count = issue.at("holds_up.\(many)")?.integer, count > 0 else { return nil }
            return "\(count) \(count == 1 ? one : many)"
        }
        return counts.joined(separator: ", ")
    }
}
