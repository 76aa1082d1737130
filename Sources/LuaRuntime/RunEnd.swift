/// How a run ended.
public enum RunEnd: Sendable {
    /// The result as JSON.
    case finished([UInt8])
    /// The run is at fault.
    case failed(ScriptError)
    /// The worker ended for a reason that is not this run's: run it again; no attempt is spent. The text says why.
    case interrupted(String)
}

/// What a script asks of the host.
public struct HostCall: Sendable, Hashable {
    /// The name of the operation; at most 64 bytes.
    public var op: String
    /// The arguments as JSON.
    public var args: [UInt8]
    /// The line of the plugin's script that called; nil where it is not known. Notes have none.
    public var place: ScriptError.Line?

    public init(op: String, args: [UInt8], place: ScriptError.Line? = nil) {
        self.op = op
        self.args = args
        self.place = place
    }
}

/// Why the pool cannot run anything.
public enum PoolError: Error, Sendable, Hashable {
    /// A worker could not be started; the text names the file and the reason.
    case workerUnavailable(String)
    /// The system cannot confine a worker, and the configuration requires it; the text names what is missing.
    case unconfined(String)
    case stopped
}

extension PoolError: CustomStringConvertible {
    /// One sentence for an operator.
    public var description: String {
        switch self {
        case .workerUnavailable(let reason): "the Lua worker cannot be started: \(reason)"
        case .unconfined(let missing): "the Lua worker cannot be confined (\(missing)); workers.confinement: best_effort would run it all the same"
        case .stopped: "the Lua workers are shut down"
        }
    }
}
