import Screening

/// One event: what was received, and everything that came of it.
enum EventPage {
    static let handlers = [
        PageHandler.get("/events/{id}") { visit in .page(try await page(visit)) },
        PageHandler.post("/events/{id}/replay", .operate) { visit in try await command(visit, "replay") },
        PageHandler.post("/events/{id}/discard", .operate) { visit in try await command(visit, "discard") },
    ]

    private static func command(_ visit: Visit, _ name: String) async throws -> Reply {
        let id = visit.parameter("id")
        try await visit.post("events", id, name, body: visit.note)
        return .seeOther("/events/\(id)?done=\(name)")
    }

    /// The run that began last for the event; nil where there is none.
    static func newestRun(_ visit: Visit) async throws -> String? {
        let runs = try await visit.get("runs", query: [("event", visit.parameter("id")), ("hook", "on_event"), ("limit", "1")])
        return runs["items"]?.items?.first?["id"]?.text
    }

    /// - Parameter shadow: what today's script would do with it, where somebody asked.
    static func page(_ visit: Visit, shadow: Model? = nil) async throws -> Page {
        let event = try await visit.get("events", visit.parameter("id"))
        let id = event["id"]?.text ?? ""
        var facts = Facts()
        facts.add("From", EventsPage.source(event))
        facts.add("Connection", event["connection"]?.text, href: event["connection"]?.text.map { "/connections/" + PercentEncoding.text($0) })
        facts.add("Account", event["account"]?.text, href: event["account"]?.text.map { "/accounts/" + PercentEncoding.text($0) })
        facts.add("About", event["external_id"]?.text)
        facts.add("Provider's reference", event["provider_ref"]?.text, isCode: true)
        facts.add("Received", visit.format.time(event["received_at"]))
        facts.add("Happened", visit.format.time(event["occurred_at"]))
        facts.add("Delivered again", event["duplicate_count"]?.integer.flatMap { $0 > 0 ? "\($0) times, answered as the first time" : nil })
        facts.add("Orders", ([event["order"]?.text].compactMap(\.self) + (event["orders"]?.items ?? []).compactMap(\.text)).unique, under: "/orders/")
        facts.add("Problem", event["problem"]?["message"]?.text)
        var model: Model = [
            "event": id, "event_state": Parts.state(event["state"]?.text ?? ""), "explanation": event["explanation"]?.text?.withoutCommands ?? "",
            "facts": facts.items, "actions": actions(event, id, visit),
        ]
        model["said"] = visit.said(["replay": "It is being worked on again.", "discard": "It was taken out of the dead letters."])
        let runs = try await visit.get("runs", query: [("event", id), ("limit", "50")])["items"]?.items ?? []
        model["runs"] = runs.map { RunsPage.row($0, visit) }
        model["has_runs"] = !runs.isEmpty
        if runs.contains(where: { $0["hook"]?.text == "on_event" }), let action = RunShadow.action(ofEvent: id, visit) { model["try"] = action }
        model["shadow"] = shadow
        if let request = event["request"] { model["request"] = self.request(request) } else { model["withheld"] = !visit.may(.readPersonal) }
        return Page("Event", .events, isLive: shadow == nil, content: visit.render("event", model))
    }

    private static func request(_ request: JSON) -> Model {
        func lines(_ json: JSON?) -> [Model] {
            (json?.members?.pairs ?? []).map { ["header": $0.name, "header_value": $0.value.text ?? ""] as Model }
        }
        var model: Model = [
            "method": request["method"]?.text ?? "", "request_path": request["path"]?.text ?? "",
            "headers": lines(request["headers"]), "parameters": lines(request["query"]),
            "size": Format.number(Int(request["body_bytes"]?.integer ?? 0)),
        ]
        if let body = request["body"]?.text { model["body"] = PrettyJSON.text(received: body) }
        model["not_text"] = request["body_base64"] != nil
        model["is_long"] = request["body_truncated"]?.boolean ?? false
        return model
    }

    private static func actions(_ event: JSON, _ id: String, _ visit: Visit) -> [Model] {
        guard visit.may(.operate) else { return [] }
        let (state, kind) = (event["state"]?.text ?? "", event["kind"]?.text ?? "")
        var actions: [Model] = []
        if ["done", "dead"].contains(state), ["ats", "webhook"].contains(kind) {
            actions.append(
                Parts.action(
                    "Replay",
                    id: "replay",
                    path: "/events/\(id)/replay",
                    question: "Work on this event again?",
                    what: kind == "ats"
                        ? "It goes through the present scripts as if it had just come in. An order that it made before is the same order: nothing is ordered twice."
                        : "What the provider said is looked at again. Nothing is ordered.",
                    tone: state == "dead" ? "primary" : "plain"
                )
            )
        }
        if state == "dead" {
            actions.append(
                Parts.action(
                    "Discard",
                    id: "discard",
                    path: "/events/\(id)/discard",
                    question: "Is nothing to be done about it?",
                    what: "It leaves the dead letters and is kept as it is. Nothing is sent.",
                    tone: "danger"
                )
            )
        }
        return actions
    }

    static let templates = [
        "event": #"""
        <p class="crumb"><a href="/events">Events</a></p>
        <div class="title"><h1>Event <code>{{event}}</code></h1>{{#event_state}}{{>state}}{{/event_state}}</div>
        {{>said}}
        <div id="event" data-live>
        <div class="card stack"><p class="sentence">{{explanation}}</p>
        {{>facts}}
        {{>actions}}{{#try}}<div class="actions">{{>action}}</div>{{/try}}</div>
        {{#shadow}}{{>run-shadow}}{{/shadow}}
        {{#has_runs}}<section class="card list"><header><h2>What the scripts did</h2></header>{{>run-table}}</section>{{/has_runs}}
        </div>
        <section class="card stack"><header><h2>What was received</h2></header>
        {{#withheld}}<p class="soft">What was received may name people. It takes the scope read_personal.</p>{{/withheld}}
        {{#request}}<p><code>{{method}} {{request_path}}</code> <span class="soft small">{{size}} bytes</span></p>
        {{#body}}<pre tabindex="0" aria-label="Body">{{body}}</pre>{{/body}}
        {{#not_text}}<p class="soft">The body is not text; <code>fairlead event show {{event}}</code> has it.</p>{{/not_text}}
        {{#is_long}}<p class="soft">The body is too long for a page; <code>fairlead event show {{event}}</code> has it.</p>{{/is_long}}
        <details id="headers"><summary>Header and parameters</summary><dl class="facts">{{#parameters}}<dt>?{{header}}</dt><dd><code>{{header_value}}</code></dd>{{/parameters}}{{#headers}}<dt>{{header}}</dt><dd><code>{{header_value}}</code></dd>
        {{/headers}}</dl></details>{{/request}}
        </section>
        """#
    ]
}

extension Array where Element: Hashable {
    /// Each once, in the same order.
    var unique: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
