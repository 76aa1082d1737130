import HTTPTypes
import Pipeline
import Screening

/// One connection: what is left to set up, the addresses for the ATS, and how it has been.
enum ConnectionPage {
    static let handlers = [
        PageHandler.get("/connections/{id}") { visit in try await page(visit) },
        PageHandler.post("/connections/{id}/check", .operate) { visit in try await check(visit) },
        PageHandler.post("/connections/{id}/pause", .operate) { visit in try await command(visit, "pause") },
        PageHandler.post("/connections/{id}/resume", .operate) { visit in try await command(visit, "resume") },
    ]

    private static func command(_ visit: Visit, _ name: String) async throws -> Reply {
        let id = visit.parameter("id")
        try await visit.post("connections", id, name, body: visit.note)
        return .seeOther("/connections/\(PercentEncoding.text(id))?done=\(name)")
    }

    /// How many providers are asked at most while somebody waits for it.
    private static let mostAsked = 12

    /// Asks the provider of each account that the connection orders from whether it takes the key. Of one that cannot be asked the others are none the worse.
    private static func check(_ visit: Visit) async throws -> Reply {
        let accounts = (try await visit.get("connections", visit.parameter("id"))["accounts"]?.items ?? []).compactMap(\.text)
        var isWell = true
        for account in accounts.prefix(mostAsked) {
            do {
                let answer = try await visit.send(.post, "accounts", account, "check", body: [:])
                if answer["problem"]?.isNull == false { isWell = false }
            } catch is ProblemDocument {
                isWell = false
            }
        }
        let done = !isWell ? "checked" : accounts.count > mostAsked ? "asked" : "check"
        return .seeOther("/connections/\(PercentEncoding.text(visit.parameter("id")))?done=\(done)")
    }

    private static func page(_ visit: Visit) async throws -> Reply {
        let shown = try await visit.get("connections", visit.parameter("id"))
        let id = shown["id"]?.text ?? ""
        let connection = visit.site.parts.registry.connection(id)
        let orders = try await visit.get("orders", query: [("connection", id), ("limit", "50")])["items"]?.items ?? []
        let events = try await visit.get("events", query: [("connection", id), ("limit", "10")])["items"]?.items ?? []
        let known = try await Contact.Known(visit)
        let own = Set((shown["accounts"]?.items ?? []).compactMap(\.text))
        let accounts = (try await visit.get("accounts")["items"]?.items ?? []).filter { own.contains($0["id"]?.text ?? "") }
        var model = Contact.row(shown, known, visit)
        model["connection"] = id
        model["plugin_title"] = connection?.pluginTitle ?? ""
        model["checks"] = SetupChecks.connection(shown, orders, visit) + accounts.map { SetupChecks.key(of: $0, known) }
        model["facts"] = facts(shown, visit)
        model["addresses"] = (connection?.addresses ?? []).enumerated().map { address($1, $0, id, visit) }
        model["events"] = events.map { EventsPage.row($0, visit) }
        model["has_events"] = !events.isEmpty
        model["events_href"] = "/events?" + FormEncoding.text([("connection", id)])
        model["orders_href"] = "/orders?" + FormEncoding.text([("connection", id)])
        model["settings"] = shown["settings"].map { ["settings_text": PrettyJSON.text($0)] as Model }
        model["refusals"] = try await Contact.refusals(.connection(id), visit)
        model["rhythm"] = try await Rhythms(visit).model(.connection(id))
        model["actions"] = actions(shown, id, visit)
        model["said"] = visit.said([
            "pause": "It is paused: everything is taken in, nothing is sent.", "resume": "It goes on.",
            "check": "The providers that it orders from take their keys.",
            "asked": "The first \(mostAsked) of the providers that it orders from take their keys. The others are asked on their accounts' pages.",
        ])
        model["wrong"] = visit.query("done") == "checked"
        return .page(Page(id, .connections, content: visit.render("connection", model)))
    }

    private static func facts(_ shown: JSON, _ visit: Visit) -> [Model] {
        var facts = Facts()
        let plugin = shown["plugin"]?.text ?? ""
        facts.add("Plugin", "\(plugin) \(shown["plugin_version"]?.text ?? "")", href: "/plugins#" + PercentEncoding.text(plugin))
        facts.add("Orders from", (shown["accounts"]?.items ?? []).compactMap(\.text), under: "/accounts/")
        facts.add("Hooks", (shown["hooks"]?.items ?? []).compactMap(\.text).joined(separator: ", "), isCode: true)
        facts.add("Last heard", visit.format.time(shown["last_heard_at"]))
        facts.add("Secrets that are set", (shown["secrets"]?.items ?? []).compactMap(\.text).joined(separator: ", "), isCode: true)
        return facts.items
    }

