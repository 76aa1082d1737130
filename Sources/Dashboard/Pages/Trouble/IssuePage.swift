import Screening

/// One cause: what it means, what it holds up, what to do, and what people did about it.
enum IssuePage {
    static let handlers = [
        PageHandler.get("/issues/{id}") { visit in try await page(visit) },
        PageHandler.post("/issues/{id}/snooze", .operate) { visit in
            guard let hours = Int(visit.field("hours") ?? "24"), (1...8760).contains(hours) else {
                throw ProblemDocument(422, "invalid_hours", "Not possible", "an issue is put off by 1 to 8,760 hours; nothing was done")
            }
            var body = visit.note
            body["until"] = .string((visit.now + .seconds(hours * 3600)).iso8601)
            return try await command(visit, "snooze", body)
        },
        PageHandler.post("/issues/{id}/resolve", .operate) { visit in
            let issue = try await visit.post("issues", visit.parameter("id"), "resolve", body: visit.note)
            let isPresent = issue["cause_present"]?.boolean ?? false
            return .seeOther("/issues/\(visit.parameter("id"))?done=\(isPresent ? "present" : "resolve")")
        },
        PageHandler.post("/issues/{id}/note", .operate) { visit in
            var body = visit.note
            if visit.fields("owner").first != nil { body["owner"] = .string(visit.field("owner") ?? "") }
            return try await command(visit, "note", body)
        },
    ]

    private static func command(_ visit: Visit, _ name: String, _ body: JSON) async throws -> Reply {
        let id = visit.parameter("id")
        try await visit.post("issues", id, name, body: body)
        return .seeOther("/issues/\(id)?done=\(name)")
    }

    private static func page(_ visit: Visit) async throws -> Reply {
        let issue = try await visit.get("issues", visit.parameter("id"))
        let id = issue["id"]?.text ?? ""
        var model = IssuesPage.card(issue, visit)
        model["issue"] = id
        model["facts"] = facts(issue, visit)
        model["commands"] = (issue["commands"]?.items ?? []).compactMap(\.text).map { ["command": $0] as Model }
        model["has_commands"] = issue["commands"]?.items?.isEmpty == false
        model["members"] = members(issue)
        let held = await heldOrders(issue, visit)
        model["held_orders"] = held
        model["has_held"] = !held.isEmpty
        model["docs"] = issue["docs"]?.text ?? ""
        let notes = issue["notes"]?.items ?? []
        model["notes"] = notes.map { note -> Model in
            var model: Model = ["note_by": note["actor"]?["name"]?.text ?? note["actor"]?["kind"]?.text ?? "", "note_text": note["text"]?.text ?? ""]
            model["note_at"] = visit.format.time(note["at"])
            return model
        }
        model["has_notes"] = !notes.isEmpty
        model["notes_withheld"] = (issue["withheld"]?.items ?? []).contains("notes")
        model["actions"] = actions(issue, id, visit)
        model["plans"] = plans(issue, id, visit)
        if visit.may(.operate), issue["state"]?.text != "resolved" { model["snoozing"] = ["id": "snooze", "issue": id] as Model }
        model["said"] = visit.said([
            "snooze": "Nobody is told of it until then.", "resolve": "It is resolved. Should its cause return, it opens again.",
            "present": "It is resolved, but its cause is still there: it opens again at the next look.", "note": "Noted.",
        ])
        return .page(Page(issue["title"]?.text ?? "Issue", .issues, content: visit.render("issue", model)))
    }

