import Screening

extension AccessToken {
    static let schema = Schema("Token", always: members)
    static let newSchema = Schema("NewToken", always: membersOfNew, "The only time that `token`, the secret, is shown")

    private static let members: JSON = [
        "id": .anyText, "name": .anyText, "scopes": .list(of: .values(Scope.self)), "connections": JSON.list(of: .anyText).orNull,
        "created_at": .timestamp, "expires_at": JSON.timestamp.orNull,
    ]

    private static var membersOfNew: JSON {
        var all = members
        all["token"] = .anyText
        return all
    }

    /// The token without its secret.
    var view: JSON { json }

    /// The token with its secret, which is shown this once.
    func view(with secret: Secret) -> JSON {
        var view = view
        view["token"] = .string(secret.value)
        return view
    }
}
