import Crypto
import Foundation
import HTTPTypes
import Screening

/// Signs and verifies as Standard Webhooks 1.0.0 says, with a symmetric secret.
enum StandardWebhook {
    /// How far a timestamp may lie from the present, either way.
    static let tolerance = Duration.seconds(300)

    /// Puts the three headers on a request whose body is final.
    static func sign(_ request: inout WireRequest, id: String, at moment: Timestamp, secret: Secret) {
        let seconds = String(moment.milliseconds / 1000)
        request.headers[.webhookID] = id
        request.headers[.webhookTimestamp] = seconds
        request.headers[.webhookSignature] = signature(id: id, seconds: seconds, body: request.body, secret: secret)
    }

    /// `v1,` and the base64 of the HMAC-SHA256 over `id.seconds.body`.
    static func signature(id: String, seconds: String, body: [UInt8], secret: Secret) -> String {
        let text = secret.value.hasPrefix("whsec_") ? String(secret.value.dropFirst(6)) : secret.value
        let key = [UInt8](base64: text) ?? secret.bytes
        let mac = HMAC<SHA256>.authenticationCode(for: Array("\(id).\(seconds).".utf8) + body, using: SymmetricKey(data: key))
        return "v1," + Array(mac).base64
    }

    /// Whether one of the signatures that came with a request is right and its timestamp near enough.
    static func verify(_ request: WireRequest, at now: Timestamp, secret: Secret) -> Bool {
        let present = now.milliseconds / 1000
        let tolerance = tolerance.components.seconds
        guard let id = request.headers[.webhookID], let seconds = request.headers[.webhookTimestamp], let moment = Int64(seconds),
            let given = request.headers[.webhookSignature],
            (present - tolerance...present + tolerance).contains(moment)
        else { return false }
        let expected = Secret(signature(id: id, seconds: seconds, body: request.body, secret: secret))
        return given.split(separator: " ").contains { expected.matches(String($0)) }
    }
}
