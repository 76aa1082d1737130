import Pipeline
import Screening
import Web

/// What was given up and waits for a person, by cause.
enum DeadPage {
    static let handlers = [PageHandler.get("/dead") { visit in try await page(visit) }]

    /// The kinds of causes that leave dead letters.
    private static let kinds: Set<IssueKind> = [.scriptFailing, .updatesNotTold, .deadLetters]
    /// How many of the newest are shown one by one.
    private static let newest = 20

    /// What was given up and stands, by cause, as far as the viewer may see it.
    /// - Parameter isRemembered: whether it may be that of a moment ago.
    static func standing(_ visit: Visit, isRemembered: Bool = false) async throws -> [StandingCause] {
        let all = isRemembered ? try await visit.site.standing.value() : try await visit.site.parts.store.standingCauses()
        return all.filter { standing in
            kinds.contains(standing.cause.kind) && visit.principal.sees(connection: standing.cause.connection)
        }
    }

    private static func page(_ visit: Visit) async throws -> Reply {
        let standing = try await standing(visit)
        var query = IssueQuery()
        query.kinds = kinds
        query.states = [.open, .snoozed]
        let issues = try await visit.site.parts.issues.list(query, PageRequest(limit: ListView.limit), for: visit.principal.connections).items
        let known = Dictionary(issues.map { ($0.issue.cause, $0) }) { $1 }
        let groups = try await standing.sorted { ($0.count, $1.since) > ($1.count, $0.since) }.prefix(ListView.limit).asyncMap { standing in
            try await group(standing, known[standing.cause], visit)
        }
        let runs = try await visit.get("runs", query: [("state", "dead"), ("state", "parked"), ("limit", String(newest))])["items"]?.items ?? []
        let jobs = try await visit.get("bulk")["items"]?.items ?? []
        let total = standing.reduce(0) { $0 + $1.count }
        var model: Model = [
            "groups": groups, "is_empty": groups.isEmpty, "total": Format.number(total), "causes": Format.number(standing.count),
            "is_one_cause": standing.count == 1, "runs": try await RunsPage.rows(runs, visit), "has_runs": !runs.isEmpty,
            "jobs": jobs.prefix(8).map { BulkPage.row($0, visit) }, "has_jobs": !jobs.isEmpty,
            "empty": [
                "heading": "No dead letters",
                "text": "What is given up after all its attempts, or put aside by a script, waits here for a person, by cause.",
            ] as Model,
        ]
        if standing.count > groups.count { model["groups_cut"] = ["groups_shown": Format.number(groups.count)] as Model }
        return .page(Page("Dead letters", .dead, content: visit.render("dead", model)))
    }

    private static func group(_ standing: StandingCause, _ issue: Issues.Described?, _ visit: Visit) async throws -> Model {
        let cause = standing.cause
        var group: Model = ["dead_count": Format.number(standing.count), "dead_title": title(cause), "dead_list": list(cause)]
        group["dead_since"] = visit.format.time(standing.since)
        if visit.may(.operate) { group["plans"] = plans(cause, issue?.issue.id) }
        guard let issue else { return group }
        let shown = try await visit.get("issues", issue.issue.id)
        group["dead_title"] = issue.text.title
        group["dead_issue"] = ["dead_href": "/issues/" + issue.issue.id] as Model
        group["dead_advice"] = issue.text.advice
        group["began"] = IssuesPage.began(shown).map { ["began_text": $0] as Model }
        return group
    }

    /// What can be done with all that a cause left, whether or not it has an issue yet.
    private static func plans(_ cause: IssueCause, _ issue: String?) -> [Model] {
        let shown: JSON = [
            "kind": .string(cause.kind.rawValue), "connection": JSON(cause.connection), "account": JSON(cause.account), "code": JSON(cause.code),
            "hook": JSON(cause.hook), "cause": .string(cause.key),
        ]
        let filters = IssuePlan.filters(shown) + (issue.map { [(name: "issue", value: $0)] } ?? [])
        return IssuePlan.verbs(shown).map { verb, title in ["plan_name": title, "plan_href": PlanPage.link(verb, filters)] }
    }

    /// What a cause is called until somebody has looked at it.
    private static func title(_ cause: IssueCause) -> String {
        let place = [cause.connection ?? cause.account, cause.hook, cause.code].compactMap(\.self).joined(separator: ", ")
        return "Given up (\(place))"
    }

    /// The list that what it leaves stands in.
    private static func list(_ cause: IssueCause) -> String {
        var query: [(name: String, value: String)] = []
        if let connection = cause.connection { query.append(("connection", connection)) }
        if let hook = cause.hook {
            return "/runs?" + FormEncoding.text(query + [("hook", hook), ("state", cause.code == "parked" ? "parked" : "dead")])
        }
        if cause.code?.hasPrefix("event_") == true { return "/events?" + FormEncoding.text(query + [("state", "dead")]) }
        if let account = cause.account { query.append(("account", account)) }
        return "/orders?" + FormEncoding.text(query + [("state", "failed")])
    }

    static let templates = [
        "dead": #"""
        <div class="title"><h1>Dead letters</h1><span class="soft">given up, or put aside by a script; each waits for a person</span></div>
        <div id="dead" data-live>
        {{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{^is_empty}}<p class="soft lead">{{total}} in all, from {{#is_one_cause}}one cause{{/is_one_cause}}{{^is_one_cause}}{{causes}} causes{{/is_one_cause}}. Mend the cause first, then have them tried again together.{{#groups_cut}} The {{groups_shown}} causes that left the most are shown.{{/groups_cut}}</p>{{/is_empty}}
        {{#groups}}<article class="card stack"><header><h2>{{#dead_issue}}<a href="{{dead_href}}" data-row>{{dead_title}}</a>{{/dead_issue}}{{^dead_issue}}{{dead_title}}{{/dead_issue}}</h2>
        <span class="chip bad">{{dead_count}}</span><span class="more soft">the oldest {{#dead_since}}{{>time}}{{/dead_since}}</span></header>
        {{#began}}<p class="strong">{{began_text}}</p>{{/began}}
        {{#dead_advice}}<p class="note">{{dead_advice}}</p>{{/dead_advice}}
        <div class="actions">{{#plans}}<a class="button" href="{{plan_href}}">{{plan_name}}</a>{{/plans}}<a href="{{dead_list}}">See them one by one</a></div></article>{{/groups}}
        {{#has_jobs}}<section class="card list"><header><h2>Commands for many things</h2></header>
        <table class="cards"><caption class="sr">The newest first</caption><thead><tr><th scope="col">Command</th><th scope="col">How far</th><th scope="col">State</th><th scope="col">By</th><th scope="col">When</th></tr></thead>
        <tbody>{{#jobs}}<tr><td data-label="Command"><a href="{{job_href}}">{{job_title}}</a></td><td data-label="How far">{{job_far}}</td><td data-label="State">{{#job_state}}{{>state}}{{/job_state}}</td><td data-label="By">{{job_by}}</td><td data-label="When">{{#job_at}}{{>time}}{{/job_at}}</td></tr>
        {{/jobs}}</tbody></table></section>{{/has_jobs}}
        {{#has_runs}}<section class="card list"><header><h2>The newest runs among them</h2><span class="more"><a href="/runs?state=dead">all dead runs</a> · <a href="/runs?state=parked">all parked</a></span></header>{{>run-table}}</section>{{/has_runs}}
        </div>
        """#
    ]
}

extension Sequence {
    /// The elements changed, one after the other.
    func asyncMap<Value>(_ change: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await change(element)) }
        return values
    }
}
