import HTTPTypes
import Screening
import Web

/// Who did what, and whether the record of it is whole.
enum AuditPage {
    static let handlers = [
        PageHandler.get("/audit", .admin) { visit in try await page(visit) },
        PageHandler.get("/audit/export", .admin) { visit in try await export(visit) },
    ]

    private static func list(_ visit: Visit) -> ListView {
        ListView(
            visit: visit,
            path: "/audit",
            filters: [("actor", "actor"), ("action", "action"), ("subject", "subject"), ("since", "since"), ("until", "until")]
        )
    }

    private static func page(_ visit: Visit) async throws -> Reply {
        let list = list(visit)
        let answer = try await look(visit, list.query)
        let entries = answer["items"]?.items ?? []
        let query = FormEncoding.text(list.narrowing)
        var model: Model = [
            "facet_sets": [list.facets("Action", "action", actions + others(visit)), list.spanFacets],
            "entries": entries.map { row($0, list, visit) }, "is_empty": entries.isEmpty,
            "empty": list.empty(("Nothing was recorded yet", "Every command, sign-in and look at personal data is.", nil)),
            "search": list.search("subject", "About"), "export_href": "/audit/export" + (query.isEmpty ? "" : "?" + query),
            "verify_href": "/audit?verify=1",
        ]
        if let pager = list.pager(answer) { model["pager"] = pager }
        if ErasePage.isFor(visit) { model["erased"] = true }
        if visit.query("verify") != nil { model["verified"] = verified(try await visit.get("audit", "verify")) }
        return .page(Page("Audit", .audit, isLive: visit.query("verify") == nil, content: visit.render("audit", model)))
    }

    /// The entries with the reasons that people gave. Where reasons are asked for, other pages go without what people wrote; here it is what the page is for,
    /// and that somebody looked is recorded.
    private static func look(_ visit: Visit, _ query: [(name: String, value: String)]) async throws -> JSON {
        guard let principal = visit.viewer.revealing else { return try await visit.get("audit", query: query) }
        let reason = "looks through the audit (dashboard)"
        return try await visit.site.parts.api.answer(.get, "/audit", query: query, reason: reason, for: principal)
    }

    private static let actions = [
        ("orders.", "orders"), ("order.", "one order"), ("runs.", "runs"), ("events.", "events"), ("issue.", "issues"), ("token.", "tokens"),
        ("session.", "sign-ins"), ("candidate.", "people"), ("webhook.", "endpoints"), ("settings.", "settings"),
    ]

    /// The action that the address names, where it is none of the usual ones.
    private static func others(_ visit: Visit) -> [(String, String)] {
        guard let action = visit.query("action"), !actions.contains(where: { $0.0 == action }) else { return [] }
        return [(action, action)]
    }

    private static func row(_ entry: JSON, _ list: ListView, _ visit: Visit) -> Model {
        let outcome = entry["outcome"]?.text ?? ""
        var row: Model = [
            "seq": entry["seq"]?.integer.map { String($0) } ?? "", "action": entry["action"]?.text ?? "", "said_what": AuditWords.sentence(entry),
            "action_href": list.link("action", entry["action"]?.text), "subject": entry["subject"]?.text ?? "",
            "by": entry["actor"]?["name"]?.text ?? (entry["actor"]?["kind"] == "system" ? "Fairlead" : entry["actor_key"]?.text ?? ""),
            "hash": String((entry["hash"]?.text ?? "").prefix(8)),
            "outcome": ["tone": outcome == "done" ? "good" : outcome == "refused" || outcome == "failed" ? "warn" : "plain", "label": outcome]
                as Model,
            "shown": (entry["details"]?["shown"]?.items ?? []).compactMap(\.text).joined(separator: ", "),
            "said_why": [entry["reason"]?.text, entry["note"]?.text].compactMap(\.self).joined(separator: "; "),
        ]
        row["at"] = visit.format.time(entry["at"])
        if let href = subject(entry["subject"]?.text) { row["subject_link"] = ["subject_href": href] as Model }
        return row
    }

