import Screening

/// What somebody wants an endpoint to be, checked.
struct WebhookRequest {
    let url: String
    let events: WebhookEndpoint.Events
    let connections: Set<String>?
    let accounts: Set<String>?
    let isEnabled: Bool
    /// Nil where it is not said.
    let algorithm: WebhookEndpoint.Algorithm?

    init(_ id: String, _ request: JSON, _ registry: Registry, _ allowsPlain: (String) -> Bool) throws(FieldProblem) {
        guard Self.isName(id) else {
            throw FieldProblem(path: "id", expected: "a name of lower-case letters, digits, - and _, at most 63 long", found: "another one")
        }
        url = try Self.url(request["url"], allowsPlain)
        events = try Self.events(request["events"])
        connections = try Self.names(request, "connections", known: registry.connections.map(\.id))
        accounts = try Self.names(request, "accounts", known: registry.accounts.map(\.account.id))
        if let flag = request["enabled"], !flag.isNull {
            guard let value = flag.boolean else { throw FieldProblem(path: "enabled", expected: "true or false", found: flag.kind.withArticle) }
            isEnabled = value
        } else {
            isEnabled = true
        }
        if let signature = request["signature"], !signature.isNull {
            guard let known = signature.text.flatMap(WebhookEndpoint.Algorithm.init) else {
                let words = WebhookEndpoint.Algorithm.allCases.map(\.rawValue).joined(separator: " or ")
                throw FieldProblem(path: "signature", expected: words, found: "another word")
            }
            algorithm = known
        } else {
            algorithm = nil
        }
    }

    private static func isName(_ text: String) -> Bool {
        guard (1...63).contains(text.utf8.count), let first = text.utf8.first, first.isASCIILowercase || first.isASCIIDigit else { return false }
        return text.utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || "-_".utf8.contains($0) }
    }

    /// An address, with TLS unless its host may be called without.
    static func url(_ given: JSON?, _ allowsPlain: (String) -> Bool) throws(FieldProblem) -> String {
        guard let text = given?.text, text.utf8.count <= 2000, !text.contains("#"), let parts = URLParts(text) else {
            throw FieldProblem(path: "url", expected: "an https URL without user name", found: found(given))
        }
        guard parts.scheme == "https" || allowsPlain(parts.host) else {
            throw FieldProblem(path: "url", expected: "an https URL (or http to an address that network.allow names)", found: "an http URL")
        }
        return text
    }

    /// What was given in a URL's place, without repeating it: there may be a password in it.
    private static func found(_ given: JSON?) -> String {
        guard let text = given?.text else { return given?.kind.withArticle ?? "nothing" }
        let scheme = text.split(separator: "://", maxSplits: 1).first.map { $0.lowercased() } ?? ""
        guard text.contains("://"), scheme.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit }), (1...10).contains(scheme.utf8.count) else {
            return "text that is no URL"
        }
        let article = "aeiou".contains(scheme.first ?? "b") || scheme == "ftp" ? "an" : "a"
        return ["http", "https"].contains(scheme) ? "\(article) \(scheme) URL with something else in it" : "\(article) \(scheme) URL"
    }

    private static func events(_ given: JSON?) throws(FieldProblem) -> WebhookEndpoint.Events {
        let kinds = Notice.Kind.allCases.filter { $0 != .test }.map(\.rawValue)
        let known = kinds.joined(separator: ", ") + " or *"
        guard let items = given?.items, !items.isEmpty else {
            throw FieldProblem(path: "events", expected: "a list of \(known)", found: given?.kind.withArticle ?? "nothing")
        }
        for (index, item) in items.enumerated() {
            guard let word = item.text, word == "*" || kinds.contains(word) else {
                let near = item.text.flatMap { suggestion(for: $0, among: kinds) }.map { "another word; did you mean \($0)?" }
                throw FieldProblem(path: "events[\(index + 1)]", expected: "one of \(known)", found: near ?? "another word")
            }
        }
        return WebhookEndpoint.Events(words: items.compactMap(\.text))
    }

    private static func names(_ request: JSON, _ path: String, known: [String]) throws(FieldProblem) -> Set<String>? {
        guard let given = request[path], !given.isNull else { return nil }
        guard let items = given.items, !items.isEmpty else {
            throw FieldProblem(path: path, expected: "a list of \(path), or nothing for all", found: given.kind.withArticle)
        }
        for (index, item) in items.enumerated() where !(item.text.map(known.contains) ?? false) {
            throw FieldProblem(path: "\(path)[\(index + 1)]", expected: "one that is configured", found: "another one")
        }
        return Set(items.compactMap(\.text))
    }
}
