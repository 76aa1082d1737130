import Crypto
import Screening

/// An HMAC's algorithm and how its bytes are written.
public struct HMACCode: Sendable, Hashable {
    /// The hash.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// HMAC-SHA1, 20 bytes: for senders who have nothing better. `check` warns of it.
        case sha1
        /// HMAC-SHA256, 32 bytes.
        case sha256
        /// HMAC-SHA512, 64 bytes.
        case sha512
    }

    /// How the bytes are written.
    public enum Encoding: String, Sendable, CaseIterable {
        /// Hexadecimal; either case is read, lower case is written.
        case hex
        /// Base64; read padded or not, written padded.
        case base64
        /// URL-safe base64; read padded or not, written without padding.
        case base64url
        /// Base64 of the lower-case hexadecimal text.
        case hexBase64 = "hex_base64"
    }

    public let algorithm: Algorithm
    public let encoding: Encoding

    /// HMAC-SHA256 in hexadecimal, unless said otherwise.
    public init(algorithm: Algorithm = .sha256, encoding: Encoding = .hex) {
        self.algorithm = algorithm
        self.encoding = encoding
    }

    /// The code of a message.
    func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        let key = SymmetricKey(data: key)
        return switch algorithm {
        case .sha1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: key))
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: message, using: key))
        }
    }

    /// The code as the sender writes it.
    func text(of code: [UInt8]) -> String {
        switch encoding {
        case .hex: code.hex
        case .base64: code.base64
        case .base64url: code.base64URL
        case .hexBase64: Array(code.hex.utf8).base64
        }
    }

    /// The bytes that a sender's text stands for; nil where it is not so encoded.
    func bytes(of text: some StringProtocol) -> [UInt8]? {
        // The longest text there is: 64 bytes as base64 of hexadecimal.
        guard !text.isEmpty, text.utf8.count <= 256 else { return nil }
        return switch encoding {
        case .hex: [UInt8](hex: text)
        case .base64, .base64url: [UInt8](base64: text)
        case .hexBase64: [UInt8](base64: text).flatMap { [UInt8](hex: String(decoding: $0, as: UTF8.self)) }
        }
    }

    /// Whether any of these texts is the message's code under any of the keys. Checks all of them even after a match.
    func matches(_ texts: [some StringProtocol], message: [UInt8], keys: [[UInt8]]) -> Bool {
        let given = texts.compactMap { bytes(of: $0) }
        var found = false
        for key in keys {
            let expected = code(of: message, key: key)
            for candidate in given where constantTimeEqual(candidate, expected) { found = true }
        }
        return found
    }

    /// Why none of these texts is the message's code under any of the keys; nil where one is. What differs is looked at only after that is decided.
    func failure(_ texts: [some StringProtocol], at place: String, message: [UInt8], keys: [[UInt8]]) -> VerificationFailure? {
        if matches(texts, message: message, keys: keys) { return nil }
        let lengths = texts.compactMap { bytes(of: $0)?.count }
        guard let length = lengths.first else { return .wrongEncoding(place: place, encoding: encoding.rawValue) }
        if !lengths.contains(algorithm.length) { return .wrongLength(place: place, bytes: length, expected: algorithm.length) }
        return .otherCode(place: place)
    }
}

extension HMACCode.Algorithm {
    /// How many bytes a code has.
    var length: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha512: 64
        }
    }
}
