import HTTPTypes
import Screening

/// One endpoint: what was delivered to it, what comes next, and its secrets.
enum WebhookPage {
    static let handlers = [
        PageHandler.get("/webhooks/{id}") { visit in try await page(visit) },
        PageHandler.post("/webhooks/{id}/test", .admin) { visit in
            try await visit.post("webhooks", visit.parameter("id"), "test")
            return back(visit, "test")
        },
        PageHandler.post("/webhooks/{id}/rotate", .admin) { visit in
            let webhook = try await visit.send(.post, "webhooks", visit.parameter("id"), "rotate", body: [:])
            return secret(webhook, visit, isNew: false)
        },
        PageHandler.post("/webhooks/{id}/address", .admin) { visit in
            var body = visit.note
            body["url"] = .string(visit.field("url")?.trimmed ?? "")
            try await visit.post("webhooks", visit.parameter("id"), "enable", body: body)
            return back(visit, "address")
        },
        PageHandler.post("/webhooks/{id}/enable", .admin) { visit in
            try await visit.post("webhooks", visit.parameter("id"), "enable", body: visit.note)
            return back(visit, "enable")
        },
        PageHandler.post("/webhooks/{id}/disable", .admin) { visit in
            try await visit.post("webhooks", visit.parameter("id"), "disable", body: visit.note)
            return back(visit, "disable")
        },
        PageHandler.post("/webhooks/{id}/redeliver", .admin) { visit in
            let body: JSON = visit.field("delivery").map { ["delivery": .string($0)] } ?? ["missed": true]
            try await visit.post("webhooks", visit.parameter("id"), "redeliver", body: body)
            return back(visit, "redeliver")
        },
    ]

    private static func back(_ visit: Visit, _ done: String) -> Reply {
        .seeOther("/webhooks/\(PercentEncoding.text(visit.parameter("id")))?done=\(done)")
    }

    /// The page that shows a secret the only time that it is shown.
    static func secret(_ webhook: JSON, _ visit: Visit, isNew: Bool) -> Reply {
        var model = WebhooksPage.row(webhook, visit)
        model["secret"] = webhook["secret"]?.text ?? webhook["public_key"]?.text ?? ""
        model["is_public"] = webhook["secret"] == nil
        model["is_new"] = isNew
        return .page(Page("The secret of \(webhook["id"]?.text ?? "")", .webhooks, isLive: false, content: visit.render("webhook-secret", model)))
    }

    private static func page(_ visit: Visit) async throws -> Reply {
        let id = visit.parameter("id")
        let webhook = try await visit.get("webhooks", id)
        let list = ListView(visit: visit, path: "/webhooks/" + PercentEncoding.text(id), filters: [("state", "state")])
        let answer = try await visit.get("webhooks", id, "deliveries", query: list.query)
        let deliveries = answer["items"]?.items ?? []
        var model = WebhooksPage.row(webhook, visit)
        model["facts"] = facts(webhook, visit)
        model["facet_sets"] = [list.facets("State", "state", ["pending", "delivered", "failed", "missed"].map { ($0, $0) })]
        model["deliveries"] = deliveries.map { delivery($0, id, visit) }
        model["is_empty"] = deliveries.isEmpty
        model["empty"] = list.empty(("Nothing was delivered yet", "A test shows whether it arrives.", nil))
        if let pager = list.pager(answer) { model["pager"] = pager }
        model["actions"] = actions(webhook, id, visit)
        model["said"] = visit.said([
            "test": "A test is on its way: it shows below.", "redeliver": "It is on its way again.",
            "address": "What happens, and what still waits to be sent, goes to this address from now on.",
            "enable": "It is told from now on. To send what it missed, use “Redeliver what it missed”.",
            "disable": "Nothing is sent there. What happens meanwhile is kept for 30 days, to be sent once it is enabled again.",
        ])
        return .page(Page(id, .webhooks, content: visit.render("webhook", model)))
    }

