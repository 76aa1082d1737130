import Pipeline
import Screening
import Web

/// What needs a person, a card for each cause.
enum IssuesPage {
    static let handlers = [PageHandler.get("/issues") { visit in try await page(visit) }]

    private static func page(_ visit: Visit) async throws -> Reply {
        let list = ListView(
            visit: visit,
            path: "/issues",
            filters: [("state", "state"), ("kind", "kind"), ("connection", "connection"), ("account", "account")]
        )
        // What is over is shown to who asks for it.
        var query = list.query
        if visit.query("state") == nil { query += [("state", "open"), ("state", "snoozed")] }
        let answer = try await visit.get("issues", query: query)
        let issues = answer["items"]?.items ?? []
        let counts = try await visit.site.parts.issues.counts(for: visit.principal.connections)
        let known = Dictionary(counts.map { ($0.key.rawValue, $0.value) }) { $1 }
        var model: Model = [
            "facet_sets": [
                list.facets("State", "state", ["open", "snoozed", "resolved"].map { ($0, $0) }, counts: known),
                list.connectionFacets,
            ],
            "issues": issues.map { card($0, visit) },
            "is_empty": issues.isEmpty,
            "empty": list.empty(("Nothing needs a person", "When something does, its cause shows here, with what to do.", nil)),
        ]
        if let pager = list.pager(answer) { model["pager"] = pager }
        return .page(Page("Issues", .issues, content: visit.render("issues", model)))
    }

    /// An issue as a card.
    static func card(_ issue: JSON, _ visit: Visit) -> Model {
        var card: Model = [
            "issue_href": "/issues/" + (issue["id"]?.text ?? ""), "issue_title": issue["title"]?.text ?? "",
            "issue_state": Parts.state(issue["state"]?.text ?? ""), "issue_means": issue["means"]?.text ?? "",
            "issue_effect": issue["effect"]?.text ?? "", "issue_advice": issue["advice"]?.text ?? "",
        ]
        card["holds_up"] = holdsUp(issue).orNil
        card["opened"] = visit.format.time(issue["opened_at"])
        card["began"] = began(issue).map { ["began_text": $0] as Model }
        // It is said with how long after, and once.
        if card["began"] != nil { card["issue_means"] = (issue["means"]?.text ?? "").replacing(#/ It began after the reload at [^.]+\./#, with: "") }
        card["snoozed"] = visit.format.time(issue["snoozed_until"])
        if let owner = issue["owner"]?.text { card["owner"] = ["owner_name": owner] as Model }
        return card
    }

    /// What it holds up, in words; empty where that is nothing.
    static func holdsUp(_ issue: JSON) -> String {
        ["orders", "events", "runs"].compactMap { kind in
            guard let count = issue["holds_up"]?[kind]?.integer, count > 0 else { return nil }
            return "\(Format.number(Int(count))) \(count == 1 ? String(kind.dropLast()) : kind)"
        }.joined(separator: ", ")
    }

    /// When it began. It is looked for from time to time: what it holds up may say that it was before it was found.
    static func begun(_ issue: JSON) -> Timestamp? {
        guard let opened = Format.timestamp(issue["opened_at"]) else { return nil }
        return Format.timestamp(issue["details"]?["since"]).map { min($0, opened) } ?? opened
    }

    /// `It began 2 min after the reload at 14:03`, where it followed one; nil where it did not.
    static func began(_ issue: JSON) -> String? {
        guard let reload = Format.timestamp(issue["details"]?["began_after_reload_at"]), let began = begun(issue) else { return nil }
        let after = (max(began, reload) - reload).wholeMilliseconds
        if after < 1000 { return "It began with the reload at \(Format.short(reload)) UTC." }
        let span = Format.span(after, parts: 1)
        return "It began \(span) after the reload at \(Format.short(reload)) UTC."
    }

    static let templates = [
        "issues": #"""
        <div class="title"><h1>Issues</h1><span class="soft">what needs a person, by cause</span></div>
        {{>facet-sets}}
        <div id="issues" data-live>
        {{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{#issues}}{{>issue-card}}{{/issues}}
        {{#pager}}{{>pager}}{{/pager}}
        </div>
        """#,
        "issue-card": #"""
        <article class="card stack"><header><h2><a href="{{issue_href}}" data-row>{{issue_title}}</a></h2>{{#issue_state}}{{>state}}{{/issue_state}}
        <span class="more soft">began {{#opened}}{{>time}}{{/opened}}</span></header>
        <p>{{issue_means}}{{#began}} <strong>{{began_text}}</strong>{{/began}}</p>
        <p class="soft">{{#holds_up}}Holds up {{holds_up}}. {{/holds_up}}{{issue_effect}}</p>
        <p class="note">{{issue_advice}}</p>
        {{#owner}}<p class="small">Seen to by {{owner_name}}</p>{{/owner}}{{#snoozed}}<p class="small">Snoozed; back {{>time}}</p>{{/snoozed}}
        </article>
        """#,
    ]
}
