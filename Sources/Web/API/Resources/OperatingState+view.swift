import Screening

extension OperatingState {
    /// The schema of ``refusal``.
    static let refusal = JSON.object(always: ["at": .timestamp, "reason": .anyText, "count": .wholeNumber]).orNull

    /// What was last refused of what claimed to be its own: when, why, and how many since one was last accepted; nil where none ever was.
    var refusal: JSON? {
        lastRefusedAt.map { ["at": JSON($0), "reason": .string(lastRefusal ?? ""), "count": .int(Int64(refusedSinceHeard))] }
    }
}
