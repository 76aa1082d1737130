public import Screening

/// Makes attempts at hooks: a ``HookRunner``, or a test's stand-in.
public protocol HookRunning: Sendable {
    /// Makes one attempt. `remembered` are the steps of the attempts before, in order: their answers are given again, nothing is done twice.
    ///
    /// - Throws: `CancellationError`, and what ``ScriptHost/remember(_:doing:)`` throws (``StoreError``): the attempt then does not count.
    func run(_ call: HookCall, remembered: [Step], host: any ScriptHost) async throws -> HookRunner.Attempt
}

extension HookRunner: HookRunning {}
