import HTTPTypes
import Screening
import Web

/// A whole delivery, pasted into the box: where it was received, or what is about the same.
enum PastedDelivery {
    static let handlers: [PageHandler] = [
        // With the page's script it is sent so: it is too long for an address, and names people.
        .post("/orders/delivery", .read) { visit in
            guard let text = visit.field("q") else { return .seeOther("/orders") }
            // The form may be an older one that somebody went back to.
            guard isOne(text) else { return .seeOther(text.utf8.count > OrdersPage.longest ? "/orders" : "/orders?q=" + PercentEncoding.text(text)) }
            return try await visit.site.budget.draw(for: visit.principal.id) { try await reply(text, visit) }
        }
    ]

    static func isOne(_ text: String) -> Bool { text.trimmed.hasPrefix("{") }

    /// The one thing that a delivery is, or a page of what was found.
    /// - Parameters:
    ///   - principal: who searches; the viewer as they are where it is nil.
    ///   - reason: why, where the settings ask for reasons.
    static func reply(_ text: String, _ visit: Visit, as principal: Principal? = nil, reason: String? = nil) async throws -> Reply {
        var model: Model = ["back": "/orders"]
        if principal == nil, visit.viewer.revealing != nil {
            model["asks_reason"] = true
            model["asked_for"] = text
        } else if principal == nil, !visit.may(.readPersonal) {
            model["withheld"] = true
        } else {
            let found = try await visit.site.parts.api.answer(
                .post,
                "/find",
                body: ["delivery": ["body": .string(text)]],
                reason: reason.map { "Search: " + $0 },
                for: principal ?? visit.principal
            )
            let hits = found["items"]?.items ?? []
            let isReceived = found["received"]?.boolean
            let isWhole = (try? JSON(received: Array(text.trimmed.utf8))) != nil
            if isReceived == true, hits.count == 1, let place = place(hits[0]) { return .seeOther(place) }
            model["found"] =
                [
                    "hits": hits.map { row($0, visit) }, "has_hits": !hits.isEmpty,
                    "said": said(isReceived, hits.count, found["left_out"], isWhole: isWhole),
                ] as Model
        }
        return .page(Page("A delivery", .orders, isLive: false, content: visit.render("pasted-delivery", model)))
    }

    private static func said(_ isReceived: Bool?, _ count: Int, _ leftOut: JSON?, isWhole: Bool) -> String {
        switch isReceived {
        case true?: "It was received at least \(count) times."
        case _ where !isWhole: "This is not whole JSON, so nothing says whether it was received: paste all of the delivery, and nothing beside it."
        case false?: "It was not received: no delivery here has this content."
        case nil: partly(leftOut)
        }
    }

    /// What was not looked at, where the delivery may be among it.
    private static func partly(_ leftOut: JSON?) -> String {
        let left = [("identifiers", "identifier"), ("addresses", "e-mail address")].compactMap { name, word -> String? in
            guard let count = leftOut?[name]?.integer, count > 0 else { return nil }
            return "\(Format.number(Int(count))) more \(word)\(count == 1 ? "" : word.hasSuffix("s") ? "es" : "s")"
        }
        guard !left.isEmpty else {
            return "It is not among those that were compared as a whole. There are more, or larger ones, so that it may have been received."
        }
        return
            "It is not among those that were compared as a whole. It names more than is looked up at once, \(left.joined(separator: " and ")), so that it may have "
            + "been received: search for one of its identifiers by itself."
    }

    private static func place(_ hit: JSON) -> String? {
        guard let kind = hit["kind"]?.text, let id = hit["id"]?.text else { return nil }
        return "/\(kind)s/\(PercentEncoding.text(id))"
    }

    private static func row(_ hit: JSON, _ visit: Visit) -> Model {
        var row: Model = [
            "hit_id": hit["id"]?.text ?? "", "hit_href": place(hit) ?? "/orders", "hit_about": hit["external_id"]?.text ?? "",
            "hit_where": hit["connection"]?.text ?? hit["account"]?.text ?? "", "hit_kind": hit["kind"]?.text ?? "",
            "hit_by": hit["by"]?.text == "related" ? "is about the same" : "is this delivery",
        ]
        row["hit_state"] = hit["state"]?.text.map { Parts.state($0) }
        row["hit_at"] = visit.format.time(hit["at"])
        return row
    }

    static let templates = [
        "pasted-delivery": #"""
        <p class="crumb"><a href="{{back}}">Orders</a></p>
        <div class="title"><h1>A delivery</h1><span class="soft">that was pasted into the box, which takes about half a megabyte</span></div>
        {{#withheld}}<p class="said warn">What was received may name people: to look for a delivery takes the scope read_personal.</p>{{/withheld}}
        {{>reasoned-search}}
        {{#found}}<p class="sentence lead">{{said}}</p>
        {{#has_hits}}<div class="card list"><table class="cards"><caption class="sr">What was found, newest first</caption>
        <thead><tr><th scope="col">What</th><th scope="col">How it fits</th><th scope="col">About</th><th scope="col">State</th><th scope="col">Where</th><th scope="col">When</th></tr></thead>
        <tbody>{{#hits}}<tr><td data-label="What"><a data-row href="{{hit_href}}">{{hit_kind}} <code>{{hit_id}}</code></a></td><td data-label="How it fits">{{hit_by}}</td><td data-label="About">{{hit_about}}</td>
        <td data-label="State">{{#hit_state}}{{>state}}{{/hit_state}}</td><td data-label="Where">{{hit_where}}</td><td data-label="When">{{#hit_at}}{{>time}}{{/hit_at}}</td></tr>{{/hits}}</tbody></table></div>{{/has_hits}}
        {{^has_hits}}<p class="soft">What the sender was answered says more: a delivery that was refused is not kept. The <a href="/connections">connection</a> says how many were refused, and why.</p>{{/has_hits}}{{/found}}
        """#
    ]
}
