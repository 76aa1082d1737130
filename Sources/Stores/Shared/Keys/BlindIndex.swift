import Screening

/// A hash that stands in an index for a text which is itself only in the opaque column: exact look-up and uniqueness without showing the text.
enum BlindIndex: String {
    /// The secret part of an order's callback address.
    case callbackToken = "callback_token"
    /// An API request's idempotency key.
    case idempotencyKey = "idempotency_key"
    /// The secret of an API token.
    case accessToken = "access_token"
    /// Somebody's address, as the audit names them.
    case auditActor = "audit_actor"
    /// What a browser that is signed in holds.
    case session
    /// Whose a view is that somebody keeps.
    case viewOwner = "view_owner"

    /// What is hashed per connection or account, so that nobody can tell that two of them have the same.
    enum OnConnection: String {
        /// An order's external id.
        case externalID = "external_id"
        /// What makes two deliveries the same.
        case dedupe
        /// What deliveries are grouped by.
        case group
        /// A request at a provider, of an account.
        case reference
        /// A key of a connection's scripts.
        case valueKey = "kv"
    }

    /// 32 bytes.
    func of(_ text: String, by index: BlindIndexKey) -> [UInt8] { index.hash(BlindIndex.bytes(rawValue, text)) }

    fileprivate static func bytes(_ purpose: String, _ text: String) -> [UInt8] { Array("fairlead:\(purpose)\u{0}\(text)".utf8) }
}

extension BlindIndex.OnConnection {
    /// 32 bytes.
    func of(_ text: String, on connection: String, by index: BlindIndexKey) -> [UInt8] {
        index.hash(BlindIndex.bytes(rawValue, text), on: connection)
    }
}

extension RowCodec {
    /// What stands in an index for a text.
    func blindIndex(_ kind: BlindIndex, _ text: String) -> [UInt8] { kind.of(text, by: index) }

    /// What stands in an index for a text of a connection's.
    func blindIndex(_ kind: BlindIndex.OnConnection, _ text: String, on connection: String) -> [UInt8] {
        kind.of(text, on: connection, by: index)
    }
}
