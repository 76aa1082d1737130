import Screening
import Web

/// The settings as they hold, each with where it comes from. Of secrets a fingerprint alone.
enum SettingsPage {
    static let handlers = [
        PageHandler.get("/settings") { visit in
            guard visit.may(.operate) || visit.may(.admin) else {
                return .page(Page("Settings", .settings, content: visit.render("settings-withheld", ["reason": "take the scope operate or admin"])))
            }
            guard visit.principal.connections == nil else {
                return .page(
                    Page(
                        "Settings",
                        .settings,
                        content: visit.render("settings-withheld", ["reason": "are about more than the connections that you see"])
                    )
                )
            }
            return .page(Page("Settings", .settings, content: visit.render("settings", try model(visit))))
        }
    ]

    /// What there may be very many of: each by its name in the address, and the section that it stands in.
    private static let named = [("connection", "connections."), ("account", "accounts."), ("notifier", "notifiers.")]

    /// - Throws: ``ProblemDocument`` 404 where the address names something that is not set.
    private static func model(_ visit: Visit) throws -> Model {
        let settings = visit.site.settings
        let names = settings.map(\.section).unique
        let ofSection = Dictionary(grouping: settings, by: \.section)
        func sections(_ names: some Sequence<String>) -> [Model] { names.map { ["section": $0, "settings": (ofSection[$0] ?? []).map(row)] } }
        if let (name, prefix) = named.first(where: { visit.query($0.0) != nil }), let id = visit.query(name) {
            guard ofSection[prefix + id] != nil else { throw ProblemDocument(404, "not_found", "Not found", "the settings have no such \(name)") }
            return ["sections": sections([prefix + id]), "is_one": true]
        }
        let isMany = { (section: String) in named.contains { section.hasPrefix($0.1) } }
        let many = names.filter(isMany)
        let list = NamedList(visit: visit, path: "/settings", noun: "connections, accounts and notifiers")
        guard many.count > NamedList.few || visit.query("name") != nil else { return whole(sections(names), visit) }
        let found = list.matching(many) { [$0] }
        var model = whole(sections(names.filter { !isMany($0) }), visit)
        model["many"] = list.part(of: found).map { section -> Model in
            let (kind, prefix) = named.first { section.hasPrefix($0.1) } ?? ("", "")
            let own = ofSection[section] ?? []
            return [
                "many_section": section, "many_href": "/settings?" + FormEncoding.text([(kind, String(section.dropFirst(prefix.count)))]),
                "many_what": own.first { ["plugin", "provider"].contains($0.name) }?.value ?? "",
                "many_origin": own.compactMap(\.origin).first ?? "default",
                "many_count": String(own.count),
            ]
        }
        model["has_many"] = true
        model["facet_sets"] = [Model]()
        model["none_found"] = found.isEmpty
        model.merge(list.model(matching: found.count, of: many.count))
        return model
    }

    private static func whole(_ sections: [Model], _ visit: Visit) -> Model {
        var model: Model = ["sections": sections, "is_empty": visit.site.settings.isEmpty]
        if let signer = visit.site.parts.signingSecret().flatMap({ CaseFile.Signer($0) }) {
            model["signer"] = ["public_key": signer.publicKey] as Model
        }
        return model
    }

    private static func row(_ setting: ShownSetting) -> Model {
        [
            "setting": setting.name, "value": setting.value.replacing("`", with: ""), "origin": setting.origin ?? "default",
            "is_default": setting.origin == nil, "is_secret": setting.isSecret, "note": setting.note.replacing("`", with: ""),
            "is_unset": setting.value.isEmpty,
        ]
    }

    static let templates = [
        "settings": #"""
        <div class="title"><h1>Settings</h1><span class="soft">as they hold now, and where each comes from</span><span class="as-of"><a href="/hold">Hold everything, or let go</a></span></div>
        {{#is_empty}}<div class="card"><div class="empty"><strong>No settings file</strong>The host was put together by a program, not from a file.</div></div>{{/is_empty}}
        {{#is_one}}<p class="crumb"><a href="/settings">All settings</a></p>{{/is_one}}
        {{#sections}}<section class="card list"><header><h2>{{section}}</h2></header><table class="cards dense"><caption class="sr">Settings of {{section}}</caption>
        <thead><tr><th scope="col">Key</th><th scope="col">Value</th><th scope="col">From</th></tr></thead>
        <tbody>{{#settings}}<tr><td data-label="Key"><code title="{{note}}">{{setting}}</code></td><td data-label="Value"><span>{{#is_unset}}<span class="soft">not set</span>{{/is_unset}}{{^is_unset}}<code>{{value}}</code>{{/is_unset}}{{#is_secret}} <span class="chip">secret</span>{{/is_secret}}</span></td>
        <td data-label="From">{{#is_default}}<span class="soft">default</span>{{/is_default}}{{^is_default}}<code>{{origin}}</code>{{/is_default}}</td></tr>{{/settings}}</tbody></table></section>{{/sections}}
        {{#has_many}}<section aria-labelledby="many-title"><div class="title"><h2 id="many-title">Connections, accounts, notifiers</h2><span class="soft">each has a page of its settings</span></div>{{>facet-sets}}
        <div class="card list">{{#none_found}}<div class="empty"><strong>Nothing has this in its name</strong><a href="/settings">Show all</a></div>{{/none_found}}
        {{^none_found}}<table class="cards dense"><caption class="sr">Connections, accounts and notifiers of the settings, by name</caption>
        <thead><tr><th scope="col">Name</th><th scope="col">What</th><th scope="col">Settings</th><th scope="col">From</th></tr></thead>
        <tbody>{{#many}}<tr><td data-label="Name"><a href="{{many_href}}" data-row><code>{{many_section}}</code></a></td><td data-label="What">{{many_what}}</td><td data-label="Settings" class="number">{{many_count}}</td><td data-label="From"><code>{{many_origin}}</code></td></tr>
        {{/many}}</tbody></table>{{#parts}}{{>parts}}{{/parts}}{{/none_found}}</div></section>{{/has_many}}
        {{#signer}}<section class="card stack"><header><h2>Case files</h2></header><p>This host signs its case files; whoever is given one compares its key with this before they trust it.</p>
        <pre tabindex="0" aria-label="Public key">{{public_key}}</pre></section>{{/signer}}
        <p class="soft small">Of a secret a fingerprint is shown: the same secret has the same one, and it says nothing of the secret.</p>
        """#,
        "settings-withheld": #"""
        <div class="title"><h1>Settings</h1></div><div class="card"><div class="empty"><strong>Not for this sign-in</strong>The settings {{reason}}.</div></div>
        """#,
    ]
}
