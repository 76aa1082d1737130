import HTTPTypes
import Screening

/// One call to the provider, as a section of the profile describes it.
struct WireCall: Sendable {
    /// The section's name, for error messages.
    let name: String
    /// The whole section: also holds the call's selectors.
    let section: JSON
    private let method: HTTPRequest.Method
    private let path: String
    /// The calls that are never to arrive twice, whatever key they carry.
    private static let unrepeatable: Set = ["create", "cancel"]

    /// The call of a section; nil where it names no path or a method that is none.
    init?(name: String, section: JSON) {
        guard let path = section["path"]?.text, let method = HTTPRequest.Method((section["method"]?.text ?? "GET").uppercased()) else { return nil }
        self.name = name
        self.section = section
        self.path = path.replacing("/{id}", with: "/${reference}").replacing("/{reference}", with: "/${reference}")
        self.method = method
    }

    /// The selectors under a member of the section.
    func selector(_ member: String) -> WireSelector { WireSelector(section[member]) }

    /// Whether the request itself says which request at the provider is meant.
    var namesReference: Bool {
        (WireTemplate.placeholders(in: .string(path)) + WireTemplate.placeholders(in: section["query"] ?? .null)
            + WireTemplate.placeholders(in: section["body"] ?? .null)).contains("reference")
    }

    /// Whether it reads a list of all requests: one answer is about every order.
    var listsAll: Bool { name == "results" && !namesReference }

    /// The request to send. What stands in the path is percent-encoded, one segment a placeholder.
    ///
    /// - Throws: ``ProviderError`` `refused` where a placeholder of the path or the credentials has no value. Nothing has been sent then.
    func request(_ scope: WireScope, baseURL: String, authorization: JSON?) throws(ProviderError) -> WireRequest {
        guard let path = WireTemplate.text(path, from: scope, encode: PercentEncoding.segment) else {
            throw unfinished("its path needs a value that is missing or cannot stand in a path")
        }
        var url = path.contains("://") ? path : (baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL) + path
        if let query = section["query"].flatMap({ WireTemplate.fill($0, from: scope) })?.members, !query.pairs.isEmpty {
            let pairs = query.pairs.compactMap { name, value in WireCall.written(value).map { (name: name, value: $0) } }
            url += (url.contains("?") ? "&" : "?") + FormEncoding.text(pairs)
        }
        var request = WireRequest(method, url)
        if let body = section["body"] {
            request = WireRequest(method, url, json: WireTemplate.fill(body, from: scope) ?? [:])
        }
        request.headers[.accept] = "application/json"
        if Self.unrepeatable.contains(name) { request.connection = .fresh }
        if listsAll || name == "find" && !namesReference { request.maximumResponse = WireListing.limit }
        for (name, value) in section["headers"]?.members?.pairs ?? [] {
            guard let field = HTTPField.Name(name) else { throw unfinished("a header's name is not one") }
            request.headers[field] = value.text.flatMap { WireTemplate.text($0, from: scope) }
        }
        if let authorization {
            guard let field = HTTPField.Name(authorization["header"]?.text ?? "Authorization"),
                let value = authorization["value"]?.text.flatMap({ WireTemplate.text($0, from: scope) })
            else { throw ProviderError(.unauthorised, "the account has no credentials for \(name)") }
            request.headers[field] = value
        }
        return request
    }

    private func unfinished(_ reason: String) -> ProviderError {
        ProviderError(.refused, "the call \(name) could not be made: \(reason)")
    }

    /// A query parameter's value; nil for lists and objects.
    private static func written(_ value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .int, .double, .bool: String(decoding: value.bytes(), as: UTF8.self)
        case .null, .array, .object: nil
        }
    }
}
