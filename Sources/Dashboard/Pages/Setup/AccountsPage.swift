import Pipeline
import Screening

/// The accounts at providers, each with how it stands.
enum AccountsPage {
    static let handlers = [PageHandler.get("/accounts") { visit in try await page(visit) }]

    private static func page(_ visit: Visit) async throws -> Reply {
        let list = NamedList(visit: visit, path: "/accounts", filters: ["stands"], noun: "accounts")
        let accounts = try await visit.get("accounts")["items"]?.items ?? []
        let issues = try await Contact.Known(visit)
        let rows = accounts.map { row($0, issues, visit) }
        let found = list.matching(Contact.standing(rows, as: visit.query("stands"))) { row in
            ["account", "provider", "environment"].compactMap { row[$0] as? String }
        }
        var model: Model = [
            "accounts": Array(list.part(of: found)), "is_empty": found.isEmpty, "facet_sets": [Contact.standing(rows, list)].compactMap(\.self),
            "empty": list.list.empty(
                ("No account yet", "An account is credentials at one provider: write it under accounts in the settings file and reload.", nil)
            ),
        ]
        model.merge(list.model(matching: found.count, of: accounts.count))
        return .page(Page("Accounts", .accounts, content: visit.render("accounts", model)))
    }

    private static func row(_ account: JSON, _ issues: Contact.Known, _ visit: Visit) -> Model {
        let id = account["id"]?.text ?? ""
        var row = Contact.row(account, issues, visit)
        row["account_href"] = "/accounts/" + PercentEncoding.text(id)
        row["account"] = id
        row["provider"] = account["provider"]?.text ?? ""
        row["environment"] = account["environment"]?.text ?? ""
        // Who sends nothing is not heard.
        let sends = visit.site.parts.registry.account(id)?.capabilities.webhooks ?? true
        row["unheard"] = sends ? "never" : "it is asked"
        row["poll"] = account["poll"]?.text.map { Format.every($0) } ?? ""
        return row
    }

    static let templates = [
        "accounts": #"""
        <div class="title"><h1>Accounts</h1><span class="soft">credentials at one provider each</span></div>
        {{>facet-sets}}
        <div id="accounts" data-live>
        {{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{^is_empty}}<div class="card list"><table class="cards"><caption class="sr">Accounts by name</caption>
        <thead><tr><th scope="col">Account</th><th scope="col">Provider</th><th scope="col">Environment</th><th scope="col">Read</th><th scope="col">Last heard</th><th scope="col">How it stands</th></tr></thead>
        <tbody>{{#accounts}}<tr><td data-label="Account"><a href="{{account_href}}" data-row class="strong">{{account}}</a></td><td data-label="Provider">{{provider}}</td><td data-label="Environment">{{environment}}</td><td data-label="Read">{{poll}}</td>
        <td data-label="Last heard">{{#heard}}{{>time}}{{/heard}}{{^heard}}<span class="soft">{{unheard}}</span>{{/heard}}</td><td data-label="Stands">{{>contact}}</td></tr>
        {{/accounts}}</tbody></table>{{#parts}}{{>parts}}{{/parts}}</div>{{/is_empty}}
        </div>
        """#
    ]
}
