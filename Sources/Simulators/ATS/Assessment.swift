public import Screening

/// An assessment that the ATS stand-in ordered from a partner, in the way of Greenhouse's Assessment Partner API.
public struct Assessment: Sendable, Equatable {
    /// Its number in the ATS, from 1.
    public let number: Int
    /// Where the partner's four routes begin, without a trailing slash.
    public let partner: String
    /// The `partner_test_id` that was ordered.
    public internal(set) var testID: String
    public let candidate: Candidate
    /// The address that the partner calls with PATCH when the assessment is complete.
    public let url: String
    /// The `partner_interview_id` that the partner gave.
    public internal(set) var interviewID: String?
    /// How often the partner said that the assessment is complete.
    public internal(set) var completions = 0
    /// Each answer to `test_status`, as it came.
    public internal(set) var statuses: [JSON] = []
    /// What the ATS found wrong with the partner's answers; each problem was also sent to `response_error`.
    public internal(set) var errors: [String] = []

    /// The last `partner_status`.
    public var status: String? { statuses.last?["partner_status"]?.text }

    /// As `GET /control/ats` shows it.
    public var json: JSON {
        [
            "number": .int(Int64(number)), "test": .string(testID), "url": .string(url), "partner_interview_id": JSON(interviewID),
            "completions": .int(Int64(completions)), "statuses": .array(statuses), "errors": .array(errors.map { .string($0) }),
        ]
    }
}

/// Something that the host sent to the ATS stand-in.
public struct ATSReceipt: Sendable, Equatable {
    /// What it was.
    public enum Kind: String, Sendable {
        /// The PATCH that says that an assessment is complete.
        case completion
        /// A signed call back of the generic side.
        case callback
    }

    public let kind: Kind
    public let at: Timestamp
    /// Whether credentials or signature were right. What was not is answered 401.
    public let isVerified: Bool
    /// Whether the same `webhook-id` had come and been verified before: a repetition that an ATS ignores.
    public let isRepeated: Bool
    /// A completion's assessment, or a call back's `webhook-id`.
    public let subject: String
    /// The body where it is JSON, else null.
    public let body: JSON

    /// As `GET /control/ats` shows it.
    public var json: JSON {
        [
            "kind": .string(kind.rawValue), "at": JSON(at), "verified": .bool(isVerified), "repeated": .bool(isRepeated),
            "subject": .string(subject), "body": body,
        ]
    }
}

/// Why the ATS stand-in could not order: what the host answered was not what an ATS takes.
public struct ATSProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// `list_tests`, `send_test` or `test_status`.
    public let call: String
    public let status: Int
    /// What is wrong with it, in a sentence.
    public let message: String
    /// The call, the status and the message.
    public var description: String { "\(call) answered \(status): \(message)" }
}
