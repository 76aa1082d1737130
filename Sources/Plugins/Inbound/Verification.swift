public import Screening

/// How a request proves where it comes from: a `verify` block of a manifest.
public enum Verification: Sendable, Hashable {
    case hmac(HMACScheme)
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`, five minutes either way.
    case standardWebhooks(secret: String)
    /// HTTP Basic: the names of the secrets that hold user name and password. Without a password's name, or where the connection has no such secret, the
    /// password must be empty.
    case basic(username: String, password: String?)
    /// A shared token in a header, in lower case: after `Bearer ` in `authorization`, else the header's whole value.
    case bearer(secret: String, header: String)
    /// An HMAC in the JSON body itself.
    case bodyHMAC(BodyHMACScheme)
    /// Nothing: anybody may send.
    case none

    /// The names of the secrets that the scheme uses.
    public var secretNames: [String] {
        switch self {
        case .hmac(let scheme): [scheme.secret]
        case .standardWebhooks(let secret), .bearer(let secret, _): [secret]
        case .basic(let username, let password): [username] + (password.map { [$0] } ?? [])
        case .bodyHMAC(let scheme): [scheme.secret]
        case .none: []
        }
    }

    /// The headers, in lower case, that hold a credential rather than a signature: not to be kept.
    public var credentialHeaders: Set<String> {
        if case .bearer(_, let header) = self { Self.everywhere.union([header]) } else { Self.everywhere }
    }

    /// Headers as they may be kept.
    public func withoutCredentials(_ headers: [String: String]) -> [String: String] {
        let names = credentialHeaders
        return names.contains { headers[$0] != nil } ? headers.filter { !names.contains($0.key) } : headers
    }

    private static let everywhere: Set = ["authorization", "proxy-authorization", "cookie"]

    /// Whether a request is genuine.
    ///
    /// Compares in constant time, over the bytes as received; of several live secrets any may match. Headers must include the credentials. A secret that
    /// is missing or empty never verifies anything. Does no I/O; calling twice gives the same.
    /// - Parameters:
    ///   - secrets: the connection's secrets by name.
    ///   - now: the present time, for schemes that sign it.
    public func verify(_ request: ReceivedRequest, secrets: [String: [Secret]], now: Timestamp) -> Bool {
        func live(_ name: String) -> [Secret] { (secrets[name] ?? []).filter { !$0.value.isEmpty } }
        return switch self {
        case .hmac(let scheme): scheme.verify(request, secrets: live(scheme.secret), now: now)
        case .standardWebhooks(let name):
            StandardWebhooks(live(name))?.verify(request.body, header: { request.headers[$0] }, now: now) ?? false
        case .basic(let username, let password):
            BasicCredentials.verify(request, usernames: live(username), passwords: password.flatMap { secrets[$0] })
        case .bearer(let name, let header): BearerCredential.verify(request, header: header, secrets: live(name))
        case .bodyHMAC(let scheme): scheme.verify(request, secrets: live(scheme.secret))
        case .none: true
        }
    }

    /// A delivery with this body that ``verify(_:secrets:now:)`` accepts: what a sender would send. Used by `trigger`, the demo and tests.
    ///
    /// - Parameters:
    ///   - headers: what else the sender sends (signed where the template names it); names in any case.
    ///   - id: the delivery's identifier, for Standard Webhooks.
    /// - Returns: the headers, names in lower case, given ones included, and the body, which only `body_hmac` changes; nil where a secret is missing or
    ///   empty, or where the body lacks what the template signs.
    public func sign(
        _ body: [UInt8],
        headers: [String: String] = [:],
        secrets: [String: [Secret]],
        now: Timestamp,
        id: String = "msg_1"
    ) -> SignedDelivery? {
        let given = Dictionary(headers.map { ($0.key.lowercased(), $0.value) }) { $1 }
        func first(_ name: String) -> Secret? { secrets[name]?.first { !$0.value.isEmpty } }
        switch self {
        case .hmac(let scheme): return first(scheme.secret).flatMap { scheme.sign(body, headers: given, secret: $0, now: now) }
        case .standardWebhooks(let name):
            guard let webhooks = first(name).flatMap({ StandardWebhooks([$0]) }) else { return nil }
            let id = given[StandardWebhooks.Header.id] ?? id
            let timestamp = given[StandardWebhooks.Header.timestamp] ?? String(now.milliseconds / 1000)
            let signature = webhooks.signature(of: body, id: id, timestamp: timestamp)
            let proof = [
                StandardWebhooks.Header.id: id, StandardWebhooks.Header.timestamp: timestamp, StandardWebhooks.Header.signature: signature,
            ]
            return SignedDelivery(headers: given.merging(proof) { $1 }, body: body)
        case .basic(let username, let password):
            guard let user = first(username) else { return nil }
            let pair = user.bytes + [UInt8(ascii: ":")] + (password.flatMap { first($0) }?.bytes ?? [])
            return SignedDelivery(headers: given.merging(["authorization": "Basic " + pair.base64]) { $1 }, body: body)
        case .bearer(let name, let header):
            guard let secret = first(name) else { return nil }
            let value = header == "authorization" ? "Bearer " + secret.value : secret.value
            return SignedDelivery(headers: given.merging([header: value]) { $1 }, body: body)
        case .bodyHMAC(let scheme): return first(scheme.secret).flatMap { scheme.sign(body, headers: given, secret: $0) }
        case .none: return SignedDelivery(headers: given, body: body)
        }
    }

    /// What is wrong with a secret's value for this scheme, as a phrase without the value; nil where nothing is.
    public func problem(with secret: Secret) -> String? {
        if secret.value.isEmpty { return "is empty, so no request could be verified" }
        if case .standardWebhooks = self, !StandardWebhooks.isBase64(secret) { return "must be base64, with or without whsec_ before it" }
        return nil
    }
}

/// A delivery that carries its proof.
public struct SignedDelivery: Sendable, Equatable {
    /// Header fields, names in lower case.
    public let headers: [String: String]
    public let body: [UInt8]
}
