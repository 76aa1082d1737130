public import Screening

/// How a request proves where it comes from: a `verify` block of a manifest.
public enum Verification: Sendable, Hashable {
    case hmac(HMACScheme)
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`, five minutes either way. The headers' prefix may be another, such as
    /// `svix`.
    case standardWebhooks(secret: String, headerPrefix: String = "webhook")
    /// HTTP Basic: the names of the secrets that hold user name and password. Without a password's name, or where the connection has no such secret, the
    /// password must be empty.
    case basic(username: String, password: String?)
    /// A shared token in a header, in lower case: after `Bearer ` in `authorization`, else the header's whole value.
    case bearer(secret: String, header: String)
    /// An HMAC in the JSON body itself.
    case bodyHMAC(BodyHMACScheme)
    /// A shared token in a parameter of the URL, which is kept nowhere.
    case token(secret: String, query: String)
    /// Nothing: anybody may send.
    case none

    /// The names of the secrets that the scheme uses.
    public var secretNames: [String] {
        switch self {
        case .hmac(let scheme): [scheme.secret]
        case .standardWebhooks(let secret, _), .bearer(let secret, _), .token(let secret, _): [secret]
        case .basic(let username, let password): [username] + (password.map { [$0] } ?? [])
        case .bodyHMAC(let scheme): [scheme.secret]
        case .none: []
        }
    }

    /// The headers, in lower case, that hold a credential rather than a signature: not to be kept.
    public var credentialHeaders: Set<String> {
        switch self {
        case .bearer(_, let header): Self.everywhere.union([header])
        case .token: Self.everywhere.union(Self.addressHeaders)
        default: Self.everywhere
        }
    }

    /// The headers, in lower case, in which proxies and browsers repeat the address that was asked for: not to be kept where it holds a credential.
    public static let addressHeaders: Set = [
        "referer", "x-original-uri", "x-original-url", "x-forwarded-uri", "x-rewrite-url", "x-envoy-original-path",
    ]

    /// Headers as they may be kept.
    public func withoutCredentials(_ headers: [String: String]) -> [String: String] {
        let names = credentialHeaders
        return names.contains { headers[$0] != nil } ? headers.filter { !names.contains($0.key) } : headers
    }

    /// A request as it may be kept and worked on.
    /// - Parameter secrets: the connection's secrets by name. Where the sender sends one itself, every header and parameter that repeats it is left out,
    ///   plain or encoded: proxies write what they were asked for into headers of their own.
    public func withoutCredentials(_ request: ReceivedRequest, secrets: [String: [Secret]] = [:]) -> ReceivedRequest {
        var query = request.query
        if case .token(_, let name) = self { query[name] = nil }
        var headers = withoutCredentials(request.headers)
        let sent = sentSecrets(secrets)
        if !sent.isEmpty {
            let finder = SecretScrubber(["sent": sent])
            headers = headers.filter { !finder.finds(in: $0.value) }
            query = query.filter { !finder.finds(in: $0.key) && !finder.finds(in: $0.value) }
        }
        return ReceivedRequest(
            method: request.method,
            path: request.path,
            query: query,
            headers: headers,
            body: request.body
        )
    }

    /// The secrets that a sender sends as they are. A user name is none beside a password: it may be any word.
    private func sentSecrets(_ secrets: [String: [Secret]]) -> [Secret] {
        func live(_ name: String) -> [Secret] { (secrets[name] ?? []).filter { !$0.value.isEmpty } }
        switch self {
        case .bearer(let secret, _), .token(let secret, _): return live(secret)
        case .basic(let username, let password):
            let passwords = password.map(live) ?? []
            return passwords.isEmpty ? live(username) : passwords
        case .hmac, .standardWebhooks, .bodyHMAC, .none: return []
        }
    }

    /// Whether a header is among what is signed, so that nobody but the sender chose it.
    public func signs(header name: String) -> Bool {
        switch self {
        case .hmac(let scheme): scheme.signed.signs(header: name)
        case .standardWebhooks(_, let prefix): [prefix + "-id", prefix + "-timestamp"].contains(name)
        case .basic, .bearer, .bodyHMAC, .token, .none: false
        }
    }

    /// Whether a value of the body is among what is signed; nothing is where the scheme signs nothing, and then the sender is believed in everything.
    func signs(value path: String) -> Bool {
        switch self {
        case .hmac(let scheme): scheme.signed.signsBody || scheme.signed.values.contains(path)
        case .bodyHMAC(let scheme): scheme.signed.signsBody || scheme.signed.values.contains(path)
        case .standardWebhooks, .basic, .bearer, .token, .none: true
        }
    }

    /// What is signed, where a value of the body is signed only as a piece of it.
    ///
    /// The pieces stand one after the other, often with nothing between them: whoever has one delivery can end a piece elsewhere, and the signature holds
    /// for the other values too. Only all pieces together are what the sender has signed.
    func message(around path: String, in read: ReadRequest) -> [UInt8]? {
        let signed: SignedTemplate
        switch self {
        case .hmac(let scheme): signed = scheme.signed
        case .bodyHMAC(let scheme): signed = scheme.signed
        case .standardWebhooks, .basic, .bearer, .token, .none: return nil
        }
        return !signed.signsBody && signed.values.contains(path) ? signed.bytes(read) : nil
    }

    /// What is signed, where a header is signed as a piece of it that the signature does not keep apart from the others; nil where it does, and where the
    /// header is not signed.
    func message(aroundHeader name: String, in read: ReadRequest) -> [UInt8]? {
        guard case .hmac(let scheme) = self, scheme.signed.signs(header: name), !scheme.signed.isolates(header: name, in: read.request) else {
            return nil
        }
        return scheme.signed.bytes(read)
    }

    /// Whether head and address alone say who sends: then nobody else's body need be read.
    public var needsNoBody: Bool {
        switch self {
        case .basic, .bearer, .token: true
        case .hmac, .standardWebhooks, .bodyHMAC, .none: false
        }
    }

    private static let everywhere: Set = ["authorization", "proxy-authorization", "cookie"]

    /// Whether a request is genuine.
    ///
    /// Compares in constant time, over the bytes as received; of several live secrets any may match. Headers must include the credentials. A secret that
    /// is missing or empty never verifies anything. Does no I/O; calling twice gives the same.
    /// The body is read only for schemes that sign values of it.
    /// - Parameters:
    ///   - secrets: the connection's secrets by name.
    ///   - now: the present time, for schemes that sign it.
    public func verify(_ read: ReadRequest, secrets: [String: [Secret]], now: Timestamp) -> Bool {
        failure(read, secrets: secrets, now: now) == nil
    }

    /// Which part of the rule a request fails; nil where it is genuine, as ``verify(_:secrets:now:)`` says. This is the rule: it decides in constant time, and
    /// says why only of what was refused. A sender is not told.
    public func failure(_ read: ReadRequest, secrets: [String: [Secret]], now: Timestamp) -> VerificationFailure? {
        let request = read.request
        func live(_ name: String) -> [Secret] { (secrets[name] ?? []).filter { !$0.value.isEmpty } }
        switch self {
        case .hmac(let scheme): return scheme.failure(read, secrets: live(scheme.secret), now: now)
        case .standardWebhooks(let name, let prefix):
            guard let webhooks = StandardWebhooks(live(name)) else { return .noSecret(name) }
            let names = StandardWebhooks.Header(prefix: prefix)
            return webhooks.failure(request.body, names: names, header: { request.headers[$0] }, now: now).map { VerificationFailure($0, names) }
        case .basic(let username, let password):
            guard !live(username).isEmpty else { return .noSecret(username) }
            return BasicCredentials.failure(request, usernames: live(username), passwords: password.flatMap { secrets[$0] })
        case .bearer(let name, let header):
            return live(name).isEmpty ? .noSecret(name) : BearerCredential.failure(request, header: header, secrets: live(name))
        case .bodyHMAC(let scheme): return scheme.failure(read, secrets: live(scheme.secret))
        case .token(let name, let query):
            return live(name).isEmpty ? .noSecret(name) : TokenCredential.failure(request, query: query, secrets: live(name))
        case .none: return nil
        }
    }

    /// Whether a request is genuine, where its body is read for nothing else.
    /// - Parameters:
    ///   - format: how the body is read, for schemes that sign values of it.
    ///   - secrets: the connection's secrets by name.
    ///   - now: the present time, for schemes that sign it.
    public func verify(_ request: ReceivedRequest, as format: BodyFormat = .json, secrets: [String: [Secret]], now: Timestamp) -> Bool {
        verify(ReadRequest(request, as: format), secrets: secrets, now: now)
    }

    /// A delivery with this body that ``verify(_:secrets:now:)`` accepts: what a sender would send. Used by `trigger`, the demo and tests.
    ///
    /// - Parameters:
    ///   - format: how the body is read, for schemes that sign values of it.
    ///   - headers: what else the sender sends (signed where the template names it); names in any case.
    ///   - id: the delivery's identifier, for Standard Webhooks.
    /// - Returns: the headers, names in lower case, given ones included, and the body, which only `body_hmac` changes; nil where a secret is missing or
    ///   empty, or where the body lacks what the template signs.
    public func sign(
        _ body: [UInt8],
        as format: BodyFormat = .json,
        headers: [String: String] = [:],
        secrets: [String: [Secret]],
        now: Timestamp,
        id: String = "msg_1"
    ) -> SignedDelivery? {
        let given = Dictionary(headers.map { ($0.key.lowercased(), $0.value) }) { $1 }
        func first(_ name: String) -> Secret? { secrets[name]?.first { !$0.value.isEmpty } }
        switch self {
        case .hmac(let scheme): return first(scheme.secret).flatMap { scheme.sign(body, headers: given, as: format, secret: $0, now: now) }
        case .standardWebhooks(let name, let prefix):
            guard let webhooks = first(name).flatMap({ StandardWebhooks([$0]) }) else { return nil }
            let names = StandardWebhooks.Header(prefix: prefix)
            let id = given[names.id] ?? id
            let timestamp = given[names.timestamp] ?? String(now.milliseconds / 1000)
            let signature = webhooks.signature(of: body, id: id, timestamp: timestamp)
            let proof = [names.id: id, names.timestamp: timestamp, names.signature: signature]
            return SignedDelivery(headers: given.merging(proof) { $1 }, body: body)
        case .basic(let username, let password):
            guard let user = first(username) else { return nil }
            let pair = user.bytes + [UInt8(ascii: ":")] + (password.flatMap { first($0) }?.bytes ?? [])
            return SignedDelivery(headers: given.merging(["authorization": "Basic " + pair.base64]) { $1 }, body: body)
        case .bearer(let name, let header):
            guard let secret = first(name) else { return nil }
            let value = header == "authorization" ? "Bearer " + secret.value : secret.value
            return SignedDelivery(headers: given.merging([header: value]) { $1 }, body: body)
        case .bodyHMAC(let scheme): return first(scheme.secret).flatMap { scheme.sign(body, headers: given, as: format, secret: $0) }
        case .token(let name, let query):
            return first(name).map { SignedDelivery(headers: given, query: [query: $0.value], body: body) }
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
    /// What the proof adds to the URL's parameters.
    public var query: [String: String] = [:]
    public let body: [UInt8]
}
