import LuaRuntime
import Screening

/// What a run has used of what it may make the host hold and do.
struct RunBudget: Sendable {
    private let limits: ScriptLimits
    /// Bytes of the bodies that the run was answered.
    private var replied = 0
    /// Bytes of all that its steps hold.
    private var kept = 0
    /// Orders that it placed.
    private var placed = 0
    /// CPU time that the host has spent on its replies.
    private var spent = Duration.zero

    init(_ limits: ScriptLimits) { self.limits = limits }

    /// Counts a reply's body. Returns what ends the run; nil while it is within its limits.
    mutating func count(reply bytes: Int) -> AttemptFailure? {
        replied += bytes
        guard replied > limits.runReplyBytes else { return nil }
        return failure(.repliesMegabytes, "the run was answered more than \(limits.runReplyBytes >> 20) MB in all")
    }

    /// Counts a call with what it was answered.
    mutating func count(step bytes: Int) -> AttemptFailure? {
        kept += bytes
        guard kept > limits.journalBytes else { return nil }
        return failure(.journalMegabytes, "the run's calls and their answers are larger than \(limits.journalBytes >> 20) MB")
    }

    /// Counts time as if the script had used it.
    mutating func count(cpu time: Duration) -> AttemptFailure? {
        spent += time
        guard spent > limits.sandbox.runTime else { return nil }
        return failure(.runSeconds, "reading the run's replies took more than \(limits[.runSeconds]) s of CPU")
    }

    /// What ends the run where it asks for one order more; nil while it may.
    var anotherOrder: AttemptFailure? { placed < limits.orders ? nil : failure(.orders, "the run placed \(limits.orders) orders") }

    /// Counts an order that was placed, and not one that was there.
    mutating func count(placed reply: JSON) {
        if let order = reply["value"], order["created"]?.boolean != false { placed += 1 }
    }

    func failure(_ limit: ScriptLimits.Name, _ what: String) -> AttemptFailure {
        AttemptFailure(limit.code, "\(what); an operator sets the limit with workers.limits.\(limit.rawValue)", retryable: false)
    }
}
