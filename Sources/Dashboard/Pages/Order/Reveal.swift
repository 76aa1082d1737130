import HTTPTypes
import Screening
import Web

/// Shows one field of an order to somebody who says why: where the settings ask for reasons, pages hold no personal data.
enum Reveal {
    /// What can be shown, one at a time.
    enum Field: String, CaseIterable {
        case name, email, phone, report

        var title: String {
            switch self {
            case .name: "Name"
            case .email: "E-mail"
            case .phone: "Telephone"
            case .report: "Report"
            }
        }

        /// What it holds in an order as the API shows it; nil where there is nothing.
        func value(_ order: JSON) -> String? {
            switch self {
            case .name: OrderText.name(order)
            case .email: order["candidate"]?["email"]?.text
            case .phone: order["candidate"]?["phone"]?.text
            case .report: order["report_url"]?.text
            }
        }

        /// The button, and the question that it asks.
        func action(_ id: String) -> Model {
            Parts.action(
                "Show",
                id: "reveal-" + rawValue,
                path: "/orders/\(id)/reveal",
                question: "Show this person's \(title.lowercased())?",
                what: "You see it once. That you looked, and why, is kept in the audit and shown on this page.",
                inputs: [(name: "reason", title: "Why you need it", value: "")],
                hidden: [(name: "field", value: rawValue)],
                takesNote: false
            )
        }
    }

    /// A field with what it holds.
    struct Shown {
        let field: Field
        let value: String
    }

    static let handlers: [PageHandler] = [
        .post("/orders/{id}/reveal", .read) { visit in
            guard let principal = visit.viewer.revealing, let field = visit.field("field").flatMap(Field.init) else {
                throw ProblemDocument(404, "not_found", "Not found", "there is nothing to show here")
            }
            guard let reason = visit.reason else {
                let problem = ProblemDocument(400, "reason_required", "Why?", "say why you need it: whoever keeps the audit reads it")
                return .page(try await visit.drawn { try await OrderPage.page(visit, problem: problem) })
            }
            let order = try await visit.site.parts.api.answer(
                .get,
                "/orders/" + PercentEncoding.text(visit.parameter("id")),
                reason: "\(field.title): \(reason)",
                for: Viewer.acting(principal)
            )
            let shown = Shown(field: field, value: field.value(order) ?? "there is none")
            return .page(try await visit.drawn { try await OrderPage.page(visit, revealed: shown) })
        }
    ]
}

/// Who looked at an order, and what people did with it.
enum Looks {
    /// The newest, without what they wrote, and where the others stand.
    static func model(of order: String, _ visit: Visit) async throws -> Model {
        var query = AuditQuery()
        query.subject = order
        let entries = try await visit.site.parts.store.audit(query, PageRequest(limit: 20))
        var model: Model = [
            "list": entries.items.map { entry -> Model in
                var model: Model = ["who": name(entry), "what": words(entry)]
                model["when"] = visit.format.time(JSON(entry.at))
                return model
            }
        ]
        if entries.next != nil { model["more_looks"] = ["audit_href": "/audit?subject=" + PercentEncoding.text(order)] as Model }
        return model
    }

    private static func name(_ entry: AuditEntry) -> String {
        let json = entry.actor?.json
        return json?["name"]?.text ?? json?["id"]?.text ?? (entry.actor == .system ? "Fairlead" : "somebody who was erased")
    }

    /// What a look showed, in words: `: order, timeline, event, run`.
    private static func seen(_ entry: AuditEntry) -> String {
        let kinds = (entry.details["shown"]?.items ?? []).compactMap { $0.text?.split(separator: " ").first.map(String.init) }.map { kind in
            String(kind.split(separator: ".").last ?? "")
        }
        return kinds.isEmpty ? "" : ": " + kinds.unique.joined(separator: ", ")
    }

    private static func words(_ entry: AuditEntry) -> String {
        let act =
            entry.action.hasSuffix(".read") && !entry.action.hasPrefix("candidate.")
            ? "looked" + seen(entry)
            : AuditWords.act(entry.action, entry.details)
        return entry.outcome == AuditAct.Outcome.done.rawValue ? act : "\(act) (\(entry.outcome))"
    }
}
