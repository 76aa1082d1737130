extension Notice {
    /// What became of an issue; nil where nobody needs to hear of it. It names the cause, and nothing that people wrote.
    public static func issue(_ transition: IssueTransition) -> Notice? {
        let kind: Kind
        switch transition.kind {
        case .none: return nil
        case .opened: kind = .issueOpened
        case .reopened: kind = .issueReopened
        case .resolved: kind = .issueResolved
        }
        let (issue, cause) = (transition.issue, transition.issue.cause)
        let at = issue.resolvedAt ?? issue.lastSeenAt
        return Notice(
            kind,
            about: issue.id,
            at.milliseconds,
            at: at,
            issue: issue.id,
            connection: cause.connection,
            account: cause.account,
            data: [
                "id": .string(issue.id), "kind": .string(cause.kind.rawValue), "connection": JSON(cause.connection), "account": JSON(cause.account),
                "code": JSON(cause.code), "plugin": JSON(cause.plugin), "hook": JSON(cause.hook),
                "line": cause.line.map { .int(Int64($0)) } ?? .null, "host": JSON(cause.host), "count": .int(Int64(issue.count)),
                "opened_at": JSON(issue.openedAt), "resolved_at": issue.resolvedAt.map { JSON($0) } ?? .null,
            ]
        )
    }

    /// The cause of the issue that it is about; nil where it is about none.
    package var cause: IssueCause? {
        guard issue != nil, let kind = data["kind"]?.text.flatMap(IssueKind.init(rawValue:)) else { return nil }
        return IssueCause(
            kind,
            connection: connection,
            account: account,
            code: data["code"]?.text,
            plugin: data["plugin"]?.text,
            hook: data["hook"]?.text,
            line: data["line"]?.integer.map { Int(clamping: $0) },
            host: data["host"]?.text
        )
    }
}
