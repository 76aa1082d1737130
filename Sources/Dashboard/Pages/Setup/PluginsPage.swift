import Pipeline
import Screening
import Web

/// The plugins: who uses each, whether its cases pass, and what became of the last change.
enum PluginsPage {
    static let handlers = [PageHandler.get("/plugins") { visit in try await page(visit) }]

    /// How many of those that use a plugin are named.
    private static let shownUsers = 12

    private static func page(_ visit: Visit) async throws -> Reply {
        let registry = visit.site.parts.registry
        let plugins = try await visit.get("plugins")["items"]?.items ?? []
        let used = Dictionary(grouping: registry.connections.filter { visit.principal.sees(connection: $0.id) }, by: \.pluginName)
        let notifiers = Dictionary(grouping: visit.principal.connections == nil ? registry.notifiers : [], by: \.pluginName)
        let rows = plugins.map { plugin -> Model in
            let name = plugin["name"]?.text ?? ""
            let users = (used[name] ?? []).map(\.id)
            var row: Model = [
                "plugin": name, "plugin_title": plugin["title"]?.text ?? "", "plugin_version": plugin["version"]?.text ?? "",
                "plugin_kind": plugin["kind"]?.text ?? "",
                "users": users.prefix(shownUsers).map { ["user": $0, "user_href": "/connections/" + PercentEncoding.text($0)] as Model },
                "notified": (notifiers[name] ?? []).map(\.id).joined(separator: ", "), "is_unused": users.isEmpty && notifiers[name] == nil,
            ]
            if users.count > shownUsers {
                row["more_users"] =
                    [
                        "more_href": "/connections?" + FormEncoding.text([("plugin", name)]),
                        "more_text": "and \(Format.number(users.count - shownUsers)) more",
                    ]
                    as Model
            }
            if let problem = plugin["problem"], !problem.isNull { row["refused"] = ["refused_text": problem["message"]?.text ?? ""] as Model }
            if let cases = visit.site.parts.fixtures(name) {
                row["cases"] = ["case_count": Format.number(cases.count), "is_tried": cases.isTried, "is_none": cases.count == 0] as Model
            }
            return row
        }
        .sorted {
            (($0["is_unused"] as? Bool ?? true) ? 1 : 0, $0["plugin"] as? String ?? "") < (
                ($1["is_unused"] as? Bool ?? true) ? 1 : 0, $1["plugin"] as? String ?? ""
            )
        }
        var model: Model = ["plugins": rows, "is_empty": rows.isEmpty]
        model["reloaded"] = visit.format.time(registry.reloadedAt)
        // What is said of others' files is not for one of them.
        let failures = visit.principal.connections == nil ? registry.reloadFailures : []
        model["failures"] = failures.map { failure -> Model in
            var model: Model = ["failure_text": Parts.sentence(failure.message)]
            model["failure_at"] = visit.format.time(failure.at)
            return model
        }
        model["empty"] =
            [
                "heading": "No plugin was found",
                "text": "The plugins that come with Fairlead stand beside the program; plugins.paths names other folders.",
            ] as Model
        return .page(Page("Plugins", .plugins, content: visit.render("plugins", model)))
    }

    static let templates = [
        "plugins": #"""
        <div class="title"><h1>Plugins</h1><span class="soft">{{#reloaded}}changes last taken over {{>time}}{{/reloaded}}{{^reloaded}}as they were when the host began{{/reloaded}}</span></div>
        <div id="plugins" data-live>
        {{#failures}}<p class="said bad">A change was not taken over ({{#failure_at}}{{>time}}{{/failure_at}}): {{failure_text}} The host goes on with what it had.</p>{{/failures}}
        {{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{^is_empty}}<div class="card list"><table class="cards"><caption class="sr">Plugins, those in use first</caption>
        <thead><tr><th scope="col">Plugin</th><th scope="col">For</th><th scope="col">Version</th><th scope="col">Used by</th><th scope="col">Its cases</th></tr></thead>
        <tbody>{{#plugins}}<tr id="{{plugin}}"><td data-label="Plugin" class="strong">{{plugin}}</td><td data-label="For">{{plugin_title}} <span class="chip">{{plugin_kind}}</span></td><td data-label="Version">{{plugin_version}}</td>
        <td data-label="Used by"><span>{{#users}}<a href="{{user_href}}">{{user}}</a> {{/users}}{{#more_users}}<a href="{{more_href}}">{{more_text}}</a> {{/more_users}}{{notified}}{{#is_unused}}<span class="soft">nobody</span>{{/is_unused}}</span></td>
        <td data-label="Its cases"><span>{{#cases}}{{#is_none}}<span class="soft">none</span>{{/is_none}}{{^is_none}}{{case_count}} {{#is_tried}}<span class="chip good">pass</span>{{/is_tried}}{{^is_tried}}<span class="soft">not tried: nobody uses it</span>{{/is_tried}}{{/is_none}}{{/cases}}{{#refused}} <span class="chip bad">change refused</span> {{refused_text}}{{/refused}}</span></td></tr>
        {{/plugins}}</tbody></table></div>{{/is_empty}}
        </div>
        """#
    ]
}
