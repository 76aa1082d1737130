import Synchronization

/// An act under way, for whoever does it in this task: the store writes it into the audit in the transaction that does it, whichever that is, and once.
///
/// It travels with the task, because what people may ask for comes to the store in many ways, and none of them may be forgotten.
public final class AuditedAct: Sendable {
    /// The act that this task does; nil for what nobody asked for.
    @TaskLocal public static var current: AuditedAct?

    private struct State {
        var act: AuditAct
        var isTaken = false
        var isLeftOut = false
    }

    private let state: Mutex<State>

    public init(_ act: AuditAct) { state = Mutex(State(act: act)) }

    /// The act as it is known by now.
    public var act: AuditAct { state.withLock { $0.act } }

    /// Says what the act is about, where that was not known before.
    public func concerns(_ subject: String) { state.withLock { if $0.act.subject == nil { $0.act.subject = subject } } }

    /// Adds to the details.
    public func note(_ name: String, _ value: JSON) { state.withLock { $0.act.details[name] = value } }

    /// Nothing is done, it is only tried out: nothing is recorded.
    public func leaveOut() { state.withLock { $0.isLeftOut = true } }

    /// Whether nothing is to be recorded.
    public var isLeftOut: Bool { state.withLock { $0.isLeftOut } }

    /// Whether there is something to record that no transaction has recorded.
    public var isPending: Bool { state.withLock { !$0.isTaken && !$0.isLeftOut } }

    /// The act, for the transaction that records it; nil where another does, or did.
    package func take() -> AuditAct? {
        state.withLock { state in
            guard !state.isTaken, !state.isLeftOut else { return nil }
            state.isTaken = true
            return state.act
        }
    }

    /// The transaction that took the act wrote nothing.
    package func putBack() { state.withLock { $0.isTaken = false } }
}
