import Screening

/// Standard Webhooks, version 1, with a shared secret: the code is over `id.timestamp.body`.
enum StandardWebhooks {
    private static let moment = HMACScheme.SignedMoment(header: "webhook-timestamp", tolerance: .seconds(300))
    private static let code = MessageCode(algorithm: .sha256, encoding: .base64)

    /// The key's bytes: base64, with or without `whsec_` before it; nil where it is neither.
    static func key(of secret: Secret) -> [UInt8]? {
        let text = secret.value.hasPrefix("whsec_") ? secret.value.dropFirst(6) : secret.value[...]
        guard let bytes = [UInt8](base64: text), !bytes.isEmpty else { return nil }
        return bytes
    }

    static func verify(_ request: ReceivedRequest, secrets: [Secret], now: Timestamp) -> Bool {
        let keys = secrets.compactMap(key)
        guard !keys.isEmpty, let signatures = request.headers["webhook-signature"], let id = request.headers["webhook-id"],
            let time = request.headers["webhook-timestamp"]
        else { return false }
        // The id ends at the first dot of what is signed: one with a dot in it could borrow from the timestamp.
        guard !id.isEmpty, !id.contains("."), time.utf8.allSatisfy(\.isASCIIDigit), moment.isNear(time, now: now) else {
            return false
        }
        let candidates = signatures.split(separator: " ").prefix(16).filter { $0.hasPrefix("v1,") }.map { $0.dropFirst(3) }
        return code.matches(candidates, message: Array("\(id).\(time).".utf8) + request.body, keys: keys)
    }

    static func sign(_ body: [UInt8], headers: [String: String], secret: Secret, now: Timestamp, id: String) -> SignedDelivery? {
        guard let key = key(of: secret) else { return nil }
        var headers = headers
        let id = headers["webhook-id"] ?? id
        let time = headers["webhook-timestamp"] ?? String(now.milliseconds / 1000)
        headers["webhook-id"] = id
        headers["webhook-timestamp"] = time
        headers["webhook-signature"] = "v1," + code.text(of: code.code(of: Array("\(id).\(time).".utf8) + body, key: key))
        return SignedDelivery(headers: headers, body: body)
    }
}
