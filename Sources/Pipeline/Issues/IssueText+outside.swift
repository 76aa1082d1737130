import Screening

// Accounts, and who is heard from.

extension IssueText {
    static func account(_ issue: IssueRecord, _ names: IssueNames) -> IssueText {
        let cause = issue.cause
        let (account, provider) = (cause.account ?? "", names.provider(cause.account))
        switch (cause.kind, cause.code) {
        case (.credentialsRefused, _):
            return IssueText(
                "\(provider) rejects the credentials of \(account)",
                means: "The key of the account has expired, was changed at the provider, or lost its rights.",
                effect: "Orders of this account are taken in and wait; none is refused, and reports are not read.",
                advice:
                    "Put a valid key into the settings and reload them, or mend it at the provider and check the account. What waits goes on by itself.",
                "fairlead account check \(account)"
            )
        case (.pausedLong, _):
            let (kind, name) = cause.connection.map { ("connection", $0) } ?? ("account", account)
            let since = issue.details["since"]?.text.flatMap { Timestamp(iso8601: $0) }.map { " since \($0.shortText)" } ?? " for long"
            return IssueText(
                "The \(kind) \(name) is paused by a person\(since)",
                means: "Somebody paused it, and nobody has resumed it.",
                effect: kind == "account"
                    ? "Its orders are taken in and wait; nothing is sent to \(provider) or read there."
                    : "Its orders wait, and its ATS is told of nothing.",
                advice: "Ask who paused it whether that is still meant; resume it, or snooze this.",
                "fairlead \(kind) show \(name)",
                "fairlead \(kind) resume \(name)"
            )
        case (.budgetExhausted, "rate_limited"):
            return IssueText(
                "\(provider) says that \(account) asks too often",
                means: "The provider has refused requests for more than half an hour because there were too many.",
                effect: "Orders wait, and results come later than usual.",
                advice: "See whether something else uses the same key. Poll more rarely (poll:), or ask the provider for more.",
                "fairlead account list"
            )
        case (.budgetExhausted, _):
            return IssueText(
                "\(cause.connection ?? "A connection") has used up what it may have stored today",
                means: "More was delivered than limits of the connection allow for a day.",
                effect: "New deliveries are answered with 429; the ATS sends them again later.",
                advice: "Find out why so much comes. If that is right, raise the connection's limit and reload.",
                "fairlead event list --connection \(cause.connection ?? "") --since today"
            )
        case (_, "orders_not_answered"):
            return IssueText(
                "\(provider) does not say what becomes of new orders of \(account)",
                means: "Requests that create an order fail again and again; whatever else was asked is answered.",
                effect: "Orders that are not sent yet wait; those whose answer was lost are uncertain.",
                advice: "Ask the provider. One order is tried from time to time, and all go on once one succeeds.",
                "fairlead account check \(account)",
                "fairlead order list --account \(account) --state uncertain"
            )
        default:
            return IssueText(
                "\(provider) does not answer for \(account)",
                means: "The provider, or the way to it, has been away for minutes.",
                effect: "Orders wait and go out when it answers; reports come later.",
                advice: "See the provider's status page, and whether this machine reaches it. It is tried from time to time.",
                "fairlead account check \(account)"
            )
        }
    }

