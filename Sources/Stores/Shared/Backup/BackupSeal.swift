import Crypto
import Screening

/// Proves that a store's own keys were at hand when a manifest was written: whoever can only write to a backup's files cannot make another that is taken for it.
///
/// Its key is derived from the index key, which a store keeps for as long as it is: what was made before `encryption.keys` were changed is proven by the same.
struct BackupSeal: Sendable {
    private let key: SymmetricKey

    init(_ index: BlindIndexKey) { key = SymmetricKey(data: index.hash(Array("fairlead:backup-proof".utf8))) }

    /// What proves a manifest's text.
    func proof(of text: String) -> [UInt8] { Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)) }

    /// Whether that is what proves the text. Takes as long wherever they differ.
    func isProof(_ proof: [UInt8], of text: String) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(proof, authenticating: Array(text.utf8), using: key)
    }
}
