import Screening

/// A signed request, as it is or with something changed: whether it would be right then. It is the same rule as the one that verifies, without the time.
struct SignatureTrial {
    /// A key, and what it is called where it is not the one that is meant.
    struct Key {
        let bytes: [UInt8]
        let name: String
    }

    var scheme: HMACScheme
    var request: ReceivedRequest
    var keys: [[UInt8]]
    let format: BodyFormat
    /// Whether the whole body is what is signed, or a part of it, so that another body would make another signature.
    let signsBody: Bool

    /// Where a code that stands in the body is put, for it to be looked for like one in a header: no header has such a name.
    static let bodyPlace = "(body)"

    /// Nil for a scheme that does not sign.
    init?(_ verification: Verification, _ read: ReadRequest, secrets: [String: [Secret]]) {
        let live = { (name: String) in (secrets[name] ?? []).filter { !$0.value.isEmpty } }
        format = read.format
        request = read.request
        switch verification {
        case .hmac(let scheme):
            self.scheme = scheme
            keys = live(scheme.secret).map(\.bytes)
        case .standardWebhooks(let secret, let prefix):
            scheme = SignatureTrial.standardWebhooks(secret, prefix)
            keys = live(secret).compactMap(StandardWebhooks.signingKey(of:))
        case .bodyHMAC(let body):
            var headers = request.headers
            headers[SignatureTrial.bodyPlace] = read.body?.at(body.signature)?.text
            request = request.replacing(headers: headers)
            scheme = HMACScheme(secret: body.secret, header: SignatureTrial.bodyPlace, code: body.code, signed: body.signed)
            keys = live(body.secret).map(\.bytes)
        case .basic, .bearer, .token, .none: return nil
        }
        signsBody = scheme.signed.signsBody
    }

    /// What Standard Webhooks is as a signature over a template.
    private static func standardWebhooks(_ secret: String, _ prefix: String) -> HMACScheme {
        let names = StandardWebhooks.Header(prefix: prefix)
        return HMACScheme(
            secret: secret,
            header: names.signature,
            code: HMACCode(algorithm: .sha256, encoding: .base64),
            prefix: "v1,",
            signed: SignedTemplate("${header.\(names.id)}.${header.\(names.timestamp)}.${body}") ?? .body,
            list: " ",
            timestamp: HMACScheme.SignedTimestamp(header: names.timestamp)
        )
    }

    /// Whether the signature is right but for the time.
    var isRight: Bool { scheme.failure(ReadRequest(request, as: format), keys: keys) == nil }

    /// The signature that would have been right, as the sender writes it, by the first secret; nil where something to sign is missing.
    var rightSignature: String? {
        guard let key = keys.first, let message = scheme.signed.bytes(ReadRequest(request, as: format)) else { return nil }
        return scheme.prefix + scheme.code.text(of: scheme.code.code(of: message, key: key))
    }
}

extension HMACScheme {
    /// The scheme with something changed.
    func replacing(
        header: HeaderValue? = nil,
        code: HMACCode? = nil,
        prefix: String? = nil,
        signed: SignedTemplate? = nil
    ) -> HMACScheme {
        let place = header ?? self.header
        return HMACScheme(
            secret: secret,
            header: place.name,
            part: place.part,
            code: code ?? self.code,
            prefix: prefix ?? self.prefix,
            signed: signed ?? self.signed,
            list: list
        )
    }
}

extension ReceivedRequest {
    /// The request with other headers or another body.
    func replacing(headers: [String: String]? = nil, body: [UInt8]? = nil) -> ReceivedRequest {
        ReceivedRequest(method: method, path: path, query: query, headers: headers ?? self.headers, body: body ?? self.body)
    }
}
