import CLuaSandbox

/// What one run may use. The defaults are the ones that hold where neither a plugin nor an operator says otherwise.
public struct Limits: Sendable, Hashable, Codable {
    /// CPU time between two host calls.
    public var sliceCPU: Duration
    /// CPU time of the whole run; what it spends waiting for the host is not counted.
    public var runTime: Duration
    /// Bytes of Lua memory.
    public var memory: Int
    /// Bytes of one host call's arguments, of the result, and of all notes together.
    public var output: Int
    /// How deeply JSON values may be nested.
    public var nesting: Int
    /// How many notes are kept; after the last one the host is told once, and the rest are dropped.
    public var notes: Int
    /// What is reported of the lines that run, as notes named `trace`: for tools, and only with ``LuaPool/Isolation/inProcess``.
    public var trace = Trace.off

    /// What a run reports of the lines that it reaches.
    public enum Trace: UInt32, Sendable, Hashable, Codable {
        /// Nothing, at no cost.
        case off = 0
        /// Chunk, line and depth of the call.
        case lines = 1
        /// The same, with the values of locals: whatever they hold.
        case locals = 2
    }

    public init(
        sliceCPU: Duration = .milliseconds(250),
        runTime: Duration = .seconds(60),
        memory: Int = 64 << 20,
        output: Int = 1 << 20,
        nesting: Int = 64,
        notes: Int = 500,
    ) {
        self.sliceCPU = sliceCPU
        self.runTime = runTime
        self.memory = memory
        self.output = output
        self.nesting = nesting
        self.notes = notes
    }

    var sandbox: fls_limits {
        fls_limits(
            slice_cpu_ms: UInt32(clamping: min(sliceCPU.milliseconds, 86_400_000)),
            run_cpu_ms: UInt32(clamping: runTime.milliseconds),
            nesting: UInt32(clamping: nesting),
            notes: UInt32(clamping: notes),
            memory_bytes: UInt64(clamping: memory),
            output_bytes: UInt64(clamping: output),
            trace: trace.rawValue,
        )
    }
}

extension Duration {
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
