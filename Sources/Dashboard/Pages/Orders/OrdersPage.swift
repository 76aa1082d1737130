import HTTPTypes
import Pipeline
import Screening
import Web

/// `/orders`: one box that finds anything, what is counted, and a row for each order.
enum OrdersPage {
    static let handlers = [
        PageHandler.get("/orders") { visit in
            guard let text = visit.query("q"), visit.query("list") == nil else { return .page(try await page(visit, try await found(visit))) }
            if PastedDelivery.isOne(text) { return try await PastedDelivery.reply(text, visit) }
            if text.oneLine != text.trimmed {
                return .seeOther(ListAddress(path: "/orders", query: visit.request.query).with("q", text.oneLine.orNil).text)
            }
            if text.utf8.count > longest { return .page(try await page(visit, [:])) }
            if let place = await ownPage(text.trimmed, visit) { return .seeOther(place) }
            if isExact(text) {
                if let hit = try await onlyHit(text, visit, as: visit.principal) { return .seeOther(hit) }
                if let hit = try await externalID(text.trimmed, visit) { return .seeOther(hit) }
                return .page(try await page(visit, try await found(visit)))
            }
            // Where orders match there is nothing else to look for.
            let list = try await found(visit)
            if let order = onlyOrder(list, text, visit) { return .seeOther("/orders/\(PercentEncoding.text(order))") }
            let count = (list["items"]?.items ?? []).count
            // Where nothing but the text was asked for and it found none, no order has it.
            let isNone =
                count == 0 && view(visit).count == 1 && visit.query("cursor") == nil && visit.may(.readPersonal) && ListView.unread(list) == nil
            if count < 2, list["next"]?.text == nil, let hit = try await onlyHit(text, visit, as: visit.principal, withOrders: !isNone) {
                return .seeOther(hit)
            }
            return .page(try await page(visit, list))
        },
        PageHandler.get("/orders.csv", isExport: true) { visit in .file(try await OrdersExport.file(visit)) },
    ]

    /// What the list takes from its address.
    static let filters = ["state", "outcome", "waiting_on", "connection", "account", "provider", "external_id", "problem", "since", "until", "q"]
    static let rowsOnPage = 50
    /// What is looked for has at most so many bytes; the API takes no more.
    static let longest = 500

    /// Filters by age, which the API has by time.
    static let ages = ["older", "younger", "unchanged"]

    /// The filters that are set, as the address has them.
    static func view(_ visit: Visit) -> [(name: String, value: String)] {
        visit.request.query.filter { (filters + ages).contains($0.name) && !$0.value.trimmed.isEmpty }
    }

    /// The filters that are set, as the API takes them.
    static func query(_ visit: Visit) throws -> [(name: String, value: String)] {
        var query = try view(visit).map { ages.contains($0.name) ? try OrderViews.filter($0.name, $0.value, at: visit.now) : $0 }
        // Without personal data a text is an external id: anything else is found by nobody.
        if !visit.may(.readPersonal), let text = query.first(where: { $0.name == "q" })?.value {
            query.removeAll { $0.name == "q" }
            query.append((name: "external_id", value: text.trimmed))
        }
        return query
    }

    /// Whether a text is an identifier of ours: then it means one thing, whatever else it matches.
    private static func isExact(_ text: String) -> Bool { OwnIdentifier(text.trimmed) != nil }

    /// Where an issue, a command for many things or an erasure is that somebody has the identifier of; nil for any other text.
    private static func ownPage(_ text: String, _ visit: Visit) async -> String? {
        let lists = ["iss_": "issues", "blk_": "bulk", "ers_": "erasures"]
        guard let list = lists.first(where: { text.hasPrefix($0.key) })?.value, (try? await visit.get(list, text)) != nil else { return nil }
        return "/\(list)/\(PercentEncoding.text(text))"
    }

    /// Where the order is whose external id looks like an identifier of ours, or the list of them where it is on several connections; nil where there is none.
    private static func externalID(_ text: String, _ visit: Visit) async throws -> String? {
        guard text.utf8.count <= 200 else { return nil }
        let orders = try await visit.get("orders", query: [(name: "external_id", value: text), (name: "limit", value: "2")])["items"]?.items ?? []
        if orders.count > 1 { return "/orders?" + FormEncoding.text([(name: "external_id", value: text)]) }
        return orders.first?["id"]?.text.map { "/orders/" + PercentEncoding.text($0) }
    }

