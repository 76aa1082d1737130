/// Who asked for something: it stands beside what was done.
public enum Actor: Sendable, Hashable {
    /// The holder of an API token.
    case token(id: String, name: String)
    /// A person, known by an address such as that of their e-mail.
    case person(address: Personal<String>, name: Personal<String>? = nil)
    /// A connection's script, in one of its runs.
    case script(run: String)
    /// The host itself, or the program that it is part of.
    case system

    /// `token`, `person`, `script` or `system`.
    public var kind: String {
        switch self {
        case .token: "token"
        case .person: "person"
        case .script: "script"
        case .system: "system"
        }
    }

    /// `{kind, id, name}`, as the API shows it and the store keeps it; `id` and `name` are null where there is none.
    public var json: JSON {
        let (id, name): (String?, String?) =
            switch self {
            case .token(let id, let name): (id, name)
            case .person(let address, let name): (address.value, name?.value)
            case .script(let run): (run, nil)
            case .system: (nil, nil)
            }
        return ["kind": .string(kind), "id": JSON(id), "name": JSON(name)]
    }

    /// An actor from its stored form; nil where it is none.
    public init?(json: JSON) {
        let id = json["id"]?.text
        switch (json["kind"]?.text, id) {
        case ("token", let id?): self = .token(id: id, name: json["name"]?.text ?? id)
        case ("person", let address?): self = .person(address: Personal(address), name: json["name"]?.text.map { Personal($0) })
        case ("script", let run?): self = .script(run: run)
        case ("system", _): self = .system
        default: return nil
        }
    }
}

extension Actor: CustomStringConvertible {
    /// The kind, with the identifier of a token or run: safe in logs.
    public var description: String {
        switch self {
        case .token(let id, _): "token \(id)"
        case .script(let run): "script \(run)"
        case .person, .system: kind
        }
    }
}
