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

/// Who asks, as the token says.
public struct Principal: Sendable, Equatable {
    /// The token's name.
    public let name: String
    /// What it may do, `read` always among it.
    public let scopes: Set<Scope>
    /// The connections whose things it may see; nil for all.
    public let connections: Set<String>?

    /// A principal; `read` is added to any scopes.
    public init(name: String, scopes: Set<Scope>, connections: Set<String>? = nil) {
        self.name = name
        self.scopes = scopes.union([.read])
        self.connections = connections
    }

    /// Who may do everything: the token in the settings file.
    public static let administrator = Principal(name: "admin", scopes: Set(Scope.allCases))

    /// Whether personal data may be shown.
    var seesPersonal: Bool { scopes.contains(.readPersonal) }

    /// Whether things of a connection may be seen; what belongs to no connection only without a restriction.
    func sees(connection: String?) -> Bool {
        guard let connections else { return true }
        return connection.map(connections.contains) ?? false
    }

    /// - Throws: ``ProblemDocument`` 403 where the scope is missing.
    func require(_ scope: Scope) throws(ProblemDocument) {
        guard scopes.contains(scope) else {
            throw ProblemDocument(403, "insufficient_scope", "Not permitted", "this token lacks the scope \(scope.rawValue)")
        }
    }
}
