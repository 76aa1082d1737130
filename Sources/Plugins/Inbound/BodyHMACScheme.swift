import Screening

/// The `body_hmac` scheme: the code stands in the JSON body, over other values of the body.
///
/// What the template does not name is not covered by the code: a script that relies on it should read it again from the ATS.
public struct BodyHMACScheme: Sendable, Hashable {
    public let secret: String
    /// The dotted path of the code in the body.
    public let signature: String
    public let signed: SignedTemplate
    public let code: HMACCode

    public init(secret: String, signature: String, signed: SignedTemplate, code: HMACCode = HMACCode()) {
        self.secret = secret
        self.signature = signature
        self.signed = signed
        self.code = code
    }

    func failure(_ read: ReadRequest, secrets: [Secret]) -> VerificationFailure? {
        guard !secrets.isEmpty else { return .noSecret(secret) }
        guard let given = read.body?.at(signature)?.text else { return .missingValue(signature) }
        guard let message = signed.bytes(read) else { return .missingSigned }
        return code.failure([given], at: "the body's \(signature)", message: message, keys: secrets.map(\.bytes))
    }

    func sign(_ body: [UInt8], headers: [String: String], as format: BodyFormat, secret: Secret) -> SignedDelivery? {
        let read = ReadRequest(ReceivedRequest(method: "POST", path: "", headers: headers, body: body), as: format)
        guard format == .json, var json = read.body, json.members != nil, let message = signed.bytes(read)
        else { return nil }
        json.set(.string(code.text(of: code.code(of: message, key: secret.bytes))), at: signature)
        return SignedDelivery(headers: headers, body: json.bytes())
    }
}