    /// The order that a text finds where it is the only one, and nothing else narrows the list; nil where the text is also a name of the settings.
    private static func onlyOrder(_ list: JSON, _ text: String, _ visit: Visit) -> String? {
        guard visit.may(.readPersonal), list["next"]?.text == nil, view(visit).count == 1, visit.query("cursor") == nil,
            let items = list["items"]?.items, items.count == 1
        else { return nil }
        let (registry, name) = (visit.site.parts.registry, text.trimmed)
        guard registry.account(name) == nil, registry.connection(name) == nil else { return nil }
        return items[0]["id"]?.text
    }

    /// What the API lists for the view.
    private static func found(_ visit: Visit) async throws -> JSON {
        var paging = [(name: "limit", value: String(rowsOnPage))]
        if let cursor = visit.query("cursor") { paging.append((name: "cursor", value: cursor)) }
        if let search = search(visit) { return try await search.page(visit, paging: paging) }
        // A search whose time is over finds nothing.
        if visit.query("search") != nil { return [:] }
        return try await visit.get("orders", query: try query(visit) + paging)
    }

    /// The search that was given a reason, while it may be gone back to.
    private static func search(_ visit: Visit) -> ReasonedSearch? {
        visit.query("search").flatMap { ReasonedSearch($0, for: visit.viewer, at: visit.now) }
    }

    /// Where the one thing is that a text finds; nil where it finds nothing, or several.
    static func onlyHit(
        _ text: String,
        _ visit: Visit,
        as principal: Principal,
        withOrders: Bool = true,
        reason: String? = nil
    ) async throws -> String? {
        let body: JSON = ["text": .string(text.trimmed), "orders": .bool(withOrders)]
        let found: JSON
        do {
            found = try await visit.site.parts.api.answer(.post, "/find", body: body, reason: reason.map { "Search: " + $0 }, for: principal)
        } catch {
            // Not permitted, or nothing that could be found: the list says so.
            return nil
        }
        guard let hits = found["items"]?.items, hits.count == 1, let kind = hits[0]["kind"]?.text, let id = hits[0]["id"]?.text else { return nil }
        return "/\(kind)s/\(PercentEncoding.text(id))"
    }

    private static func page(_ visit: Visit, _ list: JSON) async throws -> Page {
        let search = search(visit)
        let orders = list["items"]?.items ?? []
        let query = view(visit)
        let address = ListAddress(path: "/orders", query: search == nil ? query : [(name: "search", value: visit.query("search") ?? "")])
        var model: Model = [
            "rows": orders.map { row($0, visit) }, "facets": search == nil ? try await OrderFacets.sets(visit, address) : [],
            "csv": ListAddress(path: "/orders.csv", query: query).text, "is_filtered": !query.isEmpty, "clear": "/orders",
            "can_search": visit.may(.readPersonal), "views": try await OrderViews.links(visit, address), "view_address": visit.origin + address.text,
            "asks_reason": visit.viewer.revealing != nil && search == nil && visit.query("q") != nil, "asked_for": visit.query("q") ?? "",
            "has_csv": search == nil, "search_over": visit.query("search") != nil && search == nil,
        ]
        let kept = try await KeptViews.links(visit, address)
        model["kept_views"] = kept
        model["has_kept"] = !kept.isEmpty
        if search == nil, KeptViews.canBeKept(address) { model["can_keep"] = ["keep_view": FormEncoding.text(address.query)] as Model }
        model["unread"] = ListView.unread(list)
        if orders.isEmpty, list["next"]?.text == nil, ListView.unread(list) == nil {
            model["none"] =
                query.isEmpty && visit.query("search") == nil && visit.query("cursor") == nil
                ? [
                    "heading": "No orders yet", "text": "They appear here when an ATS asks for a screening, or when somebody places one.",
                    "link": ["href": "/connections", "name": "Look at the connections"] as Model,
                ] as Model
                : ["heading": "No order matches", "text": emptyText(visit), "link": ["href": "/orders", "name": "Show all orders"] as Model] as Model
        }
        if let next = list["next"]?.text {
            model["older"] = address.with("cursor", next).text
            if search != nil || visit.query("q") != nil {
                let said = cutText(orders.count, isFirst: visit.query("cursor") == nil)
                model["cut"] = ["said": said, "on": address.with("cursor", next).text] as Model
            }
        }
        if visit.query("cursor") != nil { model["newest"] = address.text }
        if let text = search?.text ?? visit.query("q") { model["found_for"] = text }
        if search != nil { model["is_filtered"] = true }
        if ErasePage.isFor(visit), let address = visit.query("q")?.trimmed, address.contains("@") { model["look"] = ["look_for": address] as Model }
        return Page("Orders", .orders, content: visit.render("orders", model))
    }

