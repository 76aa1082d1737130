import Crypto
import Screening

/// The signature of Zinc's webhooks: HMAC-SHA256 in hexadecimal.
enum ZincSignature {
    /// Checks a signature against every live token, in time that does not depend on which of them fits or where the others differ.
    ///
    /// - Parameter mode: what is signed. The document signs `JSON.stringify` of the parsed body; Zinc sends just that text, so the bytes received
    ///   are signed bytes. `stringify` helps where an intermediary has rewritten the body.
    /// - Throws: ``WebhookVerificationError/badSignature``, also where no token is known.
    static func verify(_ body: [UInt8], signature: String?, tokens: [Secret], mode: Account.SignatureMode) throws(WebhookVerificationError) {
        guard let text = signature?.trimmed, let given = [UInt8](hex: text), given.count == SHA256.byteCount else { throw .badSignature }
        let signed: [UInt8]
        switch mode {
        case .raw: signed = body
        case .stringify:
            guard let written = JavaScriptJSON.restringified(body) else { throw .badSignature }
            signed = written
        }
        var fits = false
        for token in tokens where !token.bytes.isEmpty {
            let expected = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: token.bytes))
            let same = constantTimeEqual(Array(expected), given)
            fits = fits || same
        }
        guard fits else { throw .badSignature }
    }
}