    private static func facts(_ issue: JSON, _ visit: Visit) -> [Model] {
        var facts = Facts()
        facts.add("Opened", visit.format.time(issue["opened_at"]))
        facts.add("First seen", visit.format.time(issue["first_seen_at"]))
        facts.add("Last seen", visit.format.time(issue["last_seen_at"]))
        facts.add("Resolved", visit.format.time(issue["resolved_at"]))
        // What merely goes on is seen once.
        facts.add("How many", issue["count"]?.integer.flatMap { $0 > 1 ? Format.number(Int($0)) : nil })
        for (name, path) in [("connection", "/connections/"), ("account", "/accounts/")] {
            facts.add(
                name == "connection" ? "Connection" : "Account",
                issue[name]?.text,
                href: issue[name]?.text.map { path + PercentEncoding.text($0) }
            )
        }
        facts.add("Plugin or file", issue["plugin"]?.text.map { file in issue["line"]?.integer.map { "\(file):\($0)" } ?? file }, isCode: true)
        facts.add("Hook", issue["hook"]?.text, isCode: true)
        let isWebhook = ["webhook_failing", "webhook_disabled"].contains(issue["kind"]?.text)
        if isWebhook, let webhook = issue["host"]?.text {
            facts.add("Webhook", webhook, href: "/webhooks/" + PercentEncoding.text(webhook))
        } else {
            facts.add("Host", issue["host"]?.text, isCode: true)
        }
        facts.add("Code", issue["code"]?.text, isCode: true)
        facts.add("Seen to by", issue["owner"]?.text)
        return facts.items
    }

    /// Who waits for it: the newest of its orders, as the list of orders shows them.
    private static func heldOrders(_ issue: JSON, _ visit: Visit) async -> [Model] {
        var rows: [Model] = []
        for id in (issue["members"]?["orders"]?.items ?? []).compactMap(\.text).prefix(mostOrders) {
            // One may be gone while its issue is there.
            guard let order = try? await OrderPage.order(id, visit) else { continue }
            var row: Model = [
                "order_href": "/orders/" + id, "order_name": OrderText.name(order) ?? order["external_id"]?.text ?? id,
                "order_state": Parts.state(order["state"]?.text ?? ""), "order_connection": order["connection"]?.text ?? "",
            ]
            if OrderText.name(order) != nil { row["order_external"] = order["external_id"]?.text }
            rows.append(row)
        }
        return rows
    }

    private static let mostOrders = 10

    private static func members(_ issue: JSON) -> [Model] {
        ["orders", "events", "runs"].compactMap { kind in
            let ids = (issue["members"]?[kind]?.items ?? []).compactMap(\.text)
            guard !ids.isEmpty else { return nil }
            let total = Int(issue["holds_up"]?[kind]?.integer ?? 0)
            let shown = ids.count < total ? "the newest \(ids.count) of \(Format.number(total))" : Format.number(total)
            return [
                "member_kind": kind.prefix(1).uppercased() + kind.dropFirst(), "shown": shown,
                "member_links": ids.map { ["member_id": $0, "member_href": "/\(kind)/\($0)"] as Model },
            ]
        }
    }

    private static func actions(_ issue: JSON, _ id: String, _ visit: Visit) -> [Model] {
        guard visit.may(.operate) else { return [] }
        var actions: [Model] = []
        let kind = issue["kind"]?.text.flatMap { IssueKind(rawValue: $0) }
        if kind == .credentialsRefused || kind == .providerAway, issue["state"]?.text != "resolved", let account = issue["account"]?.text {
            actions.append(
                Parts.action(
                    "Check the account now",
                    id: "check",
                    path: "/accounts/\(PercentEncoding.text(account))/check",
                    question: "Ask the provider whether it takes the key?",
                    what: "One call that changes nothing. Where the key is taken, what waited for it goes on at once.",
                    tone: "primary",
                    takesNote: false
                )
            )
        }
        if issue["state"]?.text != "resolved" {
            actions.append(
                Parts.action(
                    "Resolve",
                    id: "resolve",
                    path: "/issues/\(id)/resolve",
                    question: "Is its cause gone?",
                    what: "It leaves the list. Where the cause is still there, it opens again at the next look. Nothing is sent."
                )
            )
        }
        actions.append(
            Parts.action(
                "Note or owner",
                id: "note",
                path: "/issues/\(id)/note",
                question: "What should others know?",
                what: "Kept with the issue, with your name and the time.",
                inputs: [("owner", "Who sees to it; empty for nobody", issue["owner"]?.text ?? "")]
            )
        )
        return actions
    }

