import Screening

/// How every list is asked for its pages.
enum Paging {
    /// What a list takes beside its filters.
    static let parameters: [JSON] = [
        parameter("limit", "How many; 50 unless given", limit), parameter("cursor", "The last page's next", .anyText),
        parameter("sort", "asc for oldest first; else desc", ["type": "string", "enum": ["asc", "desc"]]),
    ]
    /// What the body of a command for many things takes beside the filters.
    static let members: JSON = ["limit": limit, "cursor": .anyText]

    private static let limit: JSON = ["type": "integer", "minimum": 1, "maximum": 200]

    private static func parameter(_ name: String, _ description: String, _ schema: JSON) -> JSON {
        ["name": .string(name), "in": "query", "description": .string(description), "schema": schema]
    }

    /// Which page of a list of things whose identifiers are of this kind.
    static func page(of kind: IdentifierKind, _ values: [String: [FilterValue]]) throws(ProblemDocument) -> PageRequest {
        var page = PageRequest()
        if let limit = values["limit"]?.first { page.limit = try limit.number(1...200) }
        if let cursor = try values["cursor"]?.first?.line() {
            guard cursor.hasPrefix(kind.rawValue + "_"), cursor.utf8.count <= 64 else {
                throw .filter("malformed_filter", "cursor", "cursor must be the last page's next")
            }
            page.cursor = cursor
        }
        if let sort = try values["sort"]?.first?.line() {
            guard sort == "asc" || sort == "desc" else { throw .filter("malformed_filter", "sort", "sort must be asc or desc") }
            page.ascending = sort == "asc"
        }
        return page
    }

    /// Which page of a command for many things: the oldest first, as many as a page may hold.
    static func batch(of kind: IdentifierKind, _ values: [String: [FilterValue]]) throws(ProblemDocument) -> PageRequest {
        var page = try page(of: kind, values)
        if values["limit"] == nil { page.limit = 200 }
        page.ascending = true
        return page
    }
}

extension Page {
    /// The page as lists are answered.
    func response(_ view: (Item) -> JSON) -> WireResponse {
        AuditedAct.current?.note("count", .int(Int64(items.count)))
        var json: JSON = ["items": .array(items.map(view)), "next": JSON(next)]
        if !unread.isEmpty { json["unread"] = unread.json }
        return WireResponse(200, json: json)
    }
}
