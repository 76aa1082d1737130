import Crypto

/// Standard Webhooks 1.0.0 with shared secrets: signs what goes out and verifies what comes in.
///
/// The key that a secret stands for is the same in both directions:
/// - after `whsec_`, base64 of the key, as the specification has it;
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

    /// Signs with the first secret that represents a key, and verifies with all of them; nil where no secret does.
    package init?(_ secrets: [Secret]) {
        keys = secrets.compactMap(StandardWebhooks.key)
        if keys.isEmpty { return nil }
    }

    /// Whether a secret is written as the specification has it: base64, with or without `whsec_` before it.
    package static func isBase64(_ secret: Secret) -> Bool { bytes(of: secret) != nil }

    /// The signature of a body, as it stands in the header.
    /// - Parameter timestamp: seconds since 1970, as they stand in their header.
    package func signature(of body: [UInt8], id: String, timestamp: String) -> String {
        "v1," + Array(StandardWebhooks.code(of: body, id: id, timestamp: timestamp, key: keys[0])).base64
    }

    /// The headers of a delivery with this body.
    package func headers(for body: [UInt8], id: String, at now: Timestamp) -> [(name: String, value: String)] {
        let timestamp = String(now.milliseconds / 1000)
        let names = Header()
        return [(names.id, id), (names.timestamp, timestamp), (names.signature, signature(of: body, id: id, timestamp: timestamp))]
    }

    /// Whether a delivery is genuine and not too old: one of its first sixteen signatures is right by one of the secrets. Compares in constant time.
    /// - Parameters:
    ///   - names: the headers that hold id, timestamp and signatures.
    ///   - header: the value of a header, by its name in lower case; nil where it is missing.
    package func verify(_ body: [UInt8], names: Header = Header(), header: (String) -> String?, now: Timestamp) -> Bool {
        guard let signatures = header(names.signature), let id = header(names.id), let timestamp = header(names.timestamp) else { return false }
        // The id ends at the first dot of what is signed: one with a dot in it could borrow from the timestamp.
        guard !id.isEmpty, !id.contains("."), let sent = Timestamp(unixTime: timestamp) else { return false }
        guard (sent > now ? sent - now : now - sent) <= StandardWebhooks.tolerance else { return false }
        let given = signatures.split(separator: " ").prefix(16).filter { $0.hasPrefix("v1,") && $0.utf8.count <= 256 }
            .compactMap { [UInt8](base64: $0.dropFirst(3)) }
        var found = false
        for key in keys {
            let expected = Array(StandardWebhooks.code(of: body, id: id, timestamp: timestamp, key: key))
            for candidate in given where constantTimeEqual(candidate, expected) { found = true }
        }
        return found
    }

    private static func code(of body: [UInt8], id: String, timestamp: String, key: SymmetricKey) -> HMAC<SHA256>.MAC {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Array("\(id).\(timestamp).".utf8))
        code.update(data: body)
        return code.finalize()
    }

    private static func key(of secret: Secret) -> SymmetricKey? {
        if let bytes = bytes(of: secret) { return SymmetricKey(data: bytes) }
        return secret.value.isEmpty || secret.value.hasPrefix(prefix) ? nil : SymmetricKey(data: secret.bytes)
    }

    private static func bytes(of secret: Secret) -> [UInt8]? {
        let text = secret.value.hasPrefix(prefix) ? secret.value.dropFirst(prefix.count) : secret.value[...]
        guard let bytes = [UInt8](base64: text), !bytes.isEmpty else { return nil }
        return bytes
    }

    private static let prefix = "whsec_"
}
