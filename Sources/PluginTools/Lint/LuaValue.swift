import Plugins
import Screening

/// What a linter knows about a value without running anything.
indirect enum LuaValue: Equatable {
    /// Nothing.
    case unknown
    /// A part of the host API, by its name.
    case part(String)
    /// A function of the host's that gives this.
    case function(LuaValue)
    /// `ctx.settings`, or an object in it, by its schema.
    case settings(JSON, path: String)
    case secrets
    /// The hooks that an overlay is given.
    case hooks
    /// One of Lua's libraries.
    case library(String)
    case require
    /// What `require "map"` gives: a function of a payload.
    case mapModule
    /// A string written out.
    case text(String)
    /// A table written out, with the names of its keys and the lines that they stand on.
    case table([String: Int])

    /// What a type of the host API's table stands for.
    init(type: String) {
        let plain = type.hasSuffix("?") ? String(type.dropLast()) : type
        self = HostAPI.parts.first { $0.type == plain }.map { .part($0.name) } ?? .unknown
    }

    /// The value of a member of the API's; a function's result counts.
    init(_ member: HostAPI.Member) {
        let value = LuaValue(type: member.type)
        self = member.parameters == nil ? value : .function(value)
    }
}

/// The names that a place in a script sees.
struct LuaScopes {
    private var scopes: [[String: LuaValue]] = [[:]]

    mutating func open() { scopes.append([:]) }
    mutating func close() { scopes.removeLast() }
    mutating func declare(_ name: String, _ value: LuaValue = .unknown) { scopes[scopes.count - 1][name] = value }

    /// What a local holds; nil where there is none of that name.
    func find(_ name: String) -> LuaValue? {
        for scope in scopes.reversed() { if let value = scope[name] { return value } }
        return nil
    }

    /// Records that a local was assigned something other than its declared value: nothing is known about it from then on.
    mutating func forget(_ name: String) {
        for index in scopes.indices.reversed() where scopes[index][name] != nil {
            scopes[index][name] = .unknown
            return
        }
    }

    /// The names of all locals, for suggestions.
    var names: [String] { scopes.flatMap(\.keys).sorted() }
}