    private static func facts(_ webhook: JSON, _ visit: Visit) -> [Model] {
        var facts = Facts()
        facts.add("Address", webhook["url"]?.text, isCode: true)
        facts.add("Told of", (webhook["events"]?.items ?? []).compactMap(\.text).map { $0 == "*" ? "everything" : $0 }.joined(separator: ", "))
        let connections = webhook["connections"]?.items?.compactMap(\.text) ?? []
        facts.add(
            "Connections",
            connections.prefix(24).joined(separator: ", ") + (connections.count > 24 ? " and \(Format.number(connections.count - 24)) more" : "")
        )
        facts.add("Signed with", webhook["signature"]?.text)
        for (index, key) in (webhook["keys"]?.items ?? []).enumerated() {
            facts.add(index == 0 ? "Key of" : "Older key ends", visit.format.time(index == 0 ? key["created_at"] : key["expires_at"]))
        }
        facts.add("Fails since", visit.format.time(webhook["failing_since"]))
        facts.add("Asked to wait until", visit.format.time(webhook["throttled_until"]))
        facts.add("Made by", webhook["from"]?.text == "settings" ? "the settings file, under notifiers" : "the API")
        return facts.items
    }

    private static func delivery(_ delivery: JSON, _ id: String, _ visit: Visit) -> Model {
        let delivered = delivery["id"]?.text ?? ""
        let state = delivery["state"]?.text ?? ""
        var row: Model = [
            "delivery": delivered, "delivery_type": delivery["type"]?.text ?? "",
            "delivery_attempts": String(delivery["attempt"]?.integer ?? 0), "delivery_answer": delivery["status"]?.integer.map { String($0) } ?? "",
        ]
        // What it answered is the status already.
        if let error = delivery["error"]?.text, error != delivery["status"]?.integer.map({ "it answered \($0)" }) { row["delivery_error"] = error }
        let about = subject(delivery["about"]?.text ?? "")
        row["delivery_about"] = about
        if let href = AuditPage.subject(about) { row["about_link"] = ["about_href": href] as Model }
        row["delivery_state"] = ["tone": state == "delivered" ? "good" : state == "pending" ? "plain" : "bad", "label": state] as Model
        row["delivery_at"] = visit.format.time(delivery["created_at"])
        row["delivery_next"] = visit.format.time(delivery["next_attempt_at"])
        if visit.may(.admin), ["failed", "missed", "delivered"].contains(state) {
            row["again"] = Parts.action(
                "Redeliver",
                id: delivered,
                path: "/webhooks/\(PercentEncoding.text(id))/redeliver",
                question: "Send it again?",
                what: "The same notice under the same webhook-id, now. The receiver can tell that it is the same.",
                hidden: [("delivery", delivered)],
                takesNote: false
            )
        }
        return row
    }

    /// The thing itself, where a notice has an identifier of its own about it: `ntf_run_01…_1_dead_letter`.
    static func subject(_ about: String) -> String {
        guard about.hasPrefix("ntf_") else { return about }
        // At its end stand a number, which tells several notices apart, and the kind's last word.
        let words = about.dropFirst(4).split(separator: "_", omittingEmptySubsequences: false)
        guard let mark = words.lastIndex(where: { Int64($0) != nil }), mark > words.startIndex else { return about }
        return words[..<mark].joined(separator: "_")
    }

