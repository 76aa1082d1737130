import Screening

/// A hash that stands in an index for a text which is itself only in the opaque column: exact look-up and uniqueness without showing the text.
enum Fingerprint: String {
    /// An order's external id.
    case externalID = "external_id"
    /// The secret part of an order's callback address.
    case callbackToken = "callback_token"
    /// What makes two deliveries the same.
    case dedupe
    /// A key of a connection's scripts.
    case valueKey = "kv"
    /// An API request's idempotency key.
    case idempotencyKey = "idempotency_key"
    /// The secret of an API token.
    case accessToken = "access_token"

    /// 32 bytes; of several texts, no two different lists give the same.
    func of(_ texts: [String], by index: IndexKey) -> [UInt8] {
        var bytes = Array("fairlead:\(rawValue)".utf8)
        for text in texts { bytes += Array("\u{0}\(text.utf8.count):\(text)".utf8) }
        return index.hash(bytes)
    }
}