    /// What can be done with all that it holds up: a plan first.
    private static func plans(_ issue: JSON, _ id: String, _ visit: Visit) -> [Model] {
        guard visit.may(.operate), issue["state"]?.text != "resolved" else { return [] }
        return IssuePlan.verbs(issue).map { verb, title in
            ["plan_name": title, "plan_href": PlanPage.link(verb, IssuePlan.filters(issue) + [("issue", id)])]
        }
    }

    static let templates = [
        "issue": #"""
        <p class="crumb"><a href="/issues">Issues</a></p>
        <div class="title"><h1>{{issue_title}}</h1>{{#issue_state}}{{>state}}{{/issue_state}}</div>
        {{>said}}
        <div id="issue" data-live>
        <div class="two"><div>
        <section class="card stack"><p class="sentence">{{issue_means}}{{#began}} <strong>{{began_text}}</strong>{{/began}}</p>
        <p>{{#holds_up}}Holds up {{holds_up}}. {{/holds_up}}{{issue_effect}}</p>
        {{#snoozed}}<p class="soft">Snoozed; back {{>time}}.</p>{{/snoozed}}</section>
        <section class="card stack"><header><h2>What to do</h2></header><p>{{issue_advice}}</p>
        {{#has_commands}}<details id="commands"><summary>On the command line</summary>{{#commands}}<pre tabindex="0" aria-label="Command">{{command}}</pre>{{/commands}}<p class="small soft">More in {{docs}}</p></details>{{/has_commands}}
        <div class="actions">{{#plans}}<a class="button" href="{{plan_href}}">{{plan_name}}</a>{{/plans}}{{#actions}}{{>action}}{{/actions}}
        {{#snoozing}}<details class="act"><summary>Snooze</summary><div class="panel"><form method="post" action="/issues/{{issue}}/snooze">{{>form}}
        <h2>Who knows of it needs no reminder</h2><p>Nobody is told of it before then. It stays in this list, and what it holds up still waits.</p>
        <div class="field"><label for="snooze-hours">For how long</label><select id="snooze-hours" name="hours"><option value="1">an hour</option><option value="4">four hours</option><option value="24" selected>a day</option><option value="168">a week</option></select></div>
        {{>note}}<div class="actions"><button class="primary" type="submit">Snooze</button>{{>not-now}}</div></form></div></details>{{/snoozing}}
        </div></section>
        {{#has_held}}<section class="card stack"><header><h2>Who waits</h2></header>{{#held_orders}}<p class="row"><a class="strong" href="{{order_href}}">{{order_name}}</a>{{#order_external}} <span class="soft">{{order_external}}</span>{{/order_external}} {{#order_state}}{{>state}}{{/order_state}} <span class="small soft">{{order_connection}}</span></p>{{/held_orders}}</section>{{/has_held}}
        {{#members}}<section class="card stack"><header><h2>{{member_kind}}</h2><span class="soft small">{{shown}}</span></header><p class="row">{{#member_links}}<a class="mono" href="{{member_href}}">{{member_id}}</a> {{/member_links}}</p></section>{{/members}}
        </div><div><section class="card"><header><h2>Facts</h2></header>{{>facts}}</section>
        <section class="card stack"><header><h2>Notes</h2></header>{{^has_notes}}<p class="soft">{{#notes_withheld}}Notes take the scope read_personal.{{/notes_withheld}}{{^notes_withheld}}None yet.{{/notes_withheld}}</p>{{/has_notes}}
        {{#notes}}<div class="note"><p>{{note_text}}</p><p class="small">{{note_by}}, {{#note_at}}{{>time}}{{/note_at}}</p></div>{{/notes}}</section></div></div>
        </div>
        """#
    ]
}