    static func contact(_ issue: IssueRecord, _ names: IssueNames) -> IssueText {
        let cause = issue.cause
        let name = cause.connection ?? cause.account ?? ""
        let sender = cause.connection != nil ? names.ats(cause.connection) : names.provider(cause.account)
        let list = cause.connection != nil ? "connection" : "account"
        switch (cause.kind, cause.code) {
        case (.silent, _):
            let quiet = issue.details["quiet"]?.integer ?? 0
            let together =
                quiet > 1
                ? " \(quiet) of \(issue.details["regular"]?.integer ?? quiet) that are regularly heard from are as quiet, so it was waited for a day's worth "
                    + "more: a public holiday looks like that, and so does a host that is not reached." : ""
            let usual = issue.details["usual"]?.text ?? "usually heard from more often"
            let last = issue.details["last_heard_at"]?.text.flatMap { Timestamp(iso8601: $0) }
            let since = last.map { "nothing since \($0.shortText)" } ?? "nothing since the host listens"
            return IssueText(
                "Nothing comes from \(sender) (\(name)): \(since)",
                means: "It is \(usual); \(since). Silence for so long is no chance: most often a webhook was switched off, or its address changed."
                    + together,
                effect: cause.connection != nil
                    ? "Candidates for whom a check was asked for at the ATS may not be known here."
                    : "Results are learned by polling only, or not at all.",
                advice:
                    "See whether webhooks are switched on at the sender and go to this host's address. Where nothing happened there, snooze this.",
                "fairlead event list --\(list) \(name) --limit 5"
            )
        case (.webhookDisabled, _):
            let webhook = cause.host ?? cause.code ?? name
            let isGone = issue.details["code"]?.text == "gone"
            if issue.details["code"]?.text == "restored" {
                return IssueText(
                    "The webhook \(webhook) is disabled since the store was restored",
                    means:
                        "It stands as in the backup: since then it may have been removed, or given another address or secret. Nothing is sent there "
                        + "until somebody says that it is still right.",
                    effect: "Candidates are not affected; who is told by this webhook hears nothing. What it missed is kept for 30 days.",
                    advice:
                        "Look at its address (on its page, or with webhook list). Where it is still wanted, enable it, and send what it missed; else remove it.",
                    "fairlead webhook enable \(webhook)",
                    "fairlead webhook redeliver \(webhook) --missed"
                )
            }
            return IssueText(
                "The webhook \(webhook) is disabled",
                means: isGone
                    ? "Its receiver answered 410: there is nothing at the address any more, and nothing is sent there."
                    : "Its receiver took no message for five days, and nothing is sent there any more.",
                effect: "Candidates are not affected; who is told by this webhook hears nothing. What it missed is kept for 30 days.",
                advice: (isGone
                    ? "Give it the new address (on its page, with webhook enable --address, or in the settings where it stands there), which enables it"
                    : "Mend the receiver, and enable the webhook (one of the settings file: reload it)")
                    + "; then send what it missed.",
                isGone ? "fairlead webhook enable \(webhook) --address URL" : "fairlead webhook enable \(webhook)",
                "fairlead webhook redeliver \(webhook) --missed"
            )
        case (.deliveriesRejected, _):
            return IssueText(
                "The script of \(name) rejected deliveries of \(sender)",
                means:
                    "They came, were answered, and then the script found something wrong with them: a package that is not there, a field that is missing.",
                effect: "Nothing was ordered for these candidates, and nobody at the ATS is told by itself.",
                advice: "See the reasons, mend what they name here or at the ATS, and have the runs tried again. Without that it ends after a day.",
                "fairlead run list --connection \(name) --state rejected --since 24h",
                "fairlead run retry --connection \(name) --state rejected --since 24h --dry-run"
            )
        case (.webhookFailing, _):
            if let notifier = cause.connection {
                return IssueText(
                    "The notifier \(notifier) fails (\(cause.code ?? "failed"))",
                    means: "Its plugin could not tell anybody for minutes; each notice is tried again, later each time.",
                    effect: "Candidates are not affected; who is told by this notifier hears nothing.",
                    advice: "See why a run failed, and mend the address or the secret in the settings. What waits is told when it works.",
                    "fairlead run list --connection \(notifier) --state waiting",
                    "fairlead run retry --connection \(notifier) --state dead --dry-run"
                )
            }
            let webhook = cause.host ?? name
            let why = issue.details["why"]?.text.map { ": \($0)" } ?? ""
            return IssueText(
                "The webhook \(webhook) fails\(why)",
                means:
                    "Its receiver refused several messages in a row. Each is tried again for three days; after five days of failing nothing is sent there any more.",
                effect: "Candidates are not affected; who is told by this webhook hears nothing, and is told late when it works again.",
                advice:
                    "Mend the receiver, or give the webhook another address (on its page, with webhook set, or in the settings where it stands there). "
                    + "What waits is sent by itself, or at once where it is redelivered.",
                "fairlead webhook deliveries \(webhook) --state pending",
                "fairlead webhook redeliver \(webhook) --missed --dry-run"
            )
        case (_, "bad_signature"):
            return IssueText(
                "What \(sender) sends to \(name) is refused: the signature or credentials are wrong",
                means: "The secret here is not the one at the sender.",
                effect: "Nothing that was refused is known here. Most senders repeat it for some hours.",
                advice: "Compare the secret in the settings with the one at the sender, and reload.",
                "fairlead \(list) list"
            )
        case (_, "unknown_connection"), (_, "unknown_account"):
            let names = issue.details["names"]?.items?.compactMap(\.text) ?? []
            return IssueText(
                "Deliveries come for \(list)s that are not configured",
                means: "Senders have addresses with names that nobody knows here" + (names.isEmpty ? "." : ": \(names.joined(separator: ", "))."),
                effect: "Nothing that was refused is known here.",
                advice:
                    "Where one of the names is misspelt, correct the address at the sender, or configure the \(list). Anybody may knock with any name.",
                "fairlead \(list) list"
            )
        default:
            return IssueText(
                "What \(sender) sends to \(name) is refused: \(cause.code == "unreadable" ? "it cannot be read" : "nothing is at the address")",
                means: "The address or the form of what is sent is not what the \(list) expects.",
                effect: "Nothing that was refused is known here.",
                advice: "Compare the address at the sender with the one of the \(list).",
                "fairlead \(list) list"
            )
        }
    }
}

extension Timestamp {
    /// To the minute: `2026-03-02 17:02 UTC`.
    var shortText: String { iso8601.prefix(16).replacing("T", with: " ") + " UTC" }
}
