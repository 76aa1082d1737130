import Screening

/// The `hmac` scheme: a code over the request stands in one of its headers.
public struct HMACScheme: Sendable, Hashable {
    /// A signed timestamp that keeps old deliveries from being sent again.
    public struct SignedTimestamp: Sendable, Hashable {
        /// The header that holds it, in lower case: seconds or milliseconds since 1970, or ISO 8601.
        public let header: String
        /// How far it may be from the present, either way.
        public let tolerance: Duration

        public init(header: String, tolerance: Duration = .seconds(300)) {
            self.header = header.lowercased()
            self.tolerance = tolerance
        }

        /// Whether the header's text is a timestamp near enough to the present.
        func isNear(_ text: String?, now: Timestamp) -> Bool {
            guard let text, let timestamp = SignedTimestamp.timestamp(text) else { return false }
            let distance = timestamp > now ? timestamp - now : now - timestamp
            return distance <= tolerance
        }

        /// Seconds, milliseconds (from 100,000,000,000 on) or ISO 8601; nil for anything else.
        static func timestamp(_ text: String) -> Timestamp? {
            guard text.utf8.count <= 40 else { return nil }
            return text.utf8.allSatisfy(\.isASCIIDigit) ? Timestamp(unixTime: text) : Timestamp(iso8601: text)
        }
    }

    public let secret: String
    /// The header that holds the code, in lower case.
    public let header: String
    public let code: HMACCode
    /// What stands before each code, exactly, such as `sha256=`.
    public let prefix: String
    public let signed: SignedTemplate
    /// What separates several codes in the header; nil where there is one.
    public let list: String?
    /// The signed timestamp; nil where there is none.
    public let timestamp: SignedTimestamp?

    public init(
        secret: String,
        header: String,
        code: HMACCode = HMACCode(),
        prefix: String = "",
        signed: SignedTemplate = .body,
        list: String? = nil,
        timestamp: SignedTimestamp? = nil
    ) {
        self.secret = secret
        self.header = header.lowercased()
        self.code = code
        self.prefix = prefix
        self.signed = signed
        self.list = list
        self.timestamp = timestamp
    }

    func verify(_ request: ReceivedRequest, secrets: [Secret], now: Timestamp) -> Bool {
        guard let value = request.headers[header], !secrets.isEmpty else { return false }
        if let timestamp, !timestamp.isNear(request.headers[timestamp.header], now: now) { return false }
        guard let message = signed.bytes(headers: request.headers, body: request.body) else { return false }
        return code.matches(candidates(in: value), message: message, keys: secrets.map(\.bytes))
    }

    func sign(_ body: [UInt8], headers: [String: String], secret: Secret, now: Timestamp) -> SignedDelivery? {
        var headers = headers
        if let timestamp, headers[timestamp.header] == nil { headers[timestamp.header] = String(now.milliseconds / 1000) }
        guard let message = signed.bytes(headers: headers, body: body) else { return nil }
        headers[header] = prefix + code.text(of: code.code(of: message, key: secret.bytes))
        return SignedDelivery(headers: headers, body: body)
    }

    /// The codes in the header's value, without their prefix; those with another prefix are passed over. Never more than 16.
    private func candidates(in value: String) -> [Substring] {
        let parts: [Substring] = if let list, !list.isEmpty { value.split(separator: list).map(Self.trimmed) } else { [value[...]] }
        return parts.prefix(16).compactMap { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count) : nil }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
