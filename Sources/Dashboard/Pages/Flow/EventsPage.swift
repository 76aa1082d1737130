import Screening
import Web

/// What was received, newest first.
enum EventsPage {
    static let handlers = [PageHandler.get("/events") { visit in try await page(visit) }]

    private static func page(_ visit: Visit) async throws -> Reply {
        let list = ListView(
            visit: visit,
            path: "/events",
            filters: [
                ("state", "state"), ("kind", "kind"), ("connection", "connection"), ("account", "account"), ("external_id", "external_id"),
                ("about", "q"), ("reason", "reason"), ("since", "since"), ("until", "until"),
            ]
        )
        let answer = try await visit.get("events", query: list.query)
        let events = answer["items"]?.items ?? []
        let states = list.stateCounts(try await visit.site.tallies.value().counts.events)
        var model: Model = [
            "facet_sets": [
                list.facets("State", "state", ["received", "working", "done", "dead"].map { ($0, $0) }, counts: states),
                list.facets("Kind", "kind", [("ats", "from an ATS"), ("webhook", "webhook"), ("poll", "read"), ("command", "command")]),
                list.connectionFacets, list.spanFacets,
            ] + list.otherFacets(besides: ["state", "kind", "connection", "about"]),
            "events": events.map { row($0, visit) },
            "is_empty": events.isEmpty,
            "empty": list.empty(
                (
                    "Nothing was received yet", "The first delivery of an ATS shows here.",
                    ("See what is left to set up", "/connections")
                ),
                more: answer["next"]?.text
            ),
        ]
        if visit.may(.readPersonal) { model["search"] = list.search("about", "About") }
        if let pager = list.pager(answer) { model["pager"] = pager }
        if let cut = list.cut(answer, "events") { model["cut"] = cut }
        if let unread = ListView.unread(answer) { (model["unread"], model["is_empty"]) = (unread, false) }
        if visit.may(.operate), list.isNarrowed, !events.isEmpty { model["plan_href"] = PlanPage.link("event.replay", list.narrowing) }
        return .page(Page("Events", .events, content: visit.render("events", model)))
    }

    /// An event as lists show it.
    static func row(_ event: JSON, _ visit: Visit) -> Model {
        let id = event["id"]?.text ?? ""
        var row: Model = [
            "event_href": "/events/" + id, "event_id": id, "source": source(event), "explanation": explanation(event),
            "event_state": Parts.state(event["state"]?.text ?? ""), "about": event["external_id"]?.text ?? "",
        ]
        row["received"] = visit.format.time(event["received_at"])
        // The order that it was about, or the only one that it led to.
        let made = event["orders"]?.items?.compactMap(\.text) ?? []
        if let order = event["order"]?.text ?? (made.count == 1 ? made.first : nil) {
            let name = event["external_id"]?.text ?? "its order"
            row["event_order"] = ["order_href": "/orders/" + PercentEncoding.text(order), "order_name": name] as Model
        }
        if let count = event["duplicate_count"]?.integer, count > 0 { row["repeats"] = ["repeat_count": Format.number(Int(count))] as Model }
        return row
    }

    /// What became of it. The order that it was about stands beside it.
    private static func explanation(_ event: JSON) -> String {
        let words = event["explanation"]?.text?.withoutCommands ?? ""
        return event["order"]?.text.map { words.replacing(": it was about \($0).", with: ".") } ?? words
    }

    /// Where an event came from, in words.
    static func source(_ event: JSON) -> String {
        let (connection, account) = (event["connection"]?.text, event["account"]?.text)
        return switch event["kind"]?.text {
        case "ats": "ATS of \(connection ?? "?")"
        case "webhook": "webhook of \(account ?? "?")"
        case "poll": "read from \(account ?? "?")"
        default: "command\(connection.map { " for \($0)" } ?? "")"
        }
    }

    static let templates = [
        "events": #"""
        <div class="title"><h1>Events</h1><span class="soft">what came in, from either side</span></div>
        {{>facet-sets}}
        <div id="events" data-live>
        {{>unread}}
        {{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{^is_empty}}<div class="card list">{{>cut}}{{>event-table}}{{#pager}}{{>pager}}{{/pager}}</div>
        {{#plan_href}}<p><a class="button" href="{{plan_href}}">Plan a replay of all that match…</a></p>{{/plan_href}}{{/is_empty}}
        </div>
        """#,
        "event-table": #"""
        <table class="cards"><caption class="sr">Events, newest first</caption>
        <thead><tr><th scope="col">Received</th><th scope="col">From</th><th scope="col">About</th><th scope="col">State</th><th scope="col">What became of it</th></tr></thead>
        <tbody>{{#events}}<tr><td data-label="Received"><a href="{{event_href}}" data-row aria-label="Event {{event_id}}">{{#received}}{{>time}}{{/received}}</a></td>
        <td data-label="From">{{source}}</td><td data-label="About">{{#event_order}}<a href="{{order_href}}">{{order_name}}</a>{{/event_order}}{{^event_order}}{{about}}{{/event_order}}</td>
        <td data-label="State">{{#event_state}}{{>state}}{{/event_state}}{{#repeats}} <span class="chip" title="delivered again, and answered as the first time">+{{repeat_count}}</span>{{/repeats}}</td>
        <td data-label="Became" class="small">{{explanation}}</td></tr>
        {{/events}}</tbody></table>
        """#,
    ]
}
