import Screening

/// An API token as a row: what it may do is in the opaque column, its secret nowhere.
struct TokenRow {
    var id: String
    var body: [UInt8]

    /// A token on its way into the store.
    init(_ token: AccessToken, _ codec: RowCodec) throws(StoreError) {
        id = token.id
        body = try codec.seal(RowCodec.Content(json: token.json), at: AssociatedData(.accessTokens, token.id), under: codec.keys.general)
    }

    init(id: String, body: [UInt8]) {
        self.id = id
        self.body = body
    }

    /// The token again. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func token(_ opener: RowOpener) throws -> AccessToken {
        let place = AssociatedData(.accessTokens, id)
        let json = try opener.open(body, at: place).json
        guard let created = Self.timestamp(json["created_at"]), let scopes = json["scopes"]?.items else { throw RowCodec.unreadable(place) }
        return AccessToken(
            id: id,
            name: json["name"]?.text ?? "",
            scopes: Set(scopes.compactMap { $0.text.flatMap(Scope.init) }),
            connections: json["connections"]?.items.map { Set($0.compactMap(\.text)) },
            createdAt: created,
            expiresAt: Self.timestamp(json["expires_at"])
        )
    }

    private static func timestamp(_ json: JSON?) -> Timestamp? { json?.text.flatMap { Timestamp(iso8601: $0) } }
}
