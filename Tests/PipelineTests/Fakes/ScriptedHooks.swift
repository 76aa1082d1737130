import Plugins
import Screening
import Synchronization

/// Runs no script: each attempt ends as the test laid ready, and what was called is kept.
final class ScriptedHooks: HookRunning {
    private struct State {
        var ends: [HookEnd] = []
        var errors: [any Error] = []
        var logs: [JSON] = []
        var unwritten: [Step] = []
        var calls: [HookCall] = []
    }
    private let state = Mutex(State())

    /// The calls so far, in order.
    var calls: [HookCall] { state.withLock { $0.calls } }

    /// How the next attempts end; the last one's end is that of all further ones.
    func end(_ ends: HookEnd..., logs: [JSON] = []) {
        state.withLock { state in
            state.ends = ends
            state.logs = logs
        }
    }

    /// What attempts leave to be written with the end of the run.
    func leave(_ steps: [Step]) { state.withLock { $0.unwritten = steps } }

    /// Has the next attempts break off, one for each error.
    func fail(_ errors: any Error...) { state.withLock { $0.errors += errors } }

    func run(_ call: HookCall, remembered: [Step], host: any ScriptHost) async throws -> HookRunner.Attempt {
        try state.withLock { state in
            state.calls.append(call)
            if !state.errors.isEmpty { throw state.errors.removeFirst() }
            let end = state.ends.first ?? .done(.null)
            if state.ends.count > 1 { state.ends.removeFirst() }
            return HookRunner.Attempt(end: end, unwritten: state.unwritten, logs: state.logs, input: call.input)
        }
    }
}
