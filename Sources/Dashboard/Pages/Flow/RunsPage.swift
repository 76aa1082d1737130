import Pipeline
import Screening
import Web

/// What scripts did, newest first.
enum RunsPage {
    static let handlers = [PageHandler.get("/runs") { visit in try await page(visit) }]

    private static let states = ["queued", "running", "waiting", "done", "skipped", "rejected", "parked", "dead", "discarded"]

    private static func page(_ visit: Visit) async throws -> Reply {
        let list = ListView(
            visit: visit,
            path: "/runs",
            filters: [
                ("state", "state"), ("connection", "connection"), ("hook", "hook"), ("event", "event"), ("order_id", "order_id"),
                ("external_id", "external_id"), ("about", "q"), ("reason", "reason"), ("since", "since"), ("until", "until"),
            ]
        )
        let answer = try await visit.get("runs", query: list.query)
        let runs = answer["items"]?.items ?? []
        let known = list.stateCounts(try await visit.site.tallies.value().counts.runs)
        let hooks = visit.site.parts.registry.connections.filter { visit.principal.sees(connection: $0.id) }.flatMap(\.hookNames).unique.sorted()
        var model: Model = [
            "facet_sets": [
                list.facets("State", "state", states.map { ($0, $0) }, counts: known),
                list.facets("Hook", "hook", hooks.prefix(12).map { ($0, $0) }),
                list.connectionFacets, list.spanFacets,
            ] + list.otherFacets(besides: ["state", "hook", "connection", "about"]),
            "runs": try await rows(runs, visit),
            "is_empty": runs.isEmpty,
            "empty": list.empty(
                ("No script has run yet", "The first event of an ATS runs one.", ("See what is left to set up", "/connections")),
                more: answer["next"]?.text
            ),
        ]
        if visit.may(.readPersonal) { model["search"] = list.search("about", "About") }
        if let pager = list.pager(answer) { model["pager"] = pager }
        if let cut = list.cut(answer, "runs") { model["cut"] = cut }
        if let unread = ListView.unread(answer) { (model["unread"], model["is_empty"]) = (unread, false) }
        if visit.may(.operate), list.isNarrowed, !runs.isEmpty {
            model["plans"] = [
                ["plan_name": "Plan a retry of all that match…", "plan_href": PlanPage.link("run.retry", list.narrowing)] as Model,
                ["plan_name": "Plan a discard of all that match…", "plan_href": PlanPage.link("run.discard", list.narrowing)] as Model,
            ]
        }
        return .page(Page("Runs", .runs, content: visit.render("runs", model)))
    }

    /// Runs as lists show them, each with whom it is about: what the script named, else the order that it told of.
    static func rows(_ runs: [JSON], _ visit: Visit) async throws -> [Model] {
        var names: [String: String] = [:]
        for id in Set(runs.filter { $0["external_id"]?.text == nil }.compactMap { $0["order"]?.text }) {
            names[id] = try await visit.site.parts.store.order(id)?.externalID
        }
        return runs.map { run in
            var row = row(run, visit)
            if let order = run["order"]?.text, let name = names[order] {
                row["about_order"] = ["order_href": "/orders/" + order, "order_name": name] as Model
            } else if run["external_id"]?.text == nil, let event = run["event"]?.text {
                // It failed before anybody knew whom it is about: what it was given says it.
                row["about_event"] = ["event_href": "/events/" + event, "event_name": "not known; see its event"] as Model
            }
            return row
        }
    }

    /// A run as lists show it.
    static func row(_ run: JSON, _ visit: Visit) -> Model {
        let id = run["id"]?.text ?? ""
        var row: Model = [
            "run_href": "/runs/" + id, "run_id": id, "hook": run["hook"]?.text ?? "", "run_connection": run["connection"]?.text ?? "",
            "about": run["external_id"]?.text ?? "", "run_state": Parts.state(run["state"]?.text ?? ""),
            "attempt": String(run["attempt"]?.integer ?? 0),
            "explanation": run["explanation"]?.text?.withoutCommands ?? "",
        ]
        row["made"] = visit.format.time(run["created_at"])
        return row
    }

    static let templates = [
        "runs": #"""
        <div class="title"><h1>Runs</h1><span class="soft">what the scripts did with it</span></div>
        {{>facet-sets}}
        <div id="runs" data-live>
        {{>unread}}
        {{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{^is_empty}}<div class="card list">{{>cut}}{{>run-table}}{{#pager}}{{>pager}}{{/pager}}</div>
        <p class="row">{{#plans}}<a class="button" href="{{plan_href}}">{{plan_name}}</a> {{/plans}}</p>{{/is_empty}}
        </div>
        """#,
        "run-table": #"""
        <table class="cards"><caption class="sr">Runs, newest first</caption>
        <thead><tr><th scope="col">Made</th><th scope="col">Hook</th><th scope="col">Connection</th><th scope="col">About</th><th scope="col">State</th><th scope="col">How it stands</th></tr></thead>
        <tbody>{{#runs}}<tr><td data-label="Made"><a href="{{run_href}}" data-row aria-label="Run {{run_id}}">{{#made}}{{>time}}{{/made}}</a></td>
        <td data-label="Hook"><code>{{hook}}</code></td><td data-label="Connection">{{run_connection}}</td><td data-label="About">{{#about_order}}<a href="{{order_href}}">{{order_name}}</a>{{/about_order}}{{#about_event}}<a class="soft" href="{{event_href}}">{{event_name}}</a>{{/about_event}}{{about}}</td>
        <td data-label="State">{{#run_state}}{{>state}}{{/run_state}}</td><td data-label="Stands" class="small">{{explanation}}</td></tr>
        {{/runs}}</tbody></table>
        """#,
    ]
}
