import Screening

/// The connections, each with what it heard last and what keeps it.
enum ConnectionsPage {
    static let handlers = [PageHandler.get("/connections") { visit in try await page(visit) }]

    private static func page(_ visit: Visit) async throws -> Reply {
        let list = NamedList(visit: visit, path: "/connections", filters: ["plugin", "account", "stands"])
        let connections = try await visit.get("connections")["items"]?.items ?? []
        let issues = try await Contact.Known(visit)
        let rows = connections.filter { isOf($0, visit) }.map { row($0, issues, visit) }
        let found = list.matching(Contact.standing(rows, as: visit.query("stands"))) { row in
            ["connection", "accounts"].compactMap { row[$0] as? String }
        }
        var model: Model = [
            "is_empty": found.isEmpty,
            "empty": list.list.empty(
                (
                    "No connection yet",
                    "A connection is one customer's use of an ATS: write it under connections in the settings file and reload. fairlead init writes a first one.",
                    nil
                )
            ),
        ]
        var facets = [Contact.standing(rows, list)].compactMap(\.self)
        if connections.count > NamedList.few || visit.query("plugin") != nil {
            let plugins = connections.compactMap { $0["plugin"]?.text }
            facets.append(
                list.list.facets(
                    "ATS",
                    "plugin",
                    plugins.unique.sorted().map { ($0, $0) },
                    counts: Dictionary(grouping: plugins) { $0 }.mapValues(\.count)
                )
            )
        }
        if let account = visit.query("account") { facets.append(list.list.facets("Orders from", "account", [(account, account)])) }
        model["facet_sets"] = facets
        // What they are usually heard is drawn for those that are shown.
        let rhythms = try await Rhythms(visit)
        model["connections"] = list.part(of: found).map { row -> Model in
            var row = row
            row["rhythm"] = rhythms.model(.connection(row["connection"] as? String ?? ""))
            return row
        }
        model["has_rhythms"] = (model["connections"] as? [Model] ?? []).contains { $0["rhythm"] != nil }
        model.merge(list.model(matching: found.count, of: connections.count))
        return .page(Page("Connections", .connections, content: visit.render("connections", model)))
    }

    /// Whether it is of the plugin, and orders from the account, that the address names.
    private static func isOf(_ connection: JSON, _ visit: Visit) -> Bool {
        if let plugin = visit.query("plugin"), connection["plugin"]?.text != plugin { return false }
        guard let account = visit.query("account") else { return true }
        return (connection["accounts"]?.items ?? []).contains { $0.text == account }
    }

    private static func row(_ connection: JSON, _ issues: Contact.Known, _ visit: Visit) -> Model {
        let id = connection["id"]?.text ?? ""
        var row = Contact.row(connection, issues, visit)
        row["connection_href"] = "/connections/" + PercentEncoding.text(id)
        row["connection"] = id
        row["plugin"] = "\(connection["plugin"]?.text ?? "") \(connection["plugin_version"]?.text ?? "")"
        let accounts = (connection["accounts"]?.items ?? []).compactMap(\.text)
        row["accounts"] = accounts.prefix(6).joined(separator: ", ") + (accounts.count > 6 ? " and \(accounts.count - 6) more" : "")
        return row
    }

    static let templates = [
        "connections": #"""
        <div class="title"><h1>Connections</h1><span class="soft">one customer's use of an ATS each</span></div>
        {{>facet-sets}}
        <div id="connections" data-live>
        {{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{^is_empty}}<div class="card list"><table class="cards"><caption class="sr">Connections by name</caption>
        <thead><tr><th scope="col">Connection</th><th scope="col">ATS</th><th scope="col">Orders from</th><th scope="col">Last heard</th><th scope="col">Usual week</th><th scope="col">How it stands</th></tr></thead>
        <tbody>{{#connections}}<tr><td data-label="Connection"><a href="{{connection_href}}" data-row class="strong">{{connection}}</a></td><td data-label="ATS">{{plugin}}</td><td data-label="Orders from">{{accounts}}</td>
        <td data-label="Last heard">{{#heard}}{{>time}}{{/heard}}{{^heard}}<span class="soft">never</span>{{/heard}}</td>
        <td data-label="Usual week">{{#rhythm}}{{>rhythm}}{{/rhythm}}</td><td data-label="Stands">{{>contact}}</td></tr>
        {{/connections}}</tbody></table>{{#parts}}{{>parts}}{{/parts}}</div>{{#has_rhythms}}{{>rhythm-tables}}{{/has_rhythms}}{{/is_empty}}
        </div>
        """#
    ]
}
