import Screening

/// The `hmac` scheme: a code over the request stands in one of its headers.
public struct HMACScheme: Sendable, Hashable {
    /// A signed timestamp that keeps old deliveries from being sent again.
    public struct SignedTimestamp: Sendable, Hashable {
        /// The header, or the part of one, that holds it: seconds or milliseconds since 1970, or ISO 8601.
        public let header: HeaderValue
        /// How far it may be from the present, either way.
        public let tolerance: Duration

        public init(header: String, part: String? = nil, tolerance: Duration = .seconds(300)) {
            self.header = HeaderValue(name: header, part: part)
            self.tolerance = tolerance
        }

        /// What is wrong with the request's timestamp; nil where it is near enough to the present.
        func failure(_ request: ReceivedRequest, now: Timestamp) -> VerificationFailure? {
            guard let text = header.values(in: request.headers).first else { return header.missing(in: request) }
            guard let timestamp = SignedTimestamp.timestamp(String(text)) else { return .unreadableTimestamp(place: header.place) }
            let distance = timestamp > now ? timestamp - now : now - timestamp
            guard distance > tolerance else { return nil }
            return .timestampOutside(sent: timestamp, by: distance, isOld: timestamp < now, tolerance: tolerance)
        }

        /// Seconds, milliseconds (from 100,000,000,000 on) or ISO 8601; nil for anything else.
        static func timestamp(_ text: String) -> Timestamp? {
            guard text.utf8.count <= 40 else { return nil }
            return text.utf8.allSatisfy(\.isASCIIDigit) ? Timestamp(unixTime: text) : Timestamp(iso8601: text)
        }
    }

    public let secret: String
    /// The header, or the parts of one, that hold the codes.
    public let header: HeaderValue
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
        part: String? = nil,
        code: HMACCode = HMACCode(),
        prefix: String = "",
        signed: SignedTemplate = .body,
        list: String? = nil,
        timestamp: SignedTimestamp? = nil
    ) {
        self.secret = secret
        self.header = HeaderValue(name: header, part: part)
        self.code = code
        self.prefix = prefix
        self.signed = signed
        self.list = list
        self.timestamp = timestamp
    }

    func failure(_ read: ReadRequest, secrets: [Secret], now: Timestamp) -> VerificationFailure? {
        // The head first: what it refuses needs no body.
        let values = header.values(in: read.request.headers)
        let candidates = candidates(in: values)
        guard !values.isEmpty else { return header.missing(in: read.request) }
        guard !candidates.isEmpty else { return .missingPrefix(place: header.place, prefix: prefix) }
        guard !secrets.isEmpty else { return .noSecret(secret) }
        if let failure = timestamp?.failure(read.request, now: now) { return failure }
        return failure(read, candidates, keys: secrets.map(\.bytes))
    }

    /// Why a request is not signed by one of these keys, whatever its time; nil where it is.
    func failure(_ read: ReadRequest, keys: [[UInt8]]) -> VerificationFailure? {
        failure(read, candidates(in: header.values(in: read.request.headers)), keys: keys)
    }

    private func failure(_ read: ReadRequest, _ candidates: [Substring], keys: [[UInt8]]) -> VerificationFailure? {
        guard let message = signed.bytes(read) else { return .missingSigned }
        return code.failure(candidates, at: header.place, message: message, keys: keys)
    }

    func sign(_ body: [UInt8], headers: [String: String], as format: BodyFormat, secret: Secret, now: Timestamp) -> SignedDelivery? {
        var headers = headers
        func add(_ value: String, to place: HeaderValue) {
            guard let part = place.part else { return headers[place.name] = value }
            headers[place.name] = [headers[place.name], "\(part)=\(value)"].compactMap(\.self).joined(separator: ",")
        }
        if let timestamp, timestamp.header.values(in: headers).isEmpty { add(String(now.milliseconds / 1000), to: timestamp.header) }
        let request = ReceivedRequest(method: "POST", path: "", headers: headers, body: body)
        guard let message = signed.bytes(ReadRequest(request, as: format)) else { return nil }
        add(prefix + code.text(of: code.code(of: message, key: secret.bytes)), to: header)
        return SignedDelivery(headers: headers, body: body)
    }

    /// The codes in the header's values, without their prefix; those with another prefix are passed over. Never more than 16.
    private func candidates(in values: [Substring]) -> [Substring] {
        let parts = values.flatMap { value -> [Substring] in
            if let list, !list.isEmpty { value.split(separator: list).map(Self.trimmed) } else { [value] }
        }
        return parts.prefix(16).compactMap { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count) : nil }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
