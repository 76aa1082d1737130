import Screening

extension RefusedCount {
    static let schema = Schema(
        "Refused",
        always: ["at": .timestamp, "reason": .anyText, "count": .wholeNumber],
        """
        What was refused for one reason in one minute: at is when the last of them came. The newest hundred are kept of each connection and account, and nothing \
        of what was sent
        """
    )

    var view: JSON { ["at": JSON(lastAt), "reason": .string(reason), "count": .int(Int64(count))] }
}
