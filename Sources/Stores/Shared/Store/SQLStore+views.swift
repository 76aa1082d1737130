import Screening

/// Views are few, and both databases understand what is asked of them.
extension SQLStore {
    func views(of owner: String) async throws -> [SavedView] {
        let key = key(viewsOf: owner)
        return try await read { reading in
            let sql = "SELECT id, created_at, body FROM saved_views WHERE owner = $1 ORDER BY created_at, id"
            return try reading.fetch(sql, [.bytes(key)]).compactMap { try SavedViewRow.view($0, reading.opener) }
        }
    }

    func keep(_ view: SavedView, of owner: String) async throws -> Bool {
        let key = key(viewsOf: owner)
        let body = try SavedViewRow.sealed(view, codec)
        var touched = TouchedRows()
        touched.concurrencyKeys = ["views:" + key.hex]
        let values: [SQLValue] = [.bytes(key), .text(view.id), .int(view.createdAt.milliseconds), .bytes(body)]
        try await write(touched) {
            try $0.change(
                """
                INSERT INTO saved_views (owner, id, created_at, body)
                SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM saved_views WHERE owner = $1 AND id <> $2) < \(SavedView.most)
                ON CONFLICT (owner, id) DO UPDATE SET created_at = excluded.created_at, body = excluded.body
                """,
                values
            )
        }
        return try await views(of: owner).contains { $0.id == view.id }
    }

    func forget(view id: String, of owner: String) async throws {
        let key = key(viewsOf: owner)
        try await write(TouchedRows()) { try $0.change("DELETE FROM saved_views WHERE owner = $1 AND id = $2", [.bytes(key), .text(id)]) }
    }

    /// What an owner's views are known by.
    func key(viewsOf owner: String) -> [UInt8] { codec.blindIndex(.viewOwner, owner) }
}

extension StoreTransaction {
    /// Forgets all views of an owner.
    mutating func forget(viewsOf key: [UInt8]) throws { try change("DELETE FROM saved_views WHERE owner = $1", [.bytes(key)]) }

    /// Forgets a view that names somebody.
    mutating func forget(_ view: ErasurePlan.View) throws {
        try change("DELETE FROM saved_views WHERE owner = $1 AND id = $2", [.bytes(view.owner), .text(view.id)])
    }
}

extension StoreReading {
    /// The views whose name names somebody.
    func views(naming person: PersonTexts, _ unread: inout UnreadThings) throws -> Set<ErasurePlan.View> {
        try fetch("SELECT id, created_at, body, owner FROM saved_views", []).reduce(into: []) { found, row in
            let name = "view \(row.text(at: 0) ?? "")"
            guard let view = try unread.reading(name, { try SavedViewRow.view(row, opener) }), person.stand(in: view.name.value) else { return }
            found.insert(ErasurePlan.View(owner: row.bytes(at: 3), id: view.id))
        }
    }
}

/// A view as a row: what it is called and filters by is opaque.
enum SavedViewRow {
    private static func place(_ id: String) -> AssociatedData { AssociatedData(.savedViews, id) }

    static func sealed(_ view: SavedView, _ codec: RowCodec) throws(StoreError) -> [UInt8] {
        let json: JSON = ["name": .string(view.name.value), "query": .string(view.query)]
        return try codec.seal(RowCodec.Content(json: json), at: place(view.id), under: codec.keys.general)
    }

    /// The view of a row of `id, created_at, body`; nil where it is none.
    static func view(_ row: some StoredRow, _ opener: RowOpener) throws -> SavedView? {
        guard let id = row.text(at: 0), let created = row.time(at: 1) else { return nil }
        let json = try opener.open(row.bytes(at: 2), at: place(id)).json
        return SavedView(id: id, name: json["name"]?.text ?? "", query: json["query"]?.text ?? "", createdAt: created)
    }
}