    /// Where a subject has a page of its own.
    static func subject(_ id: String?) -> String? {
        guard let id else { return nil }
        let places = ["ord_": "/orders/", "evt_": "/events/", "run_": "/runs/", "iss_": "/issues/", "blk_": "/bulk/", "ers_": "/erasures/"]
        return places.first { id.hasPrefix($0.key) }.map { $0.value + PercentEncoding.text(id) }
    }

    private static func verified(_ answer: JSON) -> Model {
        let head = answer["head"]
        return [
            "is_ok": answer["ok"]?.boolean ?? false, "entry_count": Format.number(Int(answer["entries"]?.integer ?? 0)),
            "head_text": "\(head?["seq"]?.integer ?? 0):\(head?["hash"]?.text ?? "")",
            "problems": (answer["problems"]?.items ?? []).prefix(20).map { ["problem_text": $0["explanation"]?.text ?? ""] as Model },
        ]
    }

    /// The newest entries that match, a line each, to be kept; the command line has all.
    private static func export(_ visit: Visit) async throws -> Reply {
        var (lines, cursor, pages) = ([UInt8](), String?.none, 0)
        repeat {
            var query = list(visit).narrowing + [("limit", "200")]
            if let cursor { query.append(("cursor", cursor)) }
            let answer = try await look(visit, query)
            for entry in answer["items"]?.items ?? [] { lines += entry.bytes() + [0x0A] }
            cursor = answer["next"]?.text
            pages += 1
        } while cursor != nil && pages < 50
        let name = "attachment; filename=\"audit.ndjson\""
        return .file(WireResponse(200, headers: [.contentType: "application/x-ndjson", .contentDisposition: name], body: lines))
    }

    static let templates = [
        "audit": #"""
        <div class="title"><h1>Audit</h1><span class="soft">who did and saw what, in one chain</span></div>
        {{#verified}}{{#is_ok}}<p class="said good" role="status">The chain is whole: {{entry_count}} entries. Write its head down elsewhere: <code>{{head_text}}</code></p>{{/is_ok}}
        {{^is_ok}}<div class="said bad" role="alert"><p class="strong">The chain is broken.</p>{{#problems}}<p>{{problem_text}}</p>{{/problems}}</div>{{/is_ok}}{{/verified}}
        {{>facet-sets}}
        <p class="row lead"><a class="button" href="{{verify_href}}">Verify the chain</a> <a class="button" href="{{export_href}}">Export what matches</a>{{#erased}} <a class="button" href="/erasures">Erasures</a>{{/erased}}</p>
        <div id="audit" data-live>
        {{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{^is_empty}}<div class="card list"><table class="cards audit"><caption class="sr">Entries, newest first</caption>
        <thead><tr><th scope="col">No.</th><th scope="col">When, UTC</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">To</th><th scope="col">Outcome</th><th scope="col">Why</th><th scope="col">Hash</th></tr></thead>
        <tbody>{{#entries}}<tr><td data-label="No." class="number">{{seq}}</td><td data-label="When">{{#at}}{{>moment}}{{/at}}</td><td data-label="Who">{{by}}</td><td data-label="What"><span>{{said_what}}<br><a class="small" href="{{action_href}}" title="Entries of this action alone"><code>{{action}}</code></a>{{#shown}}<br><span class="soft small">{{shown}}</span>{{/shown}}</span></td>
        <td data-label="To" class="mono">{{#subject_link}}<a href="{{subject_href}}">{{subject}}</a>{{/subject_link}}{{^subject_link}}{{subject}}{{/subject_link}}</td><td data-label="Outcome">{{#outcome}}{{>state}}{{/outcome}}</td><td data-label="Why" class="small">{{said_why}}</td><td data-label="Hash" class="mono soft">{{hash}}</td></tr>
        {{/entries}}</tbody></table>{{#pager}}{{>pager}}{{/pager}}</div>{{/is_empty}}
        </div>
        """#
    ]
}
