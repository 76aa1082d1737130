import Foundation
import HTTPTypes
import Screening

/// What a connection's script may see and change of a request to a provider, and how what it made of it is sent.
///
/// Credentials are held back: the account's own header, everything else that holds a secret of the account, and the query. They are restored unchanged.
struct ShapedRequest {
    private let original: WireRequest
    /// What the path follows: the account's base URL, or the origin of another URL.
    private let base: String
    private let hidden: [(marker: String, value: String)]
    private let own: Set<String>

    /// - Parameter credentialHeader: the name of the header that holds the account's credentials.
    init(_ request: WireRequest, _ account: Account, credentialHeader: String?) {
        original = request
        let given = account.baseURL.hasSuffix("/") ? String(account.baseURL.dropLast()) : account.baseURL
        if request.url.hasPrefix(given + "/") {
            base = given
        } else {
            base = String(request.url.prefix(request.url.count - request.path.count - Self.query(of: request.url).count))
        }
        hidden = account.secrets.sorted { $0.key < $1.key }.flatMap { name, secrets in
            secrets.enumerated().compactMap { $1.value.utf8.count >= 4 ? ("‹\(name) \($0)›", $1.value) : nil }
        }
        var own = RequestShape.reserved
        credentialHeader.map { _ = own.insert($0.lowercased()) }
        for field in request.headers where account.secrets.values.contains(where: { $0.contains { field.value.contains($0.value) } }) {
            own.insert(field.name.canonicalName)
        }
        self.own = own
    }

    /// What the script is given; nil where the body is not JSON or the path itself holds a secret.
    var shape: RequestShape? {
        let path = String(original.url.dropFirst(base.count).prefix { $0 != "?" })
        guard let body = original.body.isEmpty ? .null : try? JSON(parsing: original.body) else { return nil }
        guard !hidden.contains(where: { path.removingPercentEncoding?.contains($0.value) ?? true }) else { return nil }
        var headers: [String: String] = [:]
        for field in original.headers where !own.contains(field.name.canonicalName) { headers[field.name.canonicalName] = field.value }
        return RequestShape(
            method: original.method.rawValue,
            path: path,
            headers: headers,
            body: concealed(body)
        )
    }

    /// The request to send.
    func request(_ shape: RequestShape) -> WireRequest {
        var request = original
        request.method = HTTPRequest.Method(rawValue: shape.method) ?? original.method
        let query = Self.query(of: original.url)
        request.url = base + shape.path + (shape.path.contains("?") && !query.isEmpty ? "&" + query.dropFirst() : query)
        for field in original.headers where !own.contains(field.name.canonicalName) { request.headers[field.name] = nil }
        for (name, value) in shape.headers where !own.contains(name) {
            if let name = HTTPField.Name(name) { request.headers[name] = value }
        }
        let body = revealed(shape.body.value, as: (try? JSON(parsing: original.body)) ?? .null)
        request.body = body.isNull ? [] : body.bytes()
        if !body.isNull, request.headers[.contentType] == nil { request.headers[.contentType] = "application/json" }
        return request
    }

    private func concealed(_ text: String) -> String { hidden.reduce(text) { $0.replacing($1.value, with: $1.marker) } }

    private func concealed(_ value: JSON) -> JSON {
        switch value {
        case .string(let text): .string(concealed(text))
        case .array(let items): .array(items.map { concealed($0) })
        case .object(let members): .object(JSON.Members(members.pairs.map { ($0.name, concealed($0.value)) }))
        default: value
        }
    }

    /// The value with the secrets back where the original had them, and nowhere else: a marker that was moved into a name would come back in a report.
    private func revealed(_ value: JSON, as original: JSON) -> JSON {
        switch (value, original) {
        case (.string(let text), .string(let given)): return .string(text == concealed(given) ? given : text)
        case (.array(let items), .array(let givens)):
            return .array(items.enumerated().map { $0 < givens.count ? revealed($1, as: givens[$0]) : $1 })
        case (.object(let members), .object(let givens)):
            return .object(
                JSON.Members(members.pairs.map { pair in (pair.name, givens[pair.name].map { revealed(pair.value, as: $0) } ?? pair.value) })
            )
        default: return value
        }
    }

    private static func query(of url: String) -> String { url.firstIndex(of: "?").map { String(url[$0...]) } ?? "" }
}
