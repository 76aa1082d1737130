import Screening

/// What can be done with everything that an issue holds up.
enum IssuePlan {
    /// The commands for many things that fit an issue, each with what a button says.
    static func verbs(_ issue: JSON) -> [(verb: String, title: String)] {
        let kind = issue["kind"]?.text.flatMap { IssueKind(rawValue: $0) }
        switch kind {
        case .scriptFailing, .updatesNotTold: return runs
        case .deadLetters where issue["hook"]?.text != nil: return runs
        case .deadLetters where issue["code"]?.text?.hasPrefix("event_") == true:
            return [("event.replay", "Plan a replay of all…"), ("event.discard", "Plan a discard of all…")]
        case .ordersRefused: return [("order.retry", "Plan sending all again…"), ("order.discard", "Plan a discard of all…")]
        case .deadLetters: return [("order.retry", "Plan a retry of all…"), ("order.discard", "Plan a discard of all…")]
        default: return []
        }
    }

    private static let runs = [("run.retry", "Plan a retry of all…"), ("run.discard", "Plan a discard of all…")]

    /// What an issue holds up, as the filters of the list that it stands in.
    static func filters(_ issue: JSON) -> [(name: String, value: String)] {
        let kind = issue["kind"]?.text.flatMap { IssueKind(rawValue: $0) }
        if kind == .ordersRefused {
            return ["connection", "account"].compactMap { name in issue[name]?.text.map { (name: name, value: $0) } } + [("state", "refused")]
        }
        guard kind == .deadLetters, issue["hook"]?.text == nil else { return [("cause", issue["cause"]?.text ?? "")] }
        var filters = ["connection", "account"].compactMap { name in issue[name]?.text.map { (name: name, value: $0) } }
        let code = issue["code"]?.text ?? ""
        if code.hasPrefix("event_") {
            filters += [("state", "dead"), ("kind", String(code.dropFirst("event_".count)))]
        } else {
            filters.append(("state", "failed"))
            if code != "failed", !code.isEmpty { filters.append(("problem", code)) }
        }
        return filters
    }
}
