import Foundation
import HTTPTypes
import Screening

/// One HTTP exchange that a script asked for: the request with the connection's secrets in place.
struct ScriptExchange: Sendable {
    let url: URLParts
    let request: WireRequest
    /// Whether the call changes nothing on the other side.
    let isRead: Bool
    /// Whether a failed connection is the script's to handle.
    let returnsErrors: Bool
    /// The secret that is the whole URL; nil where the script wrote it out.
    private let secretURL: String?

    /// The headers that say where a request goes, where its body ends, or in which coding the answer comes: the host writes them.
    private static let reserved: Set = [
        "accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// - Parameters:
    ///   - key: what goes out as `Idempotency-Key`, unless the script set one.
    ///   - timestamp: the time that a signature made by the host carries.
    ///   - judge: whether the URL may be called, and with these secrets. It is asked before any secret but a whole URL is filled in.
    /// - Throws: ``HostCallError`` where the arguments do not make a request, and what `judge` throws.
    init(
        _ arguments: JSON,
        secrets: [String: [Secret]],
        key: String,
        at timestamp: Timestamp,
        judge: (URLParts, SecretPlaces) throws(HostCallError) -> Void
    ) throws(HostCallError) {
        let places = try SecretPlaces(arguments)
        var target = arguments["url"]?.text ?? ""
        if let name = places.url { target = try SecretPlaces.value(of: name, in: secrets) }
        guard let url = URLParts(target) else {
            throw HostCallError("bad_url", "http: the URL is not an http or https address", path: "url")
        }
        try judge(url, places)
        self.url = url
        secretURL = places.url
        let filled = try places.filled(arguments, with: secrets)
        // TRACE gives back what was sent, secrets too; CONNECT makes a way to somebody else.
        guard let method = HTTPRequest.Method(rawValue: (filled["method"]?.text ?? "GET").uppercased()), method != .trace, method != .connect else {
            throw HostCallError("bad_request", "http: the method is not one that may be sent", path: "method")
        }
        if let query = filled["query"]?.members, !query.pairs.isEmpty {
            target += (target.contains("?") ? "&" : "?") + ScriptExchange.form(query)
        }
        guard URLParts(target)?.origin == url.origin else { throw HostCallError("bad_url", "http: the query does not make a URL", path: "query") }
        var headers = HTTPFields()
        for (name, value) in filled["headers"]?.members?.pairs ?? [] {
            guard let field = HTTPField.Name(name), let text = value.identifier ?? value.text, HTTPField.isValidValue(text),
                !Self.reserved.contains(field.canonicalName)
            else {
                throw HostCallError("bad_header", "http: one of the headers is not valid, or is written by the host", path: "headers")
            }
            headers[field] = text
        }
        var body: [UInt8] = []
        if let json = filled["json"] {
            body = json.bytes(.sorted)
            headers[.contentType] = headers[.contentType] ?? "application/json"
        } else if let form = filled["form"]?.members {
            body = Array(ScriptExchange.form(form).utf8)
            headers[.contentType] = headers[.contentType] ?? "application/x-www-form-urlencoded"
        } else if let text = filled["body"]?.text {
            body = Array(text.utf8)
        } else if let coded = filled["body_base64"]?.text {
            body = [UInt8](base64: coded) ?? []
        }
        if let bearer = filled["auth"]?["bearer"]?.text {
            headers[.authorization] = "Bearer " + bearer
        } else if let basic = filled["auth"]?["basic"]?.items {
            let pair = [basic.first?.text ?? "", basic.count > 1 ? basic[1].text ?? "" : ""].joined(separator: ":")
            headers[.authorization] = "Basic " + Array(pair.utf8).base64
        }
        isRead = method == .get || method == .head
        if !isRead, let name = HTTPField.Name("Idempotency-Key"), headers[name] == nil { headers[name] = key }
        if let sign = filled["sign"] {
            let name = sign["secret"]?.text ?? "of that name"
            guard let secret = secrets[name]?.first, let id = sign["id"]?.text else {
                throw HostCallError("missing_secret", "the connection has no secret \(name) to sign with")
            }
            guard let webhooks = StandardWebhooks([secret]) else {
                throw HostCallError("bad_secret", "the secret \(name) cannot sign: whsec_ stands before something that is not base64", path: "sign")
            }
            for (name, value) in webhooks.headers(for: body, id: id, at: timestamp) {
                if let field = HTTPField.Name(name) { headers[field] = value }
            }
        }
        let seconds = min(max(filled["timeout"]?.number ?? 10, 0.1), 60)
        request = WireRequest(method, target, headers: headers, body: body, timeout: .milliseconds(Int64(seconds * 1000)))
        returnsErrors = filled["on_error"]?.text == "return"
    }

    /// An error's text as the script and people see it: of an address that is a secret, its name.
    func shown(_ message: String) -> String {
        guard let secretURL else { return message }
        let name = "secret:" + secretURL
        var shown = message
        for text in [request.url, url.origin, url.host] where !text.isEmpty {
            shown = shown.replacingOccurrences(of: text, with: name, options: .caseInsensitive)
        }
        return shown
    }

    private static func form(_ members: JSON.Members) -> String {
        FormEncoding.text(
            members.pairs.flatMap { name, value in
                (value.items ?? [value]).map { (name: name, value: $0.text ?? ($0.isNull ? "" : $0.string())) }
            }
        )
    }
}
