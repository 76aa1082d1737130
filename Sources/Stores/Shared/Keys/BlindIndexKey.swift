import Crypto
import Screening
import Synchronization

/// The key that hashes texts which must be found again although the store does not hold them. It is secret, so that whoever has the store alone cannot try
/// names against the hashes.
final class BlindIndexKey: Sendable {
    private static let connections = 1024

    private let key: SymmetricKey
    private let derived = Mutex(RecentlyUsed<String, SymmetricKey>(limit: connections))

    init(_ bytes: [UInt8]) { key = SymmetricKey(data: bytes) }

    /// 32 bytes.
    func hash(_ bytes: [UInt8]) -> [UInt8] { Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)) }

    /// 32 bytes, under a key of the connection's own: the same text gives another hash on every connection.
    func hash(_ bytes: [UInt8], on connection: String) -> [UInt8] {
        let key = derived.withLock { derived in
            if let key = derived[connection] { return key }
            let key = SymmetricKey(data: hash(Array("fairlead:connection:\(connection)".utf8)))
            derived[connection] = key
            return key
        }
        return Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
    }
}
