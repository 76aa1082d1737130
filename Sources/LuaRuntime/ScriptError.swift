import Foundation

/// Why a run failed, with enough detail for the script's author to find the place. Contains the script's own text, so treat it as the script's data.
public struct ScriptError: Error, Sendable, Hashable, Codable {
    /// The kind of fault.
    public struct Code: RawRepresentable, Sendable, Hashable, Codable {
        /// The word used in logs and answers.
        public let rawValue: String

        /// Creates a code from its word.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The script raised an error.
        public static let scriptError = Code(rawValue: "script_error")
        /// More CPU than the limit.
        public static let cpuLimit = Code(rawValue: "cpu_limit")
        /// More memory than the limit.
        public static let memoryLimit = Code(rawValue: "memory_limit")
        /// A value larger than the limit.
        public static let outputLimit = Code(rawValue: "output_limit")
        /// A value nested deeper than the limit.
        public static let nestingLimit = Code(rawValue: "nesting_limit")
        /// The script does not compile.
        public static let syntaxError = Code(rawValue: "syntax_error")
        /// The host sent something that is not JSON: the script is not to blame.
        public static let badRequest = Code(rawValue: "bad_request")
        /// The run did not stop on its own, so its worker was killed.
        public static let workerKilled = Code(rawValue: "worker_killed")
        /// The worker crashed while it executed this run.
        public static let workerCrashed = Code(rawValue: "worker_crashed")
    }

    /// A place in a script.
    public struct Line: Sendable, Hashable, Codable {
        /// The script's chunk, such as `greenhouse/main.lua`.
        public var script: String
        /// Counted from 1.
        public var line: Int

        public init(script: String, line: Int) {
            self.script = script
            self.line = line
        }
    }

    public var code: Code
    /// What happened, without the position that Lua writes before it; at most about 4 KB.
    public var message: String
    /// The plugin's script at fault.
    public var script: String?
    /// The line in it, counted from 1.
    public var line: Int?
    /// The plugin's calls that led there, innermost first; at most 20.
    public var traceback: [Line]
    /// The error value as JSON text where the script raised a table that can be JSON; at most 16 KB.
    public var value: String?

    public init(code: Code, message: String, script: String? = nil, line: Int? = nil, traceback: [Line] = [], value: String? = nil) {
        self.code = code
        self.message = message
        self.script = script
        self.line = line
        self.traceback = traceback
        self.value = value
    }

    /// Whether running the same script again may end otherwise: true for errors it raised, false for limits, crashes and scripts that do not compile.
    public var isWorthRetrying: Bool {
        code == .scriptError || code == .badRequest
    }

    private static let codes: Set<Code> = [
        .scriptError, .cpuLimit, .memoryLimit, .outputLimit, .nestingLimit, .syntaxError, .badRequest, .workerCrashed,
    ]

    /// Reads what the sandbox wrote. Anything that a sandbox never writes comes from a hijacked worker, and is kept out of logs and stores.
    init(json: some Collection<UInt8>, plugin: String?) {
        guard let error = try? JSONDecoder().decode(ScriptError.self, from: Data(json)), Self.codes.contains(error.code),
            error.message.utf8.count <= 16 << 10, (error.script?.utf8.count ?? 0) <= 1 << 10, (error.value?.utf8.count ?? 0) <= 64 << 10,
            error.traceback.count <= 20, error.traceback.allSatisfy({ $0.script.utf8.count <= 1 << 10 })
        else {
            self.init(code: .workerCrashed, message: "the worker's error cannot be read", script: plugin)
            return
        }
        self = error
    }
}

extension ScriptError: CustomStringConvertible {
    /// The place and the message.
    public var description: String {
        let place = script.map { name in line.map { "\(name):\($0): " } ?? "\(name): " } ?? ""
        return "\(place)\(message) (\(code.rawValue))"
    }
}
