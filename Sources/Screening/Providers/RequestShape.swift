/// The request that creates an order at a provider, as a connection's `map_request` sees and changes it: without credentials, and without the host that
/// it goes to.
public struct RequestShape: Sendable, Equatable {
    /// POST, PUT or PATCH.
    public var method: String
    /// The path after the account's base URL, with its leading slash.
    public var path: String
    /// Header fields, names in lower case; none that holds a credential or frames the message.
    public var headers: [String: String]
    public var body: Personal<JSON>

    public init(method: String, path: String, headers: [String: String], body: JSON) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = Personal(body)
    }

    /// `{method, path, headers, json}`
    public var json: JSON {
        [
            "method": .string(method), "path": .string(path),
            "headers": JSON(texts: headers), "json": body.value,
        ]
    }

    /// This request as a script changed it.
    /// - Throws: ``FieldProblem`` for the first part that a request cannot have; it never holds a value.
    public func changed(to json: JSON) throws(FieldProblem) -> RequestShape {
        func problem(_ path: String, _ expected: String, _ found: String? = nil) -> FieldProblem {
            FieldProblem(path: path, expected: expected, found: found ?? "something else")
        }
        guard let members = json.members else { throw problem("request", "a table", json.kind.withArticle) }
        for (name, _) in members.pairs where !["method", "path", "headers", "json"].contains(name) {
            throw problem("request", "method, path, headers and json", "another member")
        }
        guard let method = (members["method"] ?? .string(method)).text?.uppercased(), ["POST", "PUT", "PATCH"].contains(method) else {
            throw problem("request.method", "POST, PUT or PATCH")
        }
        guard let path = (members["path"] ?? .string(path)).text, Self.isPath(path) else {
            throw problem("request.path", "a path on the provider's own host, such as /v2/checks")
        }
        var headers = members["headers"] == nil ? self.headers : [:]
        for (name, value) in members["headers"]?.members?.pairs ?? [] {
            let lower = name.lowercased()
            guard !Self.reserved.contains(lower), Self.isToken(lower) else {
                throw problem("request.headers", "headers that hold no credential and frame nothing", "a header that the host writes")
            }
            guard let text = value.identifier, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw problem("request.headers", "text of one line")
            }
            headers[lower] = text
        }
        return RequestShape(method: method, path: path, headers: headers, body: members["json"] ?? .null)
    }

    /// Headers that are the host's to write, in every request.
    public static let reserved: Set = [
        "authorization", "connection", "content-length", "cookie", "host", "idempotency-key", "keep-alive", "proxy-authorization", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    private static func isPath(_ path: String) -> Bool {
        guard path.hasPrefix("/"), !path.hasPrefix("//"), path.utf8.count <= 2000 else { return false }
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\\#@".utf8.contains($0) }) else { return false }
        let parts = path.prefix { $0 != "?" }.split(separator: "/").map { $0.lowercased().replacing("%2e", with: ".") }
        return !parts.contains("..") && !parts.contains(".")
    }

    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    }
}