    /// What a page of a search does not show, while there may be more.
    private static func cutText(_ count: Int, isFirst: Bool) -> String {
        guard isFirst else {
            return "\(count == 0 ? "None" : "\(count) more") among the next that were looked at, and those are not all."
        }
        switch count {
        case rowsOnPage: return "The newest \(count) of more. Add a word, a state or a connection to see fewer."
        case 0: return "None yet: the newest of those that the text finds were looked at, not all."
        default: return "\(count) so far: the newest of those that the text finds were looked at, not all."
        }
    }

    private static func emptyText(_ visit: Visit) -> String {
        if visit.viewer.revealing != nil {
            return visit.query("q") == nil
                ? "Nobody is found by that." : "External ids, whole, and our own ids were looked through. Names are with a reason: say it above."
        }
        guard let text = visit.query("q")?.trimmed else { return "The filters above hide all of them." }
        if text.utf8.count > longest { return "What is looked for may have 500 characters. A whole delivery is found where it begins with {." }
        return visit.may(.readPersonal)
            ? "Names, e-mail addresses, telephone numbers, external ids, references and our own ids are looked through. Each is found by four letters of its beginning or more, a telephone number by its last six digits."
            : "Your token finds external ids, whole, and our own ids. Names take the scope read_personal."
    }

    /// One order's row.
    static func row(_ order: JSON, _ visit: Visit) -> Model {
        let id = order["id"]?.text ?? ""
        let state = order["state"]?.text ?? ""
        let created = Format.timestamp(order["created_at"]) ?? visit.now
        var row: Model = [
            "href": "/orders/\(id)", "id": id, "external": order["external_id"]?.text ?? "", "chip": Parts.state(state),
            "strip": LifeStrip(order: order, now: visit.now).svg,
            "life": LifeStrip(order: order, now: visit.now).cells.map { ["life_span": $0] as Model },
            "connection": order["connection"]?.text ?? "",
            "account": order["account"]?.text ?? "", "package": order["package"]?.text ?? "", "made": visit.format.time(created) as Any,
            "age": Format.span((visit.now - created).wholeMilliseconds, parts: 1), "next": next(order, visit),
        ]
        row["who"] = OrderText.name(order)
        if OrderText.isLate(order) { row["late"] = "later than 9 of 10" }
        row["outcome"] = order["outcome"]?.text.map { Parts.state($0) }
        row["waits_for"] = Parts.party(order["waiting_on"]?.text)
        return row
    }

    /// What is next, in a few words.
    private static func next(_ order: JSON, _ visit: Visit) -> String {
        let state = order["state"]?.text.flatMap(OrderState.init)
        let isUntold = order["ats"]?["error"]?.isNull == false
        switch order["problem"]?["code"]?.text {
        case "paused"?: return "paused: resume it"
        case Problem.discarded?, Problem.abandoned?: return isUntold ? "tell the ATS again" : "nothing"
        case let code? where state?.isOpen == true && state != .uncertain: return code.replacing("_", with: " ")
        default: break
        }
        if isUntold { return "tell the ATS again" }
        switch state {
        case .uncertain: return "look at the provider, then resolve"
        case .failed: return order["waiting_on"]?.isNull == false ? "retry or discard" : "nothing"
        case .refused: return "mend and send again"
        case .accepted: return Format.timestamp(order["next_attempt_at"]).map { "is sent \(visit.format.relative($0))" } ?? "waits to be sent"
        case .attentionNeeded, .readyForReview, .paused: return "recruiter acts at the provider"
        case .completed, .reviewed, .cancelled: return "nothing"
        default:
            return Format.timestamp(order["next_read_at"]).map { "provider is asked \(visit.format.relative(max($0, visit.now)))" }
                ?? "provider tells us"
        }
    }
}
