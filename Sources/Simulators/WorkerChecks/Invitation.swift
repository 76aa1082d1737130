public import Screening

/// A check invitation at the WorkerChecks stand-in.
public struct Invitation: Sendable, Equatable {
    public let id: String
    /// The place of the account's widget secret among the settings' secrets.
    public let account: Int
    public let productID: String
    public let candidate: Candidate
    /// The caller's own name for it.
    public let reference: String?
    /// The `Idempotency-Key` of the request that created it. The stand-in does not act on it: two equal keys make two invitations.
    public let idempotencyKey: String?
    public let createdAt: Timestamp
    /// `Pending`, `In Progress`, `Completed` or `Cancelled`; by control any word.
    public internal(set) var status = "Pending"
    /// `Clear`, `Attention Required` or `Refer`; nil until it is complete.
    public internal(set) var result: String?
    /// When the result was final.
    public internal(set) var releasedAt: Timestamp?
    /// Where the certificate can be seen.
    public internal(set) var certificateURL: String
    /// Every status it has had, the first first.
    public internal(set) var history = ["Pending"]

    /// What the result endpoint answers.
    public var report: JSON {
        let isDone = status == "Completed"
        return [
            "status": .string(status), "result": JSON(result), "releaseDate": JSON(releasedAt),
            "certificateUrl": isDone ? .string(certificateURL) : .null,
        ]
    }

    /// The next stage of the lifecycle; nil at its end. The candidate's last name decides the result.
    var next: (status: String, result: String?)? {
        let last = candidate.lastName.value
        return switch status {
        case "Pending" where last == "Cancelled": ("Cancelled", nil)
        case "Pending" where last != "Silent": ("In Progress", nil)
        case "In Progress" where last == "Consider" || last == "Attention": ("Completed", "Attention Required")
        case "In Progress": ("Completed", last == "Refer" ? "Refer" : "Clear")
        default: nil
        }
    }

    mutating func apply(status statusText: String?, result outcome: String?, at timestamp: Timestamp) {
        if let statusText, statusText != status {
            status = statusText
            history.append(statusText)
        }
        if let outcome { result = outcome }
        guard status == "Completed" else { return }
        if result == nil { result = "Clear" }
        if releasedAt == nil { releasedAt = timestamp }
    }
}
