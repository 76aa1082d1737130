import Screening

extension IssueText {
    /// An account or a connection that open orders name and the settings lack.
    static func notInSettings(_ issue: IssueRecord) -> IssueText {
        let (kind, id) = issue.cause.account.map { ("account", $0) } ?? ("connection", issue.cause.connection ?? "")
        let isAccount = kind == "account"
        return IssueText(
            "The \(kind) \(id) is not in the settings, and \(issue.count == 1 ? "an open order names it" : "\(issue.count) open orders name it")",
            means:
                "It was taken out, or given another name, or the store was restored beside settings that are not its own.",
            effect: isAccount
                ? "These orders are not sent, their provider is not asked, and its webhooks are refused."
                : "Nothing that becomes of these orders is told to their ATS: its runs wait as dead letters.",
            advice:
                "Put the \(kind) back into the settings under this name, and reload. Where it is meant to be gone, cancel these orders or see them end first.",
            "fairlead order list --\(kind) \(id)",
            "fairlead check"
        )
    }
}
