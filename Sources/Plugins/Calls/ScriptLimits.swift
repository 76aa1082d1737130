import ConfigurationFiles
public import LuaRuntime

/// What a run may use: the sandbox's limits and the host's own.
public struct ScriptLimits: Sendable, Hashable {
    /// What the sandbox holds to.
    public var sandbox = Limits()
    /// Host calls in a run.
    public var steps = 200
    /// Bytes of a reply's body.
    public var replyBytes = 1 << 20

    public init() {}

    /// The limits by the names that they have in `plugin.yaml` (`limits`) and in the settings (`workers.limits`), as whole numbers.
    public enum Name: String, Sendable, CaseIterable {
        /// Milliseconds of CPU between two host calls.
        case sliceMilliseconds = "slice_ms"
        /// Seconds that a run may take, without its waits.
        case runSeconds = "run_seconds"
        /// Megabytes of Lua's memory.
        case memoryMegabytes = "memory_mb"
        /// Kilobytes of one call's arguments, of the result, and of all log lines together.
        case outputKilobytes = "output_kb"
        /// Kilobytes of a reply's body.
        case replyKilobytes = "reply_kb"
        /// Host calls in a run.
        case steps
        /// Log lines in a run.
        case logLines = "log_lines"
        /// How deeply values may be nested.
        case nesting

        /// What may be written. Above it, the worker process itself would not hold.
        package var range: ClosedRange<Int> {
            switch self {
            case .sliceMilliseconds: 1...10_000
            case .runSeconds: 1...3600
            case .memoryMegabytes: 1...256
            case .outputKilobytes, .replyKilobytes: 1...16_384
            case .steps, .logLines: 1...10_000
            case .nesting: 1...150
            }
        }
    }

    /// A limit as a whole number in its name's unit.
    public subscript(name: Name) -> Int {
        get {
            switch name {
            case .sliceMilliseconds: Int(sandbox.sliceCPU / .milliseconds(1))
            case .runSeconds: Int(sandbox.runTime / .seconds(1))
            case .memoryMegabytes: sandbox.memory >> 20
            case .outputKilobytes: sandbox.output >> 10
            case .replyKilobytes: replyBytes >> 10
            case .steps: steps
            case .logLines: sandbox.notes
            case .nesting: sandbox.nesting
            }
        }
        set {
            switch name {
            case .sliceMilliseconds: sandbox.sliceCPU = .milliseconds(newValue)
            case .runSeconds: sandbox.runTime = .seconds(newValue)
            case .memoryMegabytes: sandbox.memory = newValue << 20
            case .outputKilobytes: sandbox.output = newValue << 10
            case .replyKilobytes: replyBytes = newValue << 10
            case .steps: steps = newValue
            case .logLines: sandbox.notes = newValue
            case .nesting: sandbox.nesting = newValue
            }
        }
    }

    /// The limits of a plugin under an operator's caps: what the plugin asks for, else the default, and nothing above a cap.
    public init(requested: [Name: Int], caps: [Name: Int]) {
        for name in Name.allCases {
            let cap = caps[name] ?? self[name]
            self[name] = min(requested[name] ?? self[name], cap)
        }
    }

    /// What a plugin asks for beyond the caps, a sentence each. Where the operator says nothing, the defaults are the caps.
    public static func excesses(requested: [Name: Int], caps: [Name: Int]) -> [String] {
        Name.allCases.compactMap { name in
            guard let request = requested[name] else { return nil }
            let cap = caps[name] ?? ScriptLimits()[name]
            guard request > cap else { return nil }
            return "the plugin asks for limits.\(name.rawValue): \(request), and workers.limits.\(name.rawValue) allows \(cap)"
        }
    }
}

extension ObjectReader {
    /// Limits under a key, by name.
    package func limits(_ key: String) -> [ScriptLimits.Name: Int] {
        let block = object(key, keys: ScriptLimits.Name.allCases.map(\.rawValue))
        return Dictionary(
            uniqueKeysWithValues: ScriptLimits.Name.allCases.compactMap { name in block.integer(name.rawValue, in: name.range).map { (name, $0) } }
        )
    }
}
