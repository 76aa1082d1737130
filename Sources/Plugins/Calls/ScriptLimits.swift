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
    /// Bytes of all the replies' bodies of a run.
    public var runReplyBytes = 16 << 20
    /// Bytes of all that a run's steps hold: its calls and what they were answered.
    public var journalBytes = 32 << 20
    /// Orders that one run may place.
    public var orders = 20
    /// Orders that a connection's scripts may place in an hour.
    public var ordersPerHour = 1000
    /// Bytes of what a connection's scripts keep.
    public var valueBytes = 16 << 20
    /// Bytes that a connection may have stored in a day.
    public var storedBytesPerDay = 1 << 30

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
        /// Megabytes of all the replies' bodies of a run.
        case repliesMegabytes = "replies_mb"
        /// Megabytes of all that a run's steps hold.
        case journalMegabytes = "journal_mb"
        /// Orders of a run.
        case orders
        /// Orders of a connection's scripts in an hour.
        case ordersPerHour = "orders_per_hour"
        /// Megabytes of what a connection's scripts keep.
        case valueMegabytes = "kv_mb"
        /// Megabytes of a connection that are stored in a day.
        case storedMegabytesPerDay = "stored_mb_per_day"

        /// Those that bound what one connection may cost the others. An operator's word holds for a plugin that asks for nothing, too.
        public static let quotas: [Name] = [.repliesMegabytes, .journalMegabytes, .orders, .ordersPerHour, .valueMegabytes, .storedMegabytesPerDay]

        /// The code of the error of a run that went past it.
        var code: String {
            switch self {
            case .steps: "step_limit"
            case .repliesMegabytes: "replies_limit"
            case .journalMegabytes: "journal_limit"
            case .orders: "order_limit"
            case .ordersPerHour: "orders_per_hour"
            case .valueMegabytes: "kv_limit"
            case .storedMegabytesPerDay: "stored_limit"
            default: "cpu_limit"
            }
        }

        /// The codes of errors after which another attempt would end the same.
        static let final: Set = Set([Name.steps, .repliesMegabytes, .journalMegabytes, .orders].map(\.code))

        /// What may be written. Above it, the worker process itself would not hold.
        package var range: ClosedRange<Int> {
            switch self {
            case .sliceMilliseconds: 1...10_000
            case .runSeconds: 1...3600
            case .memoryMegabytes: 1...256
            case .outputKilobytes, .replyKilobytes: 1...16_384
            case .steps, .logLines: 1...10_000
            case .nesting: 1...150
            case .repliesMegabytes, .journalMegabytes: 1...1024
            case .orders: 1...10_000
            case .ordersPerHour: 1...1_000_000
            case .valueMegabytes: 1...65_536
            case .storedMegabytesPerDay: 1...1_048_576
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
            case .repliesMegabytes: runReplyBytes >> 20
            case .journalMegabytes: journalBytes >> 20
            case .orders: orders
            case .ordersPerHour: ordersPerHour
            case .valueMegabytes: valueBytes >> 20
            case .storedMegabytesPerDay: storedBytesPerDay >> 20
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
            case .repliesMegabytes: runReplyBytes = newValue << 20
            case .journalMegabytes: journalBytes = newValue << 20
            case .orders: orders = newValue
            case .ordersPerHour: ordersPerHour = newValue
            case .valueMegabytes: valueBytes = newValue << 20
            case .storedMegabytesPerDay: storedBytesPerDay = newValue << 20
            }
        }
    }

    /// The limits of a plugin under an operator's caps: what the plugin asks for, else the default (of a quota: the cap), and nothing above a cap.
    public init(requested: [Name: Int], caps: [Name: Int]) {
        for name in Name.allCases {
            let cap = caps[name] ?? self[name]
            self[name] = min(requested[name] ?? (Name.quotas.contains(name) ? cap : self[name]), cap)
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
    package func limits(_ key: String, among names: [ScriptLimits.Name] = ScriptLimits.Name.allCases) -> [ScriptLimits.Name: Int] {
        let block = object(key, keys: names.map(\.rawValue))
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in block.integer(name.rawValue, in: name.range).map { (name, $0) } }
        )
    }
}
