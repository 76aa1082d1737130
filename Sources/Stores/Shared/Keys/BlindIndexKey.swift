import Crypto
import Screening
import Synchronization

/// The key that hashes texts which must be found again although the store does not hold them. It is secret, so that whoever has the store alone cannot try
/// names against the hashes.
final class BlindIndexKey: Sendable {
    private static let connections = 1024

    private let key: SymmetricKey
    /// Hashes that the connections' keys went into already.
    private let derived = Mutex(RecentlyUsed<String, HMAC<SHA256>>(limit: connections))

    init(_ bytes: [UInt8]) { key = SymmetricKey(data: bytes) }

    /// 32 bytes.
    func hash(_ bytes: [UInt8]) -> [UInt8] { Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)) }

    /// 32 bytes, under a key of the connection's own: the same text gives another hash on every connection.
    func hash(_ bytes: [UInt8], on connection: String) -> [UInt8] {
        var code = derived.withLock { derived in
            if let begun = derived[connection] { return begun }
            let begun = HMAC<SHA256>(key: SymmetricKey(data: hash(Array("fairlead:connection:\(connection)".utf8))))
            derived[connection] = begun
            return begun
        }
        code.update(data: bytes)
        return Array(code.finalize())
    }
}