    private static func actions(_ webhook: JSON, _ id: String, _ visit: Visit) -> [Model] {
        guard visit.may(.admin) else { return [] }
        let path = "/webhooks/\(PercentEncoding.text(id))"
        var actions = [
            Parts.action(
                "Test",
                id: "test",
                path: path + "/test",
                question: "Send a test?",
                what: "One signed notice of the kind test, now.",
                tone: "primary",
                takesNote: false
            ),
            Parts.action(
                "Redeliver what it missed",
                id: "missed",
                path: path + "/redeliver",
                question: "Send everything again that failed or was missed?",
                what: "Oldest first, up to 200 at a time, each under its own webhook-id.",
                takesNote: false
            ),
        ]
        guard webhook["from"]?.text != "settings" else { return actions }
        let isEnabled = webhook["enabled"]?.boolean ?? true
        if !isEnabled {
            let enable = Parts.action(
                "Enable",
                id: "enable",
                path: path + "/enable",
                question: "Send there again?",
                what:
                    "It is told of what happens from now on, at \(webhook["url"]?.text ?? "its address"). What it missed is kept, and is sent when you say so.",
                tone: "primary"
            )
            actions.insert(enable, at: 0)
        }
        actions.append(
            Parts.action(
                "Change the address",
                id: "address",
                path: path + "/address",
                question: "Where is it now?",
                what:
                    "What happens, and what still waits to be sent, goes there from now on, and the webhook is enabled. Its secret and the events it is told of do not change.",
                inputs: [("url", "Address, https", webhook["url"]?.text ?? "")]
            )
        )
        actions.append(
            Parts.action(
                "Rotate the secret",
                id: "rotate",
                path: path + "/rotate",
                question: "Give it a new secret?",
                what: "The new one is shown once, on the next page. The old one signs beside it for a day, so that the receiver can change over.",
                takesNote: false
            )
        )
        if isEnabled {
            actions.append(
                Parts.action(
                    "Disable",
                    id: "disable",
                    path: path + "/disable",
                    question: "Send nothing there?",
                    what: "What happens meanwhile is kept for 30 days, to be sent once it is enabled again."
                )
            )
        }
        return actions
    }

    static let templates = [
        "webhook": #"""
        <p class="crumb"><a href="/webhooks">Webhooks</a></p>
        <div class="title"><h1>{{webhook}}</h1>{{#stands}}{{>state}}{{/stands}}</div>
        {{>said}}
        {{#why}}<p class="said bad">{{why}}</p>{{/why}}
        <section class="card stack">{{>facts}}{{>actions}}</section>
        {{>facet-sets}}
        <div id="deliveries" data-live>
        {{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{^is_empty}}<div class="card list"><table class="cards"><caption class="sr">Deliveries, newest first</caption>
        <thead><tr><th scope="col">Given out</th><th scope="col">What</th><th scope="col">About</th><th scope="col">State</th><th scope="col">Answer</th><th scope="col">Next try</th><th scope="col"><span class="sr">Again</span></th></tr></thead>
        <tbody>{{#deliveries}}<tr><td data-label="Given out">{{#delivery_at}}{{>time}}{{/delivery_at}}</td><td data-label="What"><code>{{delivery_type}}</code></td><td data-label="About" class="mono">{{#about_link}}<a href="{{about_href}}">{{delivery_about}}</a>{{/about_link}}{{^about_link}}{{delivery_about}}{{/about_link}}</td>
        <td data-label="State"><span>{{#delivery_state}}{{>state}}{{/delivery_state}} <span class="soft small">tries: {{delivery_attempts}}</span></span></td><td data-label="Answer">{{delivery_answer}}{{#delivery_error}} {{delivery_error}}{{/delivery_error}}</td>
        <td data-label="Next try">{{#delivery_next}}{{>time}}{{/delivery_next}}</td><td data-label="">{{#again}}{{>action}}{{/again}}</td></tr>{{/deliveries}}</tbody></table>{{#pager}}{{>pager}}{{/pager}}</div>{{/is_empty}}
        </div>
        """#,
        "webhook-secret": #"""
        <p class="crumb"><a href="{{webhook_href}}">{{webhook}}</a></p>
        <div class="title"><h1>{{#is_new}}{{webhook}} is told from now on{{/is_new}}{{^is_new}}{{webhook}} has a new secret{{/is_new}}</h1></div>
        <section class="card stack"><p class="sentence">{{#is_public}}Verify what it is sent with this public key.{{/is_public}}{{^is_public}}Copy the secret now: it is not shown again.{{/is_public}}</p>
        <p class="row"><code id="secret" class="strong">{{secret}}</code> <button type="button" data-copy="secret">Copy</button></p>
        <p class="soft small">What it is sent is signed as Standard Webhooks: any library of theirs verifies it.</p>
        <p><a class="button" href="{{webhook_href}}">On to {{webhook}}</a></p></section>
        """#,
    ]
}
