public import Pipeline
public import Plugins
public import Screening

/// Says what the present scripts of a connection would do with a run that is over, without any effect: nothing is sent and nothing is changed.
///
/// The program `fairlead` answers calls from the run's own journal, as `fairlead shadow` does. That is a tool of authors and no part of the host, so an
/// embedder who wants the same on the dashboard hands in one of their own.
public protocol RunRehearsal: Sendable {
    /// - Parameters:
    ///   - run: the run as the API gives it, with what its hook was called with and its steps, whole.
    ///   - then: the scripts that it began on; nil where they are not kept.
    ///   - now: the connection with its present scripts.
    /// - Returns: `{now, then, differences}`: `now` and `then` are `{orders, calls, ends}`, `differences` a list of `{path, expected, found}` from then to
    ///   now; `then` and `differences` are missing where those scripts are not kept. Nil where what the run was called with is not there any more.
    /// - Throws: `CancellationError`.
    func rehearse(_ run: JSON, then: ConnectionScripts?, now: Connection, by runner: HookRunner) async throws -> JSON?
}
