import HTTPTypes
import Screening
import Web

/// Who is told of what happens by webhook.
enum WebhooksPage {
    static let handlers = [
        PageHandler.get("/webhooks") { visit in try await page(visit) },
        PageHandler.post("/webhooks", .admin) { visit in
            let id = visit.field("name") ?? ""
            guard !id.isEmpty else { throw ProblemDocument(422, "invalid_field", "Not made", "name is missing") }
            let body: JSON = ["url": .string(visit.field("url")?.trimmed ?? ""), "events": ["*"], "enabled": true]
            return WebhookPage.secret(try await visit.send(.put, "webhooks", id, body: body), visit, isNew: true)
        },
    ]

    private static func page(_ visit: Visit) async throws -> Reply {
        let list = NamedList(visit: visit, path: "/webhooks", noun: "endpoints")
        let webhooks = try await visit.get("webhooks")["items"]?.items ?? []
        let found = list.matching(webhooks) { [$0["id"], $0["url"]].compactMap { $0?.text } }
        var model: Model = [
            "webhooks": list.part(of: found).map { row($0, visit) }, "is_empty": found.isEmpty, "facet_sets": [Model](),
            "empty": list.list.empty(
                (
                    "Nobody is told by webhook yet",
                    "An endpoint is told of orders, dead letters and issues as they happen, signed as Standard Webhooks.", nil
                )
            ),
        ]
        model.merge(list.model(matching: found.count, of: webhooks.count))
        if visit.may(.admin) {
            model["actions"] = [
                Parts.action(
                    "Add an endpoint",
                    id: "add",
                    path: "/webhooks",
                    question: "Whom should Fairlead tell?",
                    what: "It is told of everything; fairlead webhook set narrows that. Its secret is shown once, on the next page.",
                    tone: "primary",
                    inputs: [("name", "Name: lower-case letters, digits, - and _", ""), ("url", "Address, https", "")],
                    takesNote: false
                )
            ]
        }
        return .page(Page("Webhooks", .webhooks, content: visit.render("webhooks", model)))
    }

    /// An endpoint as lists show it.
    static func row(_ webhook: JSON, _ visit: Visit) -> Model {
        let id = webhook["id"]?.text ?? ""
        let failures = Int(webhook["failures"]?.integer ?? 0)
        let isEnabled = webhook["enabled"]?.boolean ?? true
        var row: Model = [
            "webhook_href": "/webhooks/" + PercentEncoding.text(id), "webhook": id, "url": webhook["url"]?.text ?? "",
            "told_of": (webhook["events"]?.items ?? []).compactMap(\.text).map { $0 == "*" ? "everything" : $0 }.joined(separator: ", "),
        ]
        if let disabled = webhook["disabled"], !disabled.isNull {
            row["stands"] = ["tone": "bad", "label": "disabled"] as Model
            row["why"] = disabled["message"]?.text ?? ""
        } else if !isEnabled {
            row["stands"] = ["tone": "plain", "label": "switched off"] as Model
        } else if failures > 0 {
            row["stands"] = ["tone": "warn", "label": "\(Format.number(failures)) failed in a row"] as Model
        } else {
            row["stands"] = ["tone": "good", "label": "well"] as Model
        }
        return row
    }

    static let templates = [
        "webhooks": #"""
        <div class="title"><h1>Webhooks</h1><span class="soft">who is told of what happens</span></div>
        {{>facet-sets}}
        <div id="webhooks" data-live>
        {{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{^is_empty}}<div class="card list"><table class="cards"><caption class="sr">Endpoints by name</caption>
        <thead><tr><th scope="col">Endpoint</th><th scope="col">Address</th><th scope="col">Told of</th><th scope="col">How it stands</th></tr></thead>
        <tbody>{{#webhooks}}<tr><td data-label="Endpoint"><a href="{{webhook_href}}" data-row class="strong">{{webhook}}</a></td><td data-label="Address"><code>{{url}}</code></td><td data-label="Told of">{{told_of}}</td>
        <td data-label="Stands"><span>{{#stands}}{{>state}}{{/stands}}{{#why}} <span class="small">{{why}}</span>{{/why}}</span></td></tr>{{/webhooks}}</tbody></table>{{#parts}}{{>parts}}{{/parts}}</div>{{/is_empty}}
        {{>actions}}
        </div>
        """#
    ]
}
