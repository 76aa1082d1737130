import HTTPTypes
import Pipeline
import Screening
import Web

/// What stands round every page: search, navigation, what needs a person, how fresh it is, who is signed in.
enum Layout {
    /// The page as a whole document.
    static func html(_ page: Page, _ visit: Visit) async throws -> String {
        let open = try await visit.site.parts.issues.counts(for: visit.principal.connections)[.open] ?? 0
        let sections = Section.Group.allCases.map { group -> Model in
            ["group": group.rawValue, "sections": Section.allCases.filter { $0.group == group }.map { link($0, page, open) }]
        }
        let keys = JSON(texts: Dictionary(Section.allCases.compactMap { section in section.key.map { (String($0), section.path) } }) { $1 })
        var model: Model = [
            "title": page.title, "style": Asset.style.path, "script": Asset.script.path, "icon": Asset.icon.path, "groups": sections,
            "content": page.content, "viewer": visit.viewer.name, "can_sign_out": visit.viewer.isSession,
            "refresh": page.isLive ? "1" : "0", "keys": String(decoding: keys.bytes(), as: UTF8.self),
            "now_clock": Format.clock(visit.now) + " UTC", "version": visit.site.parts.version, "searched": visit.query("q") ?? "",
            "key_list": Section.allCases.compactMap { section in section.key.map { ["letter": String($0), "name": section.name] as Model } },
            "can_search": visit.may(.readPersonal),
        ]
        model["ribbon_text"] = visit.site.ribbon
        model.merge(try await visit.site.notice.value().model(visit))
        return visit.render("layout", model)
    }

    private static func link(_ section: Section, _ page: Page, _ open: Int) -> Model {
        var link: Model = ["href": section.path, "name": section.name, "is_current": section == page.section]
        if section == .issues { link["issues"] = ["open": String(open), "is_none": open == 0] as Model }
        return link
    }

    static let templates = [
        "layout": #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{title}} · Fairlead</title>
        <link rel="icon" href="{{icon}}" type="image/svg+xml">
        <link rel="stylesheet" href="{{style}}">
        <script src="{{script}}" defer></script>
        </head>
        <body data-refresh="{{refresh}}" data-keys="{{keys}}">
        <a class="skip" href="#main">Skip to the content</a>
        {{#ribbon_text}}<aside class="ribbon" aria-label="Environment">{{ribbon_text}}: no real screenings</aside>{{/ribbon_text}}
        <header class="top">
        <a class="brand" href="/">{{>mark}}Fairlead</a>
        <form class="find" action="/orders" method="get" role="search" data-csrf="{{csrf}}">
        <label class="sr" for="search">Find an order</label>
        <input id="search" type="search" name="q" value="{{searched}}" placeholder="{{#can_search}}Name, e-mail, telephone, {{/can_search}}external id, reference or id" autocomplete="off" spellcheck="false">
        <span class="key" aria-hidden="true">/</span>
        </form>
        <div class="who"><span class="name">{{viewer}}</span>
        {{#can_sign_out}}<form method="post" action="/logout"><input type="hidden" name="csrf" value="{{csrf}}"><button class="plain" type="submit">Sign out</button></form>{{/can_sign_out}}
        </div>
        </header>
        <div class="frame">
        <nav class="side" aria-label="Pages">
        {{#groups}}<div class="group" aria-hidden="true">{{group}}</div><ul>
        {{#sections}}<li><a href="{{href}}"{{#is_current}} aria-current="page"{{/is_current}}>{{name}}{{#issues}} <span class="count" id="issue-count"{{#is_none}} hidden{{/is_none}}>{{open}}</span>{{/issues}}</a></li>
        {{/sections}}</ul>{{/groups}}
        </nav>
        <main class="main" id="main" tabindex="-1">
        {{>host-notice}}
        {{{content}}}
        </main>
        </div>
        <footer class="foot">
        <span>as of <span id="as-of">{{now_clock}}</span> · <span id="live-state" class="live-state" role="status">as loaded</span></span>
        <span>Times in sentences are in UTC</span>
        <span>Fairlead {{version}}</span>
        <button class="plain" type="button" id="show-keys" hidden>Keys <span class="key">?</span></button>
        </footer>
        <dialog id="keys" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <dl class="facts">
        <dt><span class="key">/</span></dt><dd>Find an order</dd>
        <dt><span class="key">j</span> <span class="key">k</span></dt><dd>Next, previous row</dd>
        {{#key_list}}<dt><span class="key">g</span> <span class="key">{{letter}}</span></dt><dd>{{name}}</dd>
        {{/key_list}}<dt><span class="key">?</span></dt><dd>This list</dd>
        <dt><span class="key">Esc</span></dt><dd>Close</dd>
        </dl>
        <p class="row small"><input id="keys-work" type="checkbox" checked> <label for="keys-work">These keys work in this browser</label></p>
        <form method="dialog" class="actions"><button type="submit">Close</button></form>
        </dialog>
        </body>
        </html>
        """#,
        "mark": #"""
        <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><circle class="ring" cx="12" cy="12" r="6"/><path class="rope" d="M1.5 17c5 0 6-5 10.5-5s5.5-5 10.5-5"/></svg>
        """#,
    ]
}
