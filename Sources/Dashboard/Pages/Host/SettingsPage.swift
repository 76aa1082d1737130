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
            return .page(Page("Settings", .settings, content: visit.render("settings", model(visit))))
        }
    ]

    private static func model(_ visit: Visit) -> Model {
        let settings = visit.site.parts.settings()
        let names = settings.map(\.section).unique
        let ofSection = Dictionary(grouping: settings, by: \.section)
        let sections = names.map { name -> Model in ["section": name, "settings": (ofSection[name] ?? []).map(row)] }
        var model: Model = ["sections": sections, "is_empty": settings.isEmpty]
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
        <div class="title"><h1>Settings</h1><span class="soft">as they hold now, and where each comes from</span></div>
        {{#is_empty}}<div class="card"><div class="empty"><strong>No settings file</strong>The host was put together by a program, not from a file.</div></div>{{/is_empty}}
        {{#sections}}<section class="card list"><header><h2>{{section}}</h2></header><table class="cards dense"><caption class="sr">Settings of {{section}}</caption>
        <thead><tr><th scope="col">Key</th><th scope="col">Value</th><th scope="col">From</th></tr></thead>
        <tbody>{{#settings}}<tr><td data-label="Key"><code title="{{note}}">{{setting}}</code></td><td data-label="Value"><span>{{#is_unset}}<span class="soft">not set</span>{{/is_unset}}{{^is_unset}}<code>{{value}}</code>{{/is_unset}}{{#is_secret}} <span class="chip">secret</span>{{/is_secret}}</span></td>
        <td data-label="From">{{#is_default}}<span class="soft">default</span>{{/is_default}}{{^is_default}}<code>{{origin}}</code>{{/is_default}}</td></tr>{{/settings}}</tbody></table></section>{{/sections}}
        {{#signer}}<section class="card stack"><header><h2>Case files</h2></header><p>Those of this host are signed with the key that belongs to this one. Hold a file's key against it before you trust the file.</p>
        <pre tabindex="0" aria-label="Public key">{{public_key}}</pre></section>{{/signer}}
        <p class="soft small">Of a secret a fingerprint is shown: the same secret has the same one, and it says nothing of the secret.</p>
        """#,
        "settings-withheld": #"""
        <div class="title"><h1>Settings</h1></div><div class="card"><div class="empty"><strong>Not for this sign-in</strong>The settings {{reason}}.</div></div>
        """#,
    ]
}
