/// What scripts see of the host: the single source of the Lua reference, the annotation files for editors and the names that
/// `plugin check` knows. A test checks the prelude against it.
public enum HostAPI {
    /// A named set of members: a part of `ctx`, a module, or a value that hooks are given.
    public struct Part: Sendable {
        /// What a part is to a script.
        public enum Kind: Sendable {
            /// A part of `ctx`: nothing but its members can be read.
            case context
            /// What `require` gives.
            case module
            /// A table of data or options.
            case value
        }

        /// Its name in scripts and in the reference: `ctx.orders`, `json`, `order`.
        public let name: String
        /// What it is to a script.
        public let kind: Kind
        /// One or more sentences.
        public let note: String
        /// Its members, in the order of the reference.
        public let members: [Member]

        /// The name of its type in annotation files.
        public var type: String { "fairlead." + name.replacing("ctx.", with: "") }
        /// The member of that name; nil where there is none.
        public func member(_ name: String) -> Member? { members.first { $0.name == name } }
    }

    /// A function or a field.
    public struct Member: Sendable {
        /// A parameter of a function.
        public struct Parameter: Sendable {
            /// Its name; a `?` at the end marks one that may be left out.
            public let name: String
            /// Its type, as LuaLS writes it.
            public let type: String
        }

        public let name: String
        /// The parameters of a function; nil for a field.
        public let parameters: [Parameter]?
        /// The type of a field or of what a function gives, as LuaLS writes it; of several results with commas between. Empty for nothing.
        public let type: String
        /// What it is, in a sentence.
        public let note: String

        /// `place(options)`, or the name alone.
        public var signature: String {
            guard let parameters else { return name }
            return "\(name)(\(parameters.map(\.name).joined(separator: ", ")))"
        }
    }

    /// Everything, in the order of the reference.
    public static let parts: [Part] = [context] + contextParts + modules + values

    /// The part of that name; nil where there is none.
    public static func part(_ name: String) -> Part? { parts.first { $0.name == name } }

    /// The hooks that `main.lua` of a plugin may return, by kind.
    public static func hooks(of kind: PluginManifest.Kind) -> [String] {
        switch kind {
        case .ats: ["on_event", "on_update", "on_erase", "routes", "map_request"]
        case .provider: ["packages", "submit", "report", "find", "requests", "cancel", "interpret"]
        case .notifier: ["on_notification"]
        }
    }

    /// The globals of scripts, Lua's own libraries among them.
    public static let globals = [
        "assert", "error", "getmetatable", "ipairs", "load", "math", "next", "pairs", "pcall", "print", "rawequal", "rawget", "rawlen", "rawset",
        "require", "select", "setmetatable", "string", "table", "tonumber", "tostring", "type", "utf8", "xpcall",
    ]

    /// Lua's libraries as scripts see them: `math` without `random` and `randomseed`, `string` without what makes bytecode.
    public static let libraries: [String: [String]] = [
        "math": [
            "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger", "min", "mininteger",
            "modf", "pi", "rad", "sin", "sqrt", "tan", "tointeger", "type", "ult",
        ],
        "string": [
            "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "rep", "reverse", "sub", "upper",
        ],
        "table": ["concat", "insert", "move", "pack", "remove", "sort", "unpack"],
        "utf8": ["char", "charpattern", "codepoint", "codes", "len", "offset"],
    ]

    /// The name of every function of the host's and of Lua's libraries, for suggestions.
    static let everyFunction =
        parts.filter { $0.kind != .value }.flatMap { $0.members.map(\.name) } + libraries.values.flatMap(\.self).sorted() + globals

    // MARK: Writing the table

    static func function(_ name: String, _ parameters: [(String, String)] = [], _ result: String = "", _ note: String) -> Member {
        Member(name: name, parameters: parameters.map { Member.Parameter(name: $0.0, type: $0.1) }, type: result, note: note)
    }

    static func field(_ name: String, _ type: String, _ note: String) -> Member { Member(name: name, parameters: nil, type: type, note: note) }
}
