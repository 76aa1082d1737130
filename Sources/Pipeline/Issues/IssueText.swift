import Plugins
import Screening

/// What people are told of an issue: what it is, what it means, what it does to candidates, and what to do. Without personal data.
public struct IssueText: Sendable, Equatable {
    /// One line.
    public var title: String
    public var means: String
    /// What it does to candidates, beside how much it holds up.
    public var effect: String
    /// What to do.
    public var advice: String
    /// Commands to type.
    public var commands: [String]
    /// Where the documentation says more.
    public var docs: String

    init(_ title: String, means: String, effect: String, advice: String, _ commands: String...) {
        self.title = title
        self.means = means
        self.effect = effect
        self.advice = advice
        self.commands = commands
        docs = ""
    }
}

/// What texts name things by.
struct IssueNames {
    let registry: Registry

    func provider(_ account: String?) -> String {
        account.flatMap { registry.account($0) }?.provider.manifest.title ?? "the provider"
    }

    func ats(_ connection: String?) -> String {
        connection.flatMap { registry.connection($0) }?.plugin.manifest.title ?? "the ATS"
    }
}

extension IssueText {
    /// The text of an issue.
    init(_ issue: IssueRecord, registry: Registry) {
        let names = IssueNames(registry: registry)
        self = IssueText.text(issue, names)
        docs = "docs/issues.md#\(issue.cause.kind.anchor)"
    }

    private static func text(_ issue: IssueRecord, _ names: IssueNames) -> IssueText {
        switch issue.cause.kind {
        case .credentialsRefused, .providerAway, .budgetExhausted, .pausedLong: account(issue, names)
        case .hostPaused, .pluginPaused, .scriptFailing, .reloadRefused: script(issue)
        case .deliveriesRefused, .deliveriesRejected, .silent, .webhookDisabled, .webhookFailing: contact(issue, names)
        case .unknownRequests: unknownRequests(issue, names)
        case .notInSettings: notInSettings(issue)
        case .keyMissing: keyMissing(issue)
        case .updatesNotTold, .ordersUncertain, .unknownAtProvider, .unknownWords, .deadLetters, .ordersRefused: stuck(issue, names)
        case .storeNearlyFull, .diskNearlyFull, .clock, .clockAhead, .backupLate, .backupNotProven, .retentionOverdue, .erasureOverdue,
            .chainBroken:
            machine(issue)
        }
    }
}
