import Screening

extension IssueText {
    /// Requests that a provider's webhooks name, and that no order of a restored store has.
    static func unknownRequests(_ issue: IssueRecord, _ names: IssueNames) -> IssueText {
        let account = issue.cause.account ?? ""
        let provider = names.provider(issue.cause.account)
        let references = issue.details["requests"]?.items?.compactMap(\.text) ?? []
        let named = references.prefix(10)
        let others = named.count < issue.count ? " and \(issue.count - named.count) more" : ""
        // Who sees some connections only is told how many there are, and no names.
        let shown = named.isEmpty ? "" : ": " + named.joined(separator: ", ") + others
        let count = issue.count == 1 ? "1 request" : "\(issue.count) requests"
        return IssueText(
            "\(provider) speaks of \(count) that this store does not know (\(account))",
            means:
                "They were ordered after the backup that the store was restored from, and no order here stands for them\(shown). "
                + "Nothing is sent for them.",
            effect: "These candidates are being checked, and nobody at the ATS is told how it ends.",
            advice:
                "Look at each at the provider. Have its application delivered again at the ATS: the order is then looked for, and adopts the request or is "
                + "uncertain, where you adopt it. When all are seen to, release with --gap-closed forgets them.",
            "fairlead order list --account \(account) --state uncertain",
            "fairlead order resolve ORDER --adopt REFERENCE",
            "fairlead release --gap-closed"
        )
    }
}
