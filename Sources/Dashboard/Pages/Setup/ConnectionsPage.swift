import Screening

/// The connections, each with what it heard last and what keeps it.
enum ConnectionsPage {
    static let handlers = [PageHandler.get("/connections") { visit in try await page(visit) }]

    private static func page(_ visit: Visit) async throws -> Reply {
        let connections = try await visit.get("connections")["items"]?.items ?? []
        let rhythms = try await Rhythms(visit)
        let issues = try await Contact.Known(visit)
        let rows = connections.map { row($0, issues, rhythms, visit) }
        let model: Model = [
            "connections": rows, "is_empty": connections.isEmpty, "has_rhythms": rows.contains { $0["rhythm"] != nil },
            "empty": [
                "heading": "No connection yet",
                "text":
                    "A connection is one customer's use of an ATS: write it under connections in the settings file and reload. fairlead init writes a first one.",
            ] as Model,
        ]
        return .page(Page("Connections", .connections, content: visit.render("connections", model)))
    }

    private static func row(_ connection: JSON, _ issues: Contact.Known, _ rhythms: Rhythms, _ visit: Visit) -> Model {
        let id = connection["id"]?.text ?? ""
        var row = Contact.row(connection, issues, visit)
        row["connection_href"] = "/connections/" + PercentEncoding.text(id)
        row["connection"] = id
        row["plugin"] = "\(connection["plugin"]?.text ?? "") \(connection["plugin_version"]?.text ?? "")"
        row["accounts"] = (connection["accounts"]?.items ?? []).compactMap(\.text).joined(separator: ", ")
        row["rhythm"] = rhythms.model(.connection(id))
        return row
    }

    static let templates = [
        "connections": #"""
        <div class="title"><h1>Connections</h1><span class="soft">one customer's use of an ATS each</span></div>
        <div id="connections" data-live>
        {{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{^is_empty}}<div class="card list"><table class="cards"><caption class="sr">Connections by name</caption>
        <thead><tr><th scope="col">Connection</th><th scope="col">ATS</th><th scope="col">Orders from</th><th scope="col">Last heard</th><th scope="col">Usual week</th><th scope="col">How it stands</th></tr></thead>
        <tbody>{{#connections}}<tr><td data-label="Connection"><a href="{{connection_href}}" data-row class="strong">{{connection}}</a></td><td data-label="ATS">{{plugin}}</td><td data-label="Orders from">{{accounts}}</td>
        <td data-label="Last heard">{{#heard}}{{>time}}{{/heard}}{{^heard}}<span class="soft">never</span>{{/heard}}</td>
        <td data-label="Usual week">{{#rhythm}}{{>rhythm}}{{/rhythm}}</td><td data-label="Stands">{{>contact}}</td></tr>
        {{/connections}}</tbody></table></div>{{#has_rhythms}}{{>rhythm-tables}}{{/has_rhythms}}{{/is_empty}}
        </div>
        """#
    ]
}