    private static func address(_ address: InboundAddress, _ index: Int, _ id: String, _ visit: Visit) -> Model {
        let path = "/ats/\(id)" + address.path
        let missing = address.secrets.filter { !$0.isSet }.map(\.title)
        var model: Model = [
            "address": visit.origin + (path.hasSuffix("/*") ? String(path.dropLast(2)) : path), "address_id": "address-\(index)",
            "scheme": address.scheme, "is_prefix": path.hasSuffix("/*"),
            "missing": missing.isEmpty ? [Model]() : [["missing_secrets": missing.joined(separator: "; ")] as Model],
        ]
        model["takes"] = address.secrets.map(\.title).joined(separator: "; ").orNil.map(Parts.sentence)
        model["routes"] = address.routes.joined(separator: ", ").orNil
        return model
    }

    private static func actions(_ shown: JSON, _ id: String, _ visit: Visit) -> [Model] {
        guard visit.may(.operate) else { return [] }
        let path = "/connections/\(PercentEncoding.text(id))"
        let check = Parts.action(
            "Check now",
            id: "check",
            path: path + "/check",
            question: "Ask the providers that it orders from whether they take their keys?",
            what: "One call to each, to \(mostAsked) at most, that changes nothing. Whether the ATS reaches this host shows when it sends something.",
            takesNote: false
        )
        guard let paused = shown["paused"], !paused.isNull else {
            return [
                check,
                Parts.action(
                    "Pause",
                    id: "pause",
                    path: path + "/pause",
                    question: "Pause \(id)?",
                    what:
                        "Everything that comes in is taken and kept. No script runs, no order is sent, and the ATS is told nothing until it is resumed."
                ),
            ]
        }
        return [
            check,
            Parts.action(
                "Resume",
                id: "resume",
                path: path + "/resume",
                question: "Let \(id) go on?",
                what: "What waits is worked on in the order in which it came in.",
                tone: "primary"
            ),
        ]
    }

    static let templates = [
        "connection": #"""
        <p class="crumb"><a href="/connections">Connections</a></p>
        <div class="title"><h1>{{connection}}</h1><span class="soft">{{plugin_title}}</span></div>
        {{>said}}
        {{#wrong}}<p class="said bad" role="status">Not every provider that it orders from was asked and takes its key: the set-up below and the account's page say more.</p>{{/wrong}}
        <div id="connection" data-live>
        {{>contact-notes}}
        <div class="two"><div>
        <section class="card stack"><header><h2>Set-up</h2></header>{{>setup-checks}}{{>actions}}</section>
        </div><section class="card stack"><header><h2>Facts</h2></header>{{>facts}}{{#rhythm}}<p class="small soft">Usual week</p>{{>rhythm}}{{>rhythm-table}}{{/rhythm}}<p class="row small"><a href="{{orders_href}}">Its orders</a> <a href="{{events_href}}">Its events</a></p></section></div>
        </div>
        <section class="card stack"><header><h2>Addresses for the ATS</h2><span class="soft small">copy them into the ATS, with the secret that the settings name</span></header>
        {{#addresses}}<div class="stack"><p class="row"><code id="{{address_id}}" class="strong">{{address}}</code>{{#is_prefix}} <span class="soft small">and below</span>{{/is_prefix}} <button type="button" data-copy="{{address_id}}">Copy</button></p>
        <p class="small soft">Proves itself by {{scheme}}.{{#takes}} {{takes}}{{/takes}}{{#routes}} Answers {{routes}}.{{/routes}}</p>
        {{#missing}}<p class="said warn">Not set: {{missing_secrets}}. Nothing that comes here is accepted before.</p>{{/missing}}</div>{{/addresses}}
        </section>
        <section class="card list"><header><h2>What came in last</h2><span class="more"><a href="{{events_href}}">all events</a></span></header>{{#has_events}}{{>event-table}}{{/has_events}}{{^has_events}}<p class="soft">Nothing yet.</p>{{/has_events}}</section>
        {{#refusals}}{{>refusals}}{{/refusals}}
        {{#settings}}<section class="card"><details id="settings"><summary>Its settings</summary><pre tabindex="0" aria-label="Settings">{{settings_text}}</pre></details></section>{{/settings}}
        """#
    ]
}
