import Screening

/// How a host is, in one screen of a terminal.
struct TopText {
    let host: String
    /// `GET /status`; null from a host that has none.
    let status: JSON
    let accounts: JSON
    let connections: JSON
    /// The newest events.
    let events: JSON
    /// Orders that wait for the operator.
    let orders: JSON

    private static let issues = ListText(
        [
            .init("needs a person", "title", rank: 0), .init("orders", "holds_up.orders", rank: 3), .init("since", "opened_at", rank: 1),
            .init("kind", "kind", rank: 2),
        ],
        empty: ""
    )
    private static let waiting = ListText(
        [
            .init("waits for the operator", "id", rank: 0), .init("state", "state", rank: 1),
            .init("problem", "problem.code", rank: 3, value: ProblemWords.column("problem.code")),
            .init("connection", "connection", rank: 4), .init("updated", "updated_at", rank: 2),
        ],
        empty: ""
    )
    private static let heard = ListText(
        [
            .init("name", "id", rank: 0), .init("with", "with", rank: 3), .init("heard", "last_heard_at", rank: 1),
            .init("refused", "last_refused", rank: 4, value: ContactText.refused), .init("problem", "problem.message", rank: 2),
        ],
        empty: ""
    )
    private static let arrived = ListText(
        [
            .init("event", "id", rank: 0), .init("kind", "kind", rank: 4), .init("state", "state", rank: 1),
            .init("connection", "connection", rank: 3),
            .init("external id", "external_id", rank: 5), .init("received", "received_at", rank: 2),
        ],
        empty: ""
    )

    func text(_ style: OutputStyle) -> String {
        func line(_ text: String) -> String { text.cellText.cut(to: style.width ?? .max) }
        func painted(_ text: String, _ tone: Tone) -> String { style.isColoured ? tone.paint(line(text)) : line(text) }
        var parts: [String] = []
        var head: [String] = []
        let reasons = (status["reasons"]?.items ?? []).compactMap(\.text)
        let state = status.isNull ? "Fairlead" : reasons.isEmpty ? "Able to work" : "Not able to work: \(reasons.joined(separator: "; "))"
        head.append(painted("\(state) · \(host)", reasons.isEmpty ? .good : .bad))
        if let waiting = status["waiting_on"] {
            let counts = ["operator", "recruiter", "candidate", "provider"].map { "\($0) \(waiting.cell($0))" }
            head.append(line("Orders wait for: \(counts.joined(separator: " · "))"))
        }
        if let day = status["last_day"] { head.append(line("In the last day: \(day.cell("received")) received, \(day.cell("told")) told to ATSs")) }
        if let issues = status["issues"] {
            let open = issues.cell("open")
            head.append(
                open == "0" ? painted("Nothing needs a person", .good) : painted("Issues: \(open) open, \(issues.cell("snoozed")) snoozed", .bad)
            )
        }
        parts.append(head.joined(separator: "\n"))
        let lists: [(ListText, [JSON])] = [
            (TopText.issues, Array((status.at("issues.items")?.items ?? []).prefix(8))),
            (TopText.waiting, Array((orders["items"]?.items ?? []).prefix(5))),
            (TopText.heard, contacts), (TopText.arrived, Array((events["items"]?.items ?? []).prefix(8))),
        ]
        for (list, items) in lists where !items.isEmpty { parts.append(list.text(["items": .array(items)], style)) }
        return parts.joined(separator: "\n\n")
    }

    /// Connections and accounts in one list, those with a problem first.
    private var contacts: [JSON] {
        func of(_ list: JSON, _ with: String) -> [JSON] {
            (list["items"]?.items ?? []).map { item in
                var item = item
                item["with"] = item[with]
                return item
            }
        }
        let all = of(connections, "plugin") + of(accounts, "provider")
        let isWrong = { (item: JSON) in item["problem"].map { !$0.isNull } ?? false || (item.at("last_refused.count")?.integer ?? 0) > 0 }
        return all.filter(isWrong) + all.filter { !isWrong($0) }
    }
}
