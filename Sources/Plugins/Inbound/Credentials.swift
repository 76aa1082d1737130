import Screening

/// User name and password in `authorization`.
enum BasicCredentials {
    /// - Parameter passwords: the configured passwords; nil where there are none, and then the password must be empty.
    static func failure(_ request: ReceivedRequest, usernames: [Secret], passwords: [Secret]?) -> VerificationFailure? {
        guard let value = request.headers["authorization"] else { return .missingHeader("authorization") }
        guard let text = credential(in: value, scheme: "basic") else { return .otherScheme(expected: "Basic") }
        guard let given = [UInt8](base64: text) else { return .wrongEncoding(place: "authorization", encoding: "base64") }
        let endings = passwords.map { $0.filter { !$0.value.isEmpty }.map(\.bytes) } ?? [[]]
        var found = false
        // Whole pairs are compared, so that a colon in a user name cannot be misread as the separator.
        for username in usernames {
            for ending in endings where constantTimeEqual(given, username.bytes + [UInt8(ascii: ":")] + ending) { found = true }
        }
        return found ? nil : .otherCredential(place: "authorization")
    }

    /// What follows the scheme's name and white space; nil where another scheme stands there.
    static func credential(in value: String, scheme: String) -> Substring? {
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == scheme else { return nil }
        return parts[1].drop { $0 == " " }
    }
}

/// A shared token in a header.
enum BearerCredential {
    static func failure(_ request: ReceivedRequest, header: String, secrets: [Secret]) -> VerificationFailure? {
        guard let value = request.headers[header] else { return .missingHeader(header) }
        guard let given = header == "authorization" ? BasicCredentials.credential(in: value, scheme: "bearer") : value[...] else {
            return .otherScheme(expected: "Bearer")
        }
        var found = false
        for secret in secrets where secret.matches(String(given)) { found = true }
        return found ? nil : .otherCredential(place: header)
    }
}

/// A shared token in a parameter of the URL.
enum TokenCredential {
    static func failure(_ request: ReceivedRequest, query: String, secrets: [Secret]) -> VerificationFailure? {
        guard let given = request.query[query] else { return .missingParameter(query) }
        var found = false
        for secret in secrets where secret.matches(given) { found = true }
        return found ? nil : .otherCredential(place: "the parameter \(query)")
    }
}
