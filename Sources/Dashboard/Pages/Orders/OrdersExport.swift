import HTTPTypes
import Screening
import Web

/// The orders of a view as a table for a spreadsheet.
enum OrdersExport {
    /// No more than this: what is more is narrowed by `since` and `until`.
    static let most = 10_000

    static func file(_ visit: Visit) async throws -> WireResponse {
        var lines = [header(visit)]
        var cursor: String?
        repeat {
            var query = try OrdersPage.query(visit) + [(name: "limit", value: "200")]
            if let cursor { query.append((name: "cursor", value: cursor)) }
            let page = try await visit.get("orders", query: query)
            lines += (page["items"]?.items ?? []).map { line($0, visit) }
            // Where they would stand: whoever counts the lines is not to take them for all.
            if let unread = ListView.unreadText(page) { lines.append(unread.csvCell) }
            cursor = page["next"]?.text
        } while cursor != nil && lines.count <= most
        if cursor != nil { lines.append("more than \(most) orders match: narrow the view by since and until") }
        return WireResponse(
            200,
            headers: [.contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"orders.csv\""],
            body: Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
        )
    }

    private static func header(_ visit: Visit) -> String {
        (["id"] + (visit.may(.readPersonal) ? ["name"] : []) + members + ["us_seconds", "candidate_seconds", "provider_seconds", "recruiter_seconds"])
            .joined(separator: ",")
    }

    private static let members = [
        "external_id", "connection", "account", "provider", "package", "state", "outcome", "waiting_on", "provider_ref", "created_at", "updated_at",
    ]

    private static func line(_ order: JSON, _ visit: Visit) -> String {
        let name = visit.may(.readPersonal) ? [OrderText.name(order) ?? ""] : []
        let time = OrderText.time(order).map { String($0.milliseconds / 1000) }
        return ([order["id"]?.text ?? ""] + name + members.map { order[$0]?.text ?? "" } + time).map(\.csvCell).joined(separator: ",")
    }
}
