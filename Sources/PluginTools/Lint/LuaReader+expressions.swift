import Plugins
import Screening

extension LuaReader {
    // MARK: Expressions

    mutating func expressions() -> [LuaValue] {
        var values = [expression()]
        while take(",") { values.append(expression()) }
        return values
    }

    private static let operators: Set = [
        "+", "-", "*", "/", "//", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or", "&", "|", "~", "<<", ">>",
    ]

    mutating func expression() -> LuaValue {
        var value = operand()
        while LuaReader.operators.contains(token.text), token.kind == .symbol || token.kind == .keyword {
            let sign = token.text
            advance()
            let next = operand(joined: sign == "..")
            switch sign {
            case "or": if value == .unknown { value = next }
            case "and": value = next
            default: value = .unknown
            }
        }
        return value
    }

    mutating func operand(joined: Bool = false) -> LuaValue {
        while token.is("not") || token.is("-") || token.is("#") || token.is("~") { advance() }
        switch token.kind {
        case .number:
            advance()
            return .unknown
        case .string:
            let (text, line) = (token.text, token.line)
            advance()
            if !joined { noteURL(text, line) }
            return .text(text)
        case .keyword where token.text == "function":
            advance()
            body()
            return .unknown
        case .keyword, .symbol:
            if token.is("{") { return table() }
            if token.is("(") { return suffixed().value }
            if token.kind == .keyword || token.is("...") { advance() }
            return .unknown
        default: return suffixed().value
        }
    }

    mutating func noteURL(_ text: String, _ line: Int) {
        if text.hasPrefix("https://") || text.hasPrefix("http://") { urls.append((text, line, !token.is(".."))) }
    }

    mutating func table() -> LuaValue {
        var keys: [String: Int] = [:]
        _ = take("{")
        while token.kind != .end, !token.is("}") {
            let line = token.line
            if take("[") {
                if case .text(let key) = expression() { keys[key] = line }
                _ = take("]")
                _ = take("=")
            } else if token.kind == .name, tokens.indices.contains(place + 1), tokens[place + 1].is("=") {
                keys[name()] = line
                _ = take("=")
            }
            let start = place
            _ = expression()
            if place == start { advance() }
            _ = take(",") || take(";")
        }
        _ = take("}")
        return .table(keys)
    }

    /// A name or a value in parentheses with all that follows: members, indexes, calls.
    ///
    /// - Parameter isTarget: whether it may be assigned to; a name alone is then given back instead of looked up.
    mutating func suffixed(isTarget: Bool = false) -> (name: String?, value: LuaValue) {
        let line = token.line
        var value = LuaValue.unknown
        if take("(") {
            value = expression()
            _ = take(")")
        } else {
            let root = name()
            let isAlone = ![".", ":", "[", "(", "{"].contains(where: token.is) && token.kind != .string
            if isTarget, isAlone { return (root, .unknown) }
            value = look(up: root, at: line)
        }
        while true {
            if token.is(".") || token.is(":") {
                advance()
                let line = token.line
                let member = name()
                let isAssigned = isTarget && (token.is("=") || token.is(","))
                value = self.member(member, of: value, at: line, isAssigned: isAssigned)
            } else if take("[") {
                let index = expression()
                _ = take("]")
                if case .text(let key) = index {
                    value = member(key, of: value, at: line, isAssigned: isTarget && token.is("="))
                } else {
                    value = .unknown
                }
            } else if token.is("(") || token.is("{") || token.kind == .string {
                value = call(value)
            } else {
                return (nil, value)
            }
        }
    }

    mutating func call(_ called: LuaValue) -> LuaValue {
        let line = token.line
        var first = LuaValue.unknown
        if token.kind == .string {
            first = operand()
        } else if token.is("{") {
            first = table()
        } else {
            advance()
            if !token.is(")") { first = expressions().first ?? .unknown }
            _ = take(")")
        }
        switch called {
        case .function(let result): return result
        case .mapModule: return .part("map")
        case .require:
            guard case .text(let name) = first else { return .unknown }
            guard let part = HostAPI.part(name), part.kind == .module else {
                if let own = rules.modules, !own.contains(name) {
                    missing("there is no module \(name)", name, own + HostAPI.parts.filter { $0.kind == .module }.map(\.name), line)
                }
                return .unknown
            }
            return name == "map" ? .mapModule : .part(name)
        default: return .unknown
        }
    }

    // MARK: Names

    mutating func look(up name: String, at line: Int) -> LuaValue {
        if name.isEmpty { return .unknown }
        if let value = scopes.find(name) { return value }
        if name == "require" { return .require }
        if HostAPI.libraries[name] != nil { return .library(name) }
        guard !HostAPI.globals.contains(name) else { return .unknown }
        let hint =
            HostAPI.part(name)?.kind == .module
            ? "Write at the top: local \(name) = require \"\(name)\"."
            : suggestion(for: name, among: scopes.names + HostAPI.globals).map { "Did you mean \($0)?" }
        note("there is no global \(name)", at: line, hint: hint)
        return .unknown
    }

    mutating func member(_ name: String, of value: LuaValue, at line: Int, isAssigned: Bool) -> LuaValue {
        switch value {
        case .part("ctx") where name == "settings": return rules.settings.map { .settings($0, path: "settings") } ?? .unknown
        case .part("ctx") where name == "secret": return .secrets
        case .part(let part):
            guard let known = HostAPI.part(part) else { return .unknown }
            if let member = known.member(name), part != "ctx" || !rules.hidden.contains(name) { return LuaValue(member) }
            // A script may add members to its own values; `candidate` and the like may hold more than the named members.
            if isAssigned && known.kind == .value || part == "candidate" { return .unknown }
            missing("\(part) has no \(name)", name, known.members.map(\.name).filter { part != "ctx" || !rules.hidden.contains($0) }, line)
        case .settings(let schema, let path):
            guard let properties = schema["properties"]?.members else { return .unknown }
            if let property = properties[name] { return .settings(property, path: "\(path).\(name)") }
            let additional = schema["additionalProperties"] ?? .bool(path != "settings")
            guard additional == false else { return .unknown }
            missing("the manifest declares no \(path).\(name)", name, properties.pairs.map(\.name), line)
        case .secrets:
            guard let secrets = rules.secrets, !secrets.contains(name) else { return .unknown }
            missing("the manifest declares no secret \(name)", name, secrets, line)
        case .hooks:
            guard let hooks = rules.base, !hooks.contains(name) else { return .unknown }
            missing("there is no hook \(name)", name, hooks, line)
        case .library(let library):
            guard let members = HostAPI.libraries[library], !members.contains(name) else { return .unknown }
            missing("\(library) has no \(name)", name, members, line)
        default: break
        }
        return .unknown
    }

    mutating func missing(_ message: String, _ name: String, _ known: [String], _ line: Int) {
        let near = suggestion(for: name, among: known).map { "Did you mean \($0)?" }
        note(message, at: line, hint: near ?? (known.isEmpty ? nil : "Known: \(known.sorted().joined(separator: ", "))."))
    }
}
