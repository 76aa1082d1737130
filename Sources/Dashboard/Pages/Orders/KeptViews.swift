import Screening
import Web

/// Views of the list that somebody keeps under names of their own: nobody else sees them.
enum KeptViews {
    static let handlers = [
        PageHandler.post("/orders/views", .read) { visit in
            let address = try address(visit)
            let name = (visit.field("name") ?? "").trimmed.printable
            guard (1...60).contains(name.count) else {
                throw ProblemDocument(422, "invalid_field", "Not kept", "a view has a name of 60 letters at most")
            }
            let owner = visit.principal.id
            // Under a name that is there it takes that one's place.
            let known = try await visit.site.parts.store.views(of: owner).first { $0.name.value == name }
            let view = SavedView(
                id: known?.id ?? String(visit.site.parts.random.token().prefix(20)),
                name: name,
                query: FormEncoding.text(address.query),
                createdAt: known?.createdAt ?? visit.now
            )
            guard try await visit.site.parts.store.keep(view, of: owner) else {
                throw ProblemDocument(409, "too_many", "Not kept", "you keep \(SavedView.most) views already: forget one first")
            }
            return .seeOther(address.text)
        },
        PageHandler.post("/orders/views/{id}/forget", .read) { visit in
            try await visit.site.parts.store.forget(view: visit.parameter("id"), of: visit.principal.id)
            return .seeOther(try address(visit).text)
        },
    ]

    /// What a view holds: names of the settings, states and ages. Never a text that is searched for, which may be somebody's name.
    private static let kept = Set(OrdersPage.filters + OrdersPage.ages).subtracting(["q", "external_id"])

    /// Whether a view can be kept: there is something in it, and nothing that is not kept.
    static func canBeKept(_ address: ListAddress) -> Bool { !address.query.isEmpty && address.query.allSatisfy { kept.contains($0.name) } }

    /// The view that a form was sent from.
    /// - Throws: ``ProblemDocument`` 422 where it holds what is not kept.
    private static func address(_ visit: Visit) throws -> ListAddress {
        let query = FormEncoding.pairs(visit.field("view") ?? "").filter { !$0.value.trimmed.isEmpty }
        guard query.count <= 40, query.allSatisfy({ kept.contains($0.name) && $0.value.utf8.count <= 200 }) else {
            throw ProblemDocument(422, "invalid_field", "Not kept", "a view holds filters, and no text that is searched for")
        }
        return ListAddress(path: "/orders", query: query.map { (name: $0.name, value: $0.value) })
    }

    /// The viewer's views, for templates.
    static func links(_ visit: Visit, _ present: ListAddress) async throws -> [Model] {
        try await visit.site.parts.store.views(of: visit.principal.id).map { view in
            let address = ListAddress(path: "/orders", query: FormEncoding.pairs(view.query).map { (name: $0.name, value: $0.value) })
            return [
                "kept_name": view.name.value, "kept_href": address.text, "is_kept": address.text == present.text,
                "forget_path": "/orders/views/\(PercentEncoding.text(view.id))/forget", "kept_view": FormEncoding.text(present.query),
            ]
        }
    }

    static let templates = [
        "kept-views": #"""
        {{#has_kept}}<ul class="kept" aria-label="Views that you keep">{{#kept_views}}<li><a href="{{kept_href}}"{{#is_kept}} aria-current="page"{{/is_kept}}>{{kept_name}}</a><form method="post" action="{{forget_path}}">{{>form}}<input type="hidden" name="view" value="{{kept_view}}"><button class="plain" type="submit" aria-label="Forget the view {{kept_name}}" title="Forget this view">×</button></form></li>{{/kept_views}}</ul>{{/has_kept}}
        """#,
        "keep-view": #"""
        <details class="keep"><summary>Keep this view</summary>
        {{#can_keep}}<form class="row" method="post" action="/orders/views">{{>form}}<input type="hidden" name="view" value="{{keep_view}}"><label for="view-name">Under a name of yours</label> <input id="view-name" name="name" maxlength="60" required autocomplete="off"> <button type="submit">Keep</button></form>{{/can_keep}}
        <p class="row small"><code id="view-address">{{view_address}}</code> <button type="button" data-copy="view-address">Copy this view's address</button></p></details>
        """#,
    ]
}
