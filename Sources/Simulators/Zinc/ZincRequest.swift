public import Screening

/// A background check request at the Zinc stand-in.
public struct ZincRequest: Sendable, Equatable {
    /// Zinc's id: 32 hexadecimal digits.
    public let id: String
    /// The place of the account's key among the settings' keys.
    public let account: Int
    public let package: ZincPackage
    public let candidate: Candidate
    /// `resultsCallbackURL`; nil: no webhooks are sent.
    public let callback: String?
    /// The `Idempotency-Key` of the request that created it. The stand-in does not act on it: two equal keys make two requests.
    public let idempotencyKey: String?
    public let createdAt: Timestamp
    /// The coarse status.
    public internal(set) var status = "pending"
    /// The granular status; nil: reports leave it out.
    public internal(set) var statusV2: String? = "requested"
    /// The outcome.
    public internal(set) var result: String?
    /// Where the report can be read.
    public internal(set) var reportURL: String
    /// The checks, where they were given by control; nil: as the package and the status have them.
    public internal(set) var checks: [JSON]?
    /// Every status it has had, the first first.
    public internal(set) var history = ["requested"]
    var stages: [ZincStage]

    /// Whether nothing more is expected.
    public var isFinal: Bool { ["completed", "reviewed", "cancelled"].contains(status) }

    /// The report, as webhooks carry it and `GET /results` lists it: each member is there when the document says so.
    public var report: JSON {
        var report: JSON = ["id": .string(id), "status": .string(status)]
        if let statusV2 { report["statusV2"] = .string(statusV2) }
        let isDone = ["completed", "reviewed", "action-required"].contains(status)
        let isKnown = ZincLifecycle.coarse.values.contains(status)
        if isDone || !isKnown, let result { report["result"] = .string(result) }
        if isDone { report["reportUrl"] = .string(reportURL) }
        if isDone || status == "partially-completed" {
            report["checks"] = .array(checks ?? package.reports(on: candidate, done: isDone, result: result))
        } else if let checks, !isKnown {
            report["checks"] = .array(checks)
        }
        return report
    }

    /// Changes where it stands. What the change does not name follows from the status.
    mutating func apply(_ change: ZincChange) {
        if let statusText = change.statusV2 {
            statusV2 = statusText
            status = ZincLifecycle.coarse[statusText] ?? status
            history.append(statusText)
        }
        if let statusText = change.status {
            status = statusText
            if change.statusV2 == nil {
                statusV2 = nil
                history.append(statusText)
            }
        }
        if let statusText = change.result { result = statusText }
        if result == nil, ["completed", "reviewed", "action-required"].contains(status) { result = "clear" }
        if let list = change.checks { checks = list }
        if let url = change.reportURL { reportURL = url }
    }
}

/// A change of a request that a test or the control page asks for. What is nil stays, or follows from the status.
public struct ZincChange: Sendable {
    /// The new granular status; any word, also one that Zinc does not have.
    public var statusV2: String?
    /// The new coarse status; without ``statusV2``, reports leave that out, as those of older accounts may.
    public var status: String?
    /// The new result; any word.
    public var result: String?
    /// The checks exactly as reports are to show them.
    public var checks: [JSON]?
    public var reportURL: String?
    /// Whether a webhook tells of it.
    public var announce: Bool

    public init(
        statusV2: String? = nil,
        status: String? = nil,
        result: String? = nil,
        checks: [JSON]? = nil,
        reportURL: String? = nil,
        announce: Bool = true
    ) {
        self.statusV2 = statusV2
        self.status = status
        self.result = result
        self.checks = checks
        self.reportURL = reportURL
        self.announce = announce
    }
}
