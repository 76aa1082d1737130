public import Screening

/// Who asks, as the token says.
public struct Principal: Sendable, Equatable {
    /// The token's identifier; `admin` for the one in the settings file.
    public let id: String
    /// The token's name.
    public let name: String
    /// What it may do, `read` always among it.
    public let scopes: Set<Scope>
    /// The connections whose things it may see; nil for all.
    public let connections: Set<String>?
    /// Whether it is a person whom a trusted proxy names, rather than the holder of a token: ``name`` is what they are called.
    public var isPerson = false

    /// A principal; `read` is added to any scopes. Without an `id` its name is one.
    public init(id: String? = nil, name: String, scopes: Set<Scope>, connections: Set<String>? = nil) {
        self.id = id ?? name
        self.name = name
        self.scopes = scopes.union([.read])
        self.connections = connections
    }

    /// The holder of a token.
    public init(_ token: AccessToken) { self.init(id: token.id, name: token.name, scopes: token.scopes, connections: token.connections) }

    /// Who may do everything: the token in the settings file.
    public static let administrator = Principal(name: "admin", scopes: Set(Scope.allCases))

    /// Who is named beside what they ask for.
    public var actor: Actor { isPerson ? .person(address: Personal(name)) : .token(id: id, name: name) }

    /// Whether personal data may be shown.
    public var seesPersonal: Bool { scopes.contains(.readPersonal) }

    /// The same without the scope for personal data.
    public var withoutPersonal: Principal {
        var principal = Principal(id: id, name: name, scopes: scopes.subtracting([.readPersonal]), connections: connections)
        principal.isPerson = isPerson
        return principal
    }

    /// Whether things of a connection may be seen; what belongs to no connection only without a restriction.
    public func sees(connection: String?) -> Bool {
        guard let connections else { return true }
        return connection.map(connections.contains) ?? false
    }

    /// - Throws: ``ProblemDocument`` 403 where the scope is missing.
    public func require(_ scope: Scope) throws(ProblemDocument) {
        guard scopes.contains(scope) else {
            throw ProblemDocument(403, "insufficient_scope", "Not permitted", "this token lacks the scope \(scope.rawValue)")
        }
    }
}
