import Foundation
import HTTPTypes
import Screening

/// One HTTP exchange that a script asked for: the request with the connection's secrets in place, and the reply with them taken out again.
struct ScriptExchange: Sendable {
    let url: URLParts
    let request: WireRequest
    /// Whether the call changes nothing on the other side.
    let isRead: Bool
    /// Whether a failed connection is the script's to handle.
    let returnsErrors: Bool
    /// What must be removed from replies: every secret of the connection, in each form in which the other side may echo it.
    private let secrets: [String: [Secret]]

    /// - Parameters:
    ///   - key: what goes out as `Idempotency-Key`, unless the script set one.
    ///   - timestamp: the time that a signature made by the host carries.
    /// - Throws: ``HostCallError`` where the arguments do not make a request.
    init(_ arguments: JSON, secrets: [String: [Secret]], key: String, at timestamp: Timestamp) throws {
        var filled = arguments
        for entry in arguments["secrets"]?.items ?? [] {
            guard let place = entry["at"]?.items?.compactMap(\.placeName), let parts = entry["parts"]?.items else { continue }
            let text = try parts.map { part -> String in
                if let text = part.text { return text }
                guard let name = part["secret"]?.text, let secret = secrets[name]?.first else {
                    throw HostCallError("missing_secret", "the connection has no secret \(part["secret"]?.text ?? "of that name")")
                }
                return secret.value
            }.joined()
            filled = filled.replacing(place[...], with: .string(text))
        }
        guard let method = HTTPRequest.Method(rawValue: (filled["method"]?.text ?? "GET").uppercased()) else {
            throw HostCallError("bad_request", "http: the method is not one", path: "method")
        }
        var target = filled["url"]?.text ?? ""
        if let query = filled["query"]?.members, !query.pairs.isEmpty {
            target += (target.contains("?") ? "&" : "?") + ScriptExchange.form(query)
        }
        guard let url = URLParts(target) else {
            throw HostCallError("bad_url", "http: the URL is not an http or https address", path: "url")
        }
        self.url = url
        var headers = HTTPFields()
        for (name, value) in filled["headers"]?.members?.pairs ?? [] {
            guard let field = HTTPField.Name(name), let text = value.identifier ?? value.text, HTTPField.isValidValue(text) else {
                throw HostCallError("bad_header", "http: the header \(name) is not a valid header", path: "headers")
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
        self.secrets = secrets
    }

    /// The reply as the prelude takes it: secrets that the other side echoed are replaced by a marker.
    func reply(to response: WireResponse, limit: Int) -> JSON {
        guard response.body.count <= limit else {
            return ["status": .int(Int64(response.status)), "headers": [:], "error": .string("the reply is larger than \(limit) bytes")]
        }
        var headers = JSON.Members()
        for field in response.headers {
            let name = field.name.canonicalName
            headers[name] = .string([headers[name]?.text, scrubbed(field.value)].compactMap(\.self).joined(separator: ", "))
        }
        var reply: JSON = ["status": .int(Int64(response.status)), "headers": .object(headers)]
        let body = secrets.scrubbed(response.body)
        if let text = String(validating: body, as: UTF8.self) {
            reply["body"] = .string(text)
        } else {
            reply["body_base64"] = .string(body.base64)
        }
        return reply
    }

    private func scrubbed(_ text: String) -> String { String(decoding: secrets.scrubbed(Array(text.utf8)), as: UTF8.self) }

    private static func form(_ members: JSON.Members) -> String {
        FormEncoding.text(
            members.pairs.flatMap { name, value in
                (value.items ?? [value]).map { (name: name, value: $0.text ?? ($0.isNull ? "" : $0.string())) }
            }
        )
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

extension [String: [Secret]] {
    /// The bytes with a marker in place of every secret, in each form in which the other side may echo it.
    func scrubbed(_ bytes: [UInt8]) -> [UInt8] {
        let hidden = values.flatMap { $0 }.flatMap(\.echoes).sorted { $0.count > $1.count }
        return hidden.reduce(bytes) { bytes, echo in
            bytes.firstRange(of: echo) == nil ? bytes : bytes.replacing(echo, with: Array("‹secret›".utf8))
        }
    }
}

extension Secret {
    /// The value as it stands, percent-encoded, escaped in JSON, in hexadecimal, and in base64 wherever it stands in what was encoded, such as a password
    /// behind its user name.
    fileprivate var echoes: [[UInt8]] {
        guard value.utf8.count >= 4 else { return [] }
        let quoted = JSON.string(value).bytes()
        let texts = [
            value, PercentEncoding.text(value), value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? value,
            String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self),
            bytes.base64, bytes.hex,
        ]
        return Set(texts + (0..<3).map(base64).filter { $0.utf8.count >= 5 }).map { Array($0.utf8) }
    }

    /// The base64 text of the value when so many bytes precede it, without the letters that also depend on neighbouring bytes.
    private func base64(behind count: Int) -> String {
        let text = ([UInt8](repeating: 0, count: count) + bytes).base64
        let whole = (count + bytes.count) * 8 / 6
        return String(text.prefix(whole).dropFirst((count * 8 + 5) / 6))
    }
}
