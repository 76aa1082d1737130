import Crypto
import Screening

/// What texts are hashed with that have to be found again without standing in the store: under a key where the store is sealed, so that nobody who has
/// the store alone can try names against it.
struct IndexKey: Sendable {
    private let key: SymmetricKey?

    /// Hashes without a key, for a store that is not sealed.
    static let none = IndexKey(key: nil)

    private init(key: SymmetricKey?) { self.key = key }

    init(_ bytes: [UInt8]) { key = SymmetricKey(data: bytes) }

    /// 32 bytes.
    func hash(_ bytes: [UInt8]) -> [UInt8] {
        if let key { Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)) } else { Array(SHA256.hash(data: bytes)) }
    }
}
