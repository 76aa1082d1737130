import CLuaSandbox
import Crypto

/// One Lua source text and the names it goes by.
public struct Script: Sendable, Hashable {
    /// Who wrote a script.
    public enum Origin: Sendable, Hashable {
        /// Part of a plugin: errors show its lines.
        case plugin
        /// Part of the host: it has globals of its own that plugins cannot reach, and errors in its calls are shown at the plugin's line.
        case host
    }

    /// What `require` takes, such as `lib.names`.
    public var name: String
    /// What errors show, such as `greenhouse/main.lua`.
    public var chunk: String
    public var source: String
    public var origin: Origin

    /// Creates a script; nothing is compiled or run.
    public init(name: String, chunk: String, source: String, origin: Origin = .plugin) {
        self.name = name
        self.chunk = chunk
        self.source = source
        self.origin = origin
    }
}

/// Everything a run executes: the host's prelude and the modules it may require. Two bundles with the same scripts are equal.
public struct ScriptBundle: Sendable, Hashable {
    /// The SHA-256 of the scripts and their names, in hexadecimal: the same scripts have the same id in every process.
    public let id: String
    /// The chunk that is called with the host's functions and returns the function that serves a request.
    public let prelude: Script
    /// What the prelude may load by name.
    public let modules: [Script]
    /// The bundle as the sandbox reads it.
    let wire: [UInt8]

    /// Creates a bundle; scripts are compiled when a worker first sees them. At most 255 modules.
    public init(prelude: Script, modules: [Script]) {
        self.prelude = prelude
        self.modules = modules
        wire = Self.encode(prelude: prelude, modules: modules)
        id = SHA256.hash(data: wire).map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }

    /// Whether both hold the same scripts.
    public static func == (left: ScriptBundle, right: ScriptBundle) -> Bool {
        left.id == right.id
    }

    /// Hashes the id.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
    }

    /// What an error names when no line is known.
    var plugin: String? {
        modules.first { $0.origin == .plugin }?.chunk
    }

    /// A line of one of the plugin's scripts, which is named by its place in the bundle; nil where there is no such script. A worker says it, and may have been
    /// taken over: it chooses among names, and writes none.
    func line(_ line: UInt32, ofScript place: UInt32) -> ScriptError.Line? {
        guard place > 0, place <= modules.count, line > 0, line <= UInt32(Int32.max) else { return nil }
        let script = modules[Int(place) - 1]
        return script.origin == .plugin ? ScriptError.Line(script: script.chunk, line: Int(line)) : nil
    }

    private static func encode(prelude: Script, modules: [Script]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(integer: UInt32(modules.count + 1))
        for (index, script) in ([prelude] + modules).enumerated() {
            let kind = index == 0 ? FLS_SCRIPT_PRELUDE : script.origin == .host ? FLS_SCRIPT_HOST : FLS_SCRIPT_PLUGIN
            bytes.append(UInt8(kind))
            for text in [script.name, script.chunk, script.source] {
                bytes.append(integer: UInt32(text.utf8.count))
                bytes.append(contentsOf: text.utf8)
            }
        }
        return bytes
    }
}
