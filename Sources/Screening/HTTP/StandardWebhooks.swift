import Crypto

/// Standard Webhooks 1.0.0: signs what goes out and verifies what comes in.
///
/// The key that a secret stands for is the same in both directions:
/// - after `whsec_`, base64 of a shared key, as the specification has it;
/// - after `whsk_`, base64 of an Ed25519 key that signs and verifies; after `whpk_`, of a public one that only verifies;
/// - without that prefix, base64 of the key all the same; text that is not base64 is the key as it stands.
///
/// Base64 is read standard or URL-safe, padded or not. An empty secret, and `whsec_` before anything but base64, stand for no key: they neither sign nor
/// verify.
package struct StandardWebhooks: Sendable {
    /// The headers of a signed delivery, in lower case. What stands before them is the sender's: `svix-id` for `webhook-id`.
    package struct Header: Sendable {
        package let id: String
        package let timestamp: String
        package let signature: String
        package var all: Set<String> { [id, timestamp, signature] }

        package init(prefix: String = Header.usual) {
            (id, timestamp, signature) = (prefix + "-id", prefix + "-timestamp", prefix + "-signature")
        }

        /// The prefix of the specification.
        package static let usual = "webhook"
    }

    /// How far a delivery's timestamp may be from the present, in either direction.
    package static let tolerance = Duration.seconds(300)

    private let keys: [SymmetricKey]
    private let signers: [Curve25519.Signing.PrivateKey]
    private let verifiers: [Curve25519.Signing.PublicKey]

    /// Signs with the first secret that represents a key, and verifies with all of them; nil where no secret does.
    package init?(_ secrets: [Secret]) {
        let pairs = secrets.map(KeyPair.init)
        signers = pairs.compactMap(\.signer)
        verifiers = pairs.compactMap(\.verifier)
        keys = zip(secrets, pairs).filter { !$1.isPair }.compactMap { StandardWebhooks.key(of: $0.0) }
        if keys.isEmpty, verifiers.isEmpty { return nil }
    }

    /// Whether a secret is written as the specification has it: base64, with or without `whsec_` before it.
    package static func isBase64(_ secret: Secret) -> Bool { bytes(of: secret) != nil }

    /// The signature of a body, as it stands in the header.
    /// - Parameter timestamp: seconds since 1970, as they stand in their header.
    package func signature(of body: [UInt8], id: String, timestamp: String) -> String {
        signatures(of: body, id: id, timestamp: timestamp).first ?? ""
    }

    /// The signatures of a body by each of the secrets that sign, the shared ones first.
    package func signatures(of body: [UInt8], id: String, timestamp: String) -> [String] {
        let signed = StandardWebhooks.signed(body, id, timestamp)
        return keys.map { "v1," + Array(StandardWebhooks.code(of: body, id: id, timestamp: timestamp, key: $0)).base64 }
            + signers.compactMap { try? "v1a," + Array($0.signature(for: signed)).base64 }
    }

    /// The headers of a delivery with this body, signed by the first secret.
    package func headers(for body: [UInt8], id: String, at now: Timestamp) -> [(name: String, value: String)] {
        Array(headers(signedByAll: body, id: id, at: now, limit: 1))
    }

    /// The same, signed by all secrets, as a receiver needs it who has not learned of a new one yet.
    package func headers(signedByAll body: [UInt8], id: String, at now: Timestamp, limit: Int = .max) -> [(name: String, value: String)] {
        let timestamp = String(now.milliseconds / 1000)
        let names = Header()
        let signatures = signatures(of: body, id: id, timestamp: timestamp).prefix(limit).joined(separator: " ")
        return [(names.id, id), (names.timestamp, timestamp), (names.signature, signatures)]
    }

    /// Why a delivery is not taken.
    package enum Failure: Sendable, Equatable {
        /// This header is not there.
        case missing(String)
        case malformedID
        case unreadableTimestamp
        case timestampOutside(sent: Timestamp, by: Duration, isOld: Bool)
        /// None of the signatures is of version 1.
        case noVersion1
        case notBase64
        case otherCode
    }

    /// Whether a delivery is genuine and not too old: one of its first sixteen signatures is right by one of the secrets. Compares in constant time.
    /// - Parameters:
    ///   - names: the headers that hold id, timestamp and signatures.
    ///   - header: the value of a header, by its name in lower case; nil where it is missing.
    package func verify(_ body: [UInt8], names: Header = Header(), header: (String) -> String?, now: Timestamp) -> Bool {
        failure(body, names: names, header: header, now: now) == nil
    }

    /// Why a delivery is not taken; nil where it is, as ``verify(_:names:header:now:)`` says.
    package func failure(_ body: [UInt8], names: Header = Header(), header: (String) -> String?, now: Timestamp) -> Failure? {
        guard let id = header(names.id) else { return .missing(names.id) }
        guard let timestamp = header(names.timestamp) else { return .missing(names.timestamp) }
        guard let signatures = header(names.signature) else { return .missing(names.signature) }
        // The id ends at the first dot of what is signed: one with a dot in it could borrow from the timestamp.
        guard !id.isEmpty, !id.contains(".") else { return .malformedID }
        guard let sent = Timestamp(unixTime: timestamp) else { return .unreadableTimestamp }
        let distance = sent > now ? sent - now : now - sent
        guard distance <= StandardWebhooks.tolerance else { return .timestampOutside(sent: sent, by: distance, isOld: sent < now) }
        let all = signatures.split(separator: " ").prefix(16).filter { $0.utf8.count <= 256 }
        let given = all.filter { $0.hasPrefix("v1,") }.compactMap { [UInt8](base64: $0.dropFirst(3)) }
        let pairs = verifiers.isEmpty ? [] : all.filter { $0.hasPrefix("v1a,") }.compactMap { [UInt8](base64: $0.dropFirst(4)) }
        var found = false
        if !verifiers.isEmpty {
            let signed = StandardWebhooks.signed(body, id, timestamp)
            for bytes in pairs where verifiers.contains(where: { $0.isValidSignature(bytes, for: signed) }) { found = true }
        }
        for key in keys {
            let expected = Array(StandardWebhooks.code(of: body, id: id, timestamp: timestamp, key: key))
            for candidate in given where constantTimeEqual(candidate, expected) { found = true }
        }
        if found { return nil }
        let isKnown = all.contains { $0.hasPrefix("v1,") || (!verifiers.isEmpty && $0.hasPrefix("v1a,")) }
        return !isKnown ? .noVersion1 : given.isEmpty && pairs.isEmpty ? .notBase64 : .otherCode
    }

    private static func code(of body: [UInt8], id: String, timestamp: String, key: SymmetricKey) -> HMAC<SHA256>.MAC {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Array("\(id).\(timestamp).".utf8))
        code.update(data: body)
        return code.finalize()
    }

    private static func signed(_ body: [UInt8], _ id: String, _ timestamp: String) -> [UInt8] { Array("\(id).\(timestamp).".utf8) + body }

    private static func key(of secret: Secret) -> SymmetricKey? { signingKey(of: secret).map { SymmetricKey(data: $0) } }

    /// The bytes of the key that a secret stands for; nil where it stands for none.
    package static func signingKey(of secret: Secret) -> [UInt8]? {
        if let bytes = bytes(of: secret) { return bytes }
        return secret.value.isEmpty || secret.value.hasPrefix(prefix) ? nil : secret.bytes
    }

    /// The bytes of the key that a secret which is base64 stands for; nil for other text.
    package static func keyBytes(of secret: Secret) -> [UInt8]? { bytes(of: secret) }

    private static func bytes(of secret: Secret) -> [UInt8]? {
        let text = secret.value.hasPrefix(prefix) ? secret.value.dropFirst(prefix.count) : secret.value[...]
        guard let bytes = [UInt8](base64: text), !bytes.isEmpty else { return nil }
        return bytes
    }

    private static let prefix = "whsec_"
}
