import Screening

/// What was refused of a connection or an account.
enum RefusedText {
    /// - Parameter verify: the command that says of a captured request why it is refused.
    static func list(_ subject: String, verify: String) -> ListText {
        ListText(
            [
                ListText.Column("last in the minute", "at", value: { item, style in style.time(item.cell("at")) }),
                ListText.Column("how many", "count"), ListText.Column("why", "reason", value: ProblemWords.column("reason")),
            ],
            empty: "Nothing of \(subject) was refused. What a request fails that never shows here: \(verify)"
        )
    }

    static let discussion = "By minute and reason, the newest hundred; nothing is kept of what was sent."
}
