public import Screening

/// Which part of a rule a request fails. Says nothing that only a holder of the secret could know.
public enum VerificationFailure: Sendable, Equatable {
    /// The secret of this name is not set, so nothing can be verified.
    case noSecret(String)
    case missingHeader(String)
    /// The header has no part of this name.
    case missingPart(HeaderValue)
    /// No value of the place begins with what must stand before a code.
    case missingPrefix(place: String, prefix: String)
    /// What stands there is no code so encoded.
    case wrongEncoding(place: String, encoding: String)
    /// What stands there is encoded as it must be, and is too long or too short for a code of this algorithm.
    case wrongLength(place: String, bytes: Int, expected: Int)
    /// A header that may not be as it is, such as an id with a dot in it.
    case malformed(header: String, expected: String)
    /// The authorization header is for another scheme.
    case otherScheme(expected: String)
    case missingParameter(String)
    /// The body cannot be read, or lacks what must stand at this path.
    case missingValue(String)
    /// What is to be signed names something that the request lacks.
    case missingSigned
    /// What stands there is no timestamp.
    case unreadableTimestamp(place: String)
    /// The timestamp is further from the present than the rule allows.
    case timestampOutside(sent: Timestamp, by: Duration, isOld: Bool, tolerance: Duration)
    /// The code is another one than that of the request under any of the secrets.
    case otherCode(place: String)
    /// The credential is not one of the secrets.
    case otherCredential(place: String)

    /// A word for programs.
    public var code: String {
        switch self {
        case .noSecret: "no_secret"
        case .missingHeader: "missing_header"
        case .missingPart: "missing_part"
        case .missingPrefix: "missing_prefix"
        case .wrongEncoding: "wrong_encoding"
        case .wrongLength: "wrong_length"
        case .malformed: "malformed_header"
        case .otherScheme: "other_scheme"
        case .missingParameter: "missing_parameter"
        case .missingValue: "missing_value"
        case .missingSigned: "missing_signed_value"
        case .unreadableTimestamp: "unreadable_timestamp"
        case .timestampOutside: "timestamp_outside_tolerance"
        case .otherCode: "signature_differs"
        case .otherCredential: "credential_differs"
        }
    }

    /// A sentence for people.
    public var sentence: String {
        switch self {
        case .noSecret(let name): "the secret \(name) is not set, so nothing can be accepted"
        case .missingHeader(let name): "the header \(name) is missing"
        case .missingPart(let header): "the header \(header.name) has no part \(header.part ?? "")="
        case .missingPrefix(let place, let prefix): "nothing in \(place) begins with “\(prefix)”"
        case .wrongEncoding(let place, let encoding): "what stands in \(place) is not \(encoding)"
        case .wrongLength(let place, let bytes, let expected): "what stands in \(place) is \(bytes) bytes, and the algorithm makes \(expected)"
        case .malformed(let header, let expected): "the header \(header) must be \(expected)"
        case .otherScheme(let expected): "the header authorization does not begin with \(expected)"
        case .missingParameter(let name): "the URL has no parameter \(name)"
        case .missingValue(let path): "the body has no text at \(path), or cannot be read"
        case .missingSigned: "the request lacks a value that is among what is signed"
        case .unreadableTimestamp(let place): "what stands in \(place) is no timestamp (seconds or milliseconds since 1970, or ISO 8601)"
        case .timestampOutside(let sent, let by, let isOld, let tolerance):
            "its timestamp \(sent.iso8601) is \(by.inWords) \(isOld ? "old" : "ahead"), and \(tolerance.inWords) are allowed"
        case .otherCode(let place): "the signature in \(place) is not that of this request under any live secret"
        case .otherCredential(let place): "what stands in \(place) is none of the live secrets"
        }
    }
}

extension Duration {
    /// `45 s`, `12 min`, `3 h`, `9 d`: as precise as one cares.
    public var inWords: String {
        let seconds = Int(components.seconds)
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}

extension HeaderValue {
    /// How people call it: `the part v1 of x-signature`, or the header's name.
    var place: String { part.map { "the part \($0) of \(name)" } ?? name }
}

extension VerificationFailure {
    init(_ failure: StandardWebhooks.Failure, _ names: StandardWebhooks.Header) {
        self =
            switch failure {
            case .missing(let header): .missingHeader(header)
            case .malformedID: .malformed(header: names.id, expected: "text without a dot")
            case .unreadableTimestamp: .unreadableTimestamp(place: names.timestamp)
            case .timestampOutside(let sent, let distance, let isOld):
                .timestampOutside(sent: sent, by: distance, isOld: isOld, tolerance: StandardWebhooks.tolerance)
            case .noVersion1: .missingPrefix(place: names.signature, prefix: "v1,")
            case .notBase64: .wrongEncoding(place: names.signature, encoding: "base64")
            case .otherCode: .otherCode(place: names.signature)
            }
    }
}
