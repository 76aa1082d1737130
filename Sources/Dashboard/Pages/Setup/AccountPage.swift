import Pipeline
import Screening
import Web

/// One account: whether its key is taken, what can be ordered, and what is.
enum AccountPage {
    static let handlers = [
        PageHandler.get("/accounts/{id}") { visit in try await page(visit) },
        PageHandler.post("/accounts/{id}/check", .operate) { visit in
            let id = visit.parameter("id")
            let account = try await visit.post("accounts", id, "check")
            let isWell = account["problem"]?.isNull ?? true
            return .seeOther("/accounts/\(PercentEncoding.text(id))?done=\(isWell ? "check" : "checked")")
        },
        PageHandler.post("/accounts/{id}/pause", .operate) { visit in try await command(visit, "pause") },
        PageHandler.post("/accounts/{id}/resume", .operate) { visit in try await command(visit, "resume") },
    ]

    private static func command(_ visit: Visit, _ name: String) async throws -> Reply {
        let id = visit.parameter("id")
        try await visit.post("accounts", id, name, body: visit.note)
        return .seeOther("/accounts/\(PercentEncoding.text(id))?done=\(name)")
    }

    private static func page(_ visit: Visit) async throws -> Reply {
        let id = visit.parameter("id")
        // There are few: the list has all that one would say of itself.
        guard let shown = try await visit.get("accounts")["items"]?.items?.first(where: { $0["id"]?.text == id }) else {
            throw ProblemDocument(404, "not_found", "Not found", "there is no such account")
        }
        let orders = try await visit.get("orders", query: [("account", id), ("limit", "200")])["items"]?.items ?? []
        var model = Contact.row(shown, try await Contact.Known(visit), visit)
        model["account"] = id
        model["provider"] = visit.site.parts.registry.account(id)?.provider.manifest.title ?? shown["provider"]?.text ?? ""
        let packages = try await Packages.model(id, orders, visit)
        model["checks"] = SetupChecks.account(shown, orders, isListed: packages["no_list"] == nil, visit)
        model["facts"] = facts(shown, visit)
        model["packages"] = packages
        if shown["capabilities"]?["webhooks"]?.boolean == true, let origin = visit.site.parts.publicURL {
            model["addresses"] = ["below": origin + "/providers/" + PercentEncoding.text(id) + "/"] as Model
        }
        model["orders_href"] = "/orders?" + FormEncoding.text([("account", id)])
        model["events_href"] = "/events?" + FormEncoding.text([("account", id)])
        // What an account hears is about all who order from it.
        if visit.principal.connections == nil { model["refusals"] = try await Contact.refusals(.account(id), visit) }
        model["actions"] = actions(shown, id, visit)
        model["said"] = visit.said([
            "check": "The provider takes the key. What waited for it goes on.", "pause": "It is paused: nothing is sent to the provider.",
            "resume": "It goes on.",
        ])
        model["wrong"] = visit.query("done") == "checked"
        return .page(Page(id, .accounts, content: visit.render("account", model)))
    }

    /// What can be done through an account, in words.
    private static let capabilities = [
        "packages": "list its packages", "report": "say how an order stands", "webhooks": "send webhooks", "signed_webhooks": "sign them",
        "timestamped_webhooks": "say when it sent them", "find": "find one order", "requests": "list what it has",
        "idempotent_create": "take an order twice and make one",
    ]

    /// How many of those that order from it are named.
    private static let shownUsers = 12

    private static func facts(_ shown: JSON, _ visit: Visit) -> [Model] {
        var facts = Facts()
        facts.add("Provider", shown["provider"]?.text)
        facts.add("Environment", shown["environment"]?.text)
        facts.add("Address", shown["base_url"]?.text, isCode: true)
        facts.add("Read", shown["poll"]?.text.map { Format.every($0) })
        facts.add("Reads at most", shown["results_per_minute"]?.integer.map { "\($0) a minute" })
        facts.add("Last heard", visit.format.time(shown["last_heard_at"]))
        let can = (shown["capabilities"]?.members?.pairs ?? []).filter { $0.value.boolean == true }.map { word in
            capabilities[word.name] ?? word.name.replacing("_", with: " ")
        }
        facts.add("It can", can.joined(separator: ", "))
        facts.add("It cancels", shown["capabilities"]?["cancel"]?.text ?? "not through its interface")
        let users = visit.site.parts.registry.connections.filter {
            $0.accounts.contains(shown["id"]?.text ?? "") && visit.principal.sees(connection: $0.id)
        }
        facts.add("Used by", users.prefix(shownUsers).map(\.id), under: "/connections/")
        if users.count > shownUsers {
            let href = "/connections?" + FormEncoding.text([("account", shown["id"]?.text ?? "")])
            facts.add("And by", "\(Format.number(users.count - shownUsers)) more", href: href)
        }
        return facts.items
    }

    private static func actions(_ shown: JSON, _ id: String, _ visit: Visit) -> [Model] {
        guard visit.may(.operate) else { return [] }
        let path = "/accounts/\(PercentEncoding.text(id))"
        let isPaused = shown["paused"].map { !$0.isNull } ?? false
        var actions = [
            Parts.action(
                "Check now",
                id: "check",
                path: path + "/check",
                question: "Ask the provider whether it takes the key?",
                what: "One call that changes nothing. Where the key is taken, what waited for it goes on at once.",
                tone: "primary",
                takesNote: false
            )
        ]
        // Others may order from it as well. What the host stopped goes on when the key is taken, and not before.
        guard visit.principal.connections == nil, !Contact.isStoppedByHost(shown) else { return actions }
        actions.append(
            isPaused
                ? Parts.action(
                    "Resume",
                    id: "resume",
                    path: path + "/resume",
                    question: "Let \(id) go on?",
                    what: "What waits is sent in the order in which it came in."
                )
                : Parts.action(
                    "Pause",
                    id: "pause",
                    path: path + "/pause",
                    question: "Pause \(id)?",
                    what: "Nothing is sent to the provider, and nothing is asked of it, until it is resumed. What it sends is still taken in."
                )
        )
        return actions
    }

    static let templates = [
        "account": #"""
        <p class="crumb"><a href="/accounts">Accounts</a></p>
        <div class="title"><h1>{{account}}</h1><span class="soft">{{provider}}</span></div>
        {{>said}}{{#wrong}}<p class="said bad" role="status">The provider still does not take the key. Mend it in the settings, reload, and check again.</p>{{/wrong}}
        <div id="account" data-live>
        {{>contact-notes}}
        <div class="two"><section class="card stack"><header><h2>Set-up</h2></header>{{>setup-checks}}{{>actions}}</section>
        <section class="card stack"><header><h2>Facts</h2></header>{{>facts}}<p class="row small"><a href="{{orders_href}}">Its orders</a> <a href="{{events_href}}">Its events</a></p></section></div>
        </div>
        {{#addresses}}<section class="card stack"><header><h2>Where its webhooks come</h2></header>
        <p>Each order gives the provider an address of its own below <code>{{below}}</code>: nothing has to be entered there. Let your proxy pass it on.</p></section>{{/addresses}}
        {{#packages}}{{>packages}}{{/packages}}
        {{#refusals}}{{>refusals}}{{/refusals}}
        """#
    ]
}
