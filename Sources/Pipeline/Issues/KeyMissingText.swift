import Screening

extension IssueText {
    /// A key that the store is sealed with, in part, and that a host does not have.
    static func keyMissing(_ issue: IssueRecord) -> IssueText {
        let (host, key) = (issue.cause.host ?? "a host", issue.cause.code ?? "")
        return IssueText(
            "The host \(host) does not have the key \(key), which another host seals with",
            means:
                "What was stored under that key since cannot be read on \(host): lists leave it out and say how many, and single things are answered 503 key_missing. Nothing is lost.",
            effect:
                "Orders, events and runs that are sealed with it wait for a host that has it; that may take some seconds longer. Where no host has it any more, they wait for ever.",
            advice:
                "Put the key into encryption.keys of \(host), behind its present first one, and restart it. The next time add a new key everywhere before it becomes the first anywhere.",
            "fairlead key list"
        )
    }
}
