import Screening

/// Where a script put secrets into a request: judged before any of them is filled in.
struct SecretPlaces: Sendable {
    /// Where a secret may stand. What the host reads, logs or decides by is not among it.
    private static let roots: Set = ["headers", "query", "form", "json", "body", "auth"]

    /// The secret that is the whole URL; nil where the URL is written out.
    let url: String?
    /// All that are sent, by name.
    let names: Set<String>
    private let places: [(at: [String], parts: [JSON])]

    /// - Throws: ``HostCallError`` where a secret stands where none may.
    init(_ arguments: JSON) throws(HostCallError) {
        var (url, names): (String?, Set<String>) = (nil, [])
        var places: [(at: [String], parts: [JSON])] = []
        for entry in arguments["secrets"]?.items ?? [] {
            let at = entry["at"]?.items?.compactMap(\.placeName) ?? []
            let parts = entry["parts"]?.items ?? []
            if at == ["url"], parts.count == 1, let name = parts[0]["secret"]?.text {
                url = name
            } else if at.isEmpty || !Self.roots.contains(at[0]) {
                throw HostCallError(
                    "bad_request",
                    "http: a secret may stand in headers, query, form, json, body and auth, or be the whole URL",
                    path: at.first.flatMap { ["url", "method", "timeout", "sign", "on_error"].contains($0) ? $0 : nil }
                )
            }
            names.formUnion(parts.compactMap { $0["secret"]?.text })
            places.append((at, parts))
        }
        if let name = arguments["sign"]?["secret"]?.text { names.insert(name) }
        (self.url, self.names, self.places) = (url, names, places)
    }

    /// The request with the secrets in place.
    func filled(_ arguments: JSON, with secrets: [String: [Secret]]) throws(HostCallError) -> JSON {
        var filled = arguments
        for place in places {
            var text = ""
            for part in place.parts {
                if let plain = part.text { text += plain } else { text += try Self.value(of: part["secret"]?.text, in: secrets) }
            }
            filled = filled.replacing(place.at[...], with: .string(text))
        }
        return filled
    }

    /// The value that a secret goes out with.
    static func value(of name: String?, in secrets: [String: [Secret]]) throws(HostCallError) -> String {
        guard let name, let secret = secrets[name]?.first else {
            throw HostCallError("missing_secret", "the connection has no secret \(name ?? "of that name")")
        }
        return secret.value
    }
}

extension JSON {
    /// A member's name, or a list's index from 1 as Lua counts.
    fileprivate var placeName: String? { text ?? integer.map(String.init) }

    /// The value with what stands at a place replaced; a place that is not there changes nothing.
    fileprivate func replacing(_ place: ArraySlice<String>, with value: JSON) -> JSON {
        guard let name = place.first else { return value }
        switch self {
        case .object(var members):
            guard let member = members[name] else { return self }
            members[name] = member.replacing(place.dropFirst(), with: value)
            return .object(members)
        case .array(var items):
            guard let index = Int(name), items.indices.contains(index - 1) else { return self }
            items[index - 1] = items[index - 1].replacing(place.dropFirst(), with: value)
            return .array(items)
        default: return self
        }
    }
}
