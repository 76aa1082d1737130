import Crypto

extension StandardWebhooks {
    /// What a secret of two halves stands for.
    struct KeyPair {
        private(set) var signer: Curve25519.Signing.PrivateKey?
        private(set) var verifier: Curve25519.Signing.PublicKey?
        /// Whether the secret is written as one half of a pair, readable or not.
        let isPair: Bool

        /// The seed alone, or with the public half behind it, as other libraries write it.
        init(_ secret: Secret) {
            let (isSecret, isPublic) = (secret.value.hasPrefix(secretPrefix), secret.value.hasPrefix(publicPrefix))
            isPair = isSecret || isPublic
            guard isPair, let bytes = [UInt8](base64: secret.value.dropFirst(5)) else { return }
            if isSecret, bytes.count == 32 || bytes.count == 64 {
                signer = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.prefix(32))
                verifier = signer?.publicKey
            } else if isPublic, bytes.count == 32 {
                verifier = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
            }
        }
    }

    /// A new shared secret: `whsec_…`, 32 bytes.
    package static func newSecret(from random: some RandomSource) -> Secret { Secret("whsec_" + random.bytes(32).base64) }

    /// A new Ed25519 secret: `whsk_…`.
    package static func newKeyPair(from random: some RandomSource) -> Secret { Secret(secretPrefix + random.bytes(32).base64) }

    /// Whether a secret is written as one that signs: `whsec_…` or `whsk_…` with a key behind it.
    package static func isWebhookSecret(_ secret: Secret) -> Bool {
        secret.value.hasPrefix("whsec_") && isBase64(secret) || KeyPair(secret).signer != nil
    }

    /// The public half of an Ed25519 secret: `whpk_…`; nil for another secret.
    package static func publicKey(of secret: Secret) -> String? {
        KeyPair(secret).signer.map { publicPrefix + Array($0.publicKey.rawRepresentation).base64 }
    }
}

private let secretPrefix = "whsk_"
private let publicPrefix = "whpk_"

/// Verifies what Fairlead, or anybody else, sends as a Standard Webhook.
public struct WebhookVerifier: Sendable {
    private let webhooks: StandardWebhooks

    /// - Parameter secrets: `whsec_…`, or `whpk_…` where the endpoint is signed for with a key pair; nil where none of them is a key. While a secret is being
    ///   rotated either is enough.
    public init?(_ secrets: [Secret]) {
        guard let webhooks = StandardWebhooks(secrets) else { return nil }
        self.webhooks = webhooks
    }

    /// Whether a delivery is genuine, and its timestamp within five minutes of the present. The same delivery may come again with the same `webhook-id`:
    /// that is for the receiver to notice.
    /// - Parameters:
    ///   - body: the bytes as they were received.
    ///   - header: the value of a header, by its name in lower case; nil where it is missing.
    public func isGenuine(_ body: [UInt8], header: (_ name: String) -> String?, at now: Timestamp) -> Bool {
        webhooks.verify(body, header: header, now: now)
    }
}
