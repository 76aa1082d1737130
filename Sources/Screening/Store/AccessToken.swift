/// What a token may do.
public enum Scope: String, Sendable, CaseIterable {
    /// Everything without personal data. Part of every other scope.
    case read
    /// Also personal data and report links.
    case readPersonal = "read_personal"
    /// Place, cancel and refresh orders.
    case order
    /// Replay, retry, discard, resolve, check.
    case operate
    /// The rest.
    case admin
}

/// A token that gives its holder access to the API. It does not contain its secret, which cannot be read again.
public struct AccessToken: Sendable, Equatable {
    /// `tok_…`
    public let id: String
    /// The holder's name, shown wherever it matters who did something.
    public let name: String
    /// What it may do; always includes ``Scope/read``.
    public let scopes: Set<Scope>
    /// The connections whose data it may see; nil for all.
    public let connections: Set<String>?
    public let createdAt: Timestamp
    /// The time from which it is refused; nil for never.
    public let expiresAt: Timestamp?

    /// A token; `read` is added to any scopes.
    public init(id: String, name: String, scopes: Set<Scope>, connections: Set<String>?, createdAt: Timestamp, expiresAt: Timestamp?) {
        self.id = id
        self.name = name
        self.scopes = scopes.union([.read])
        self.connections = connections
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    /// The token as the API shows it and the store keeps it.
    public var json: JSON {
        [
            "id": .string(id), "name": .string(name),
            "scopes": .array(Scope.allCases.filter(scopes.contains).map { .string($0.rawValue) }),
            "connections": connections.map { .array($0.sorted().map { .string($0) }) } ?? .null,
            "created_at": JSON(createdAt), "expires_at": expiresAt.map { JSON($0) } ?? .null,
        ]
    }
}
