import Screening

/// Reads a Lua text that is known to compile, statement by statement, and notes what a linter and a coverage report want to know of it. Runs nothing.
struct LuaReader {
    /// A statement: the lines of which one is reported when it runs.
    struct Statement: Equatable {
        /// The line that it begins on.
        let line: Int
        /// Its lines without those of functions inside it.
        let lines: Set<Int>
    }

    /// Something that is wrong.
    struct Finding: Equatable {
        let line: Int
        let message: String
        let hint: String?
    }

    /// What a plugin's manifest says that scripts are held to.
    struct Rules {
        /// The settings' schema; nil where nothing is known of the settings.
        var settings: JSON?
        /// The declared secrets; nil where nothing is known.
        var secrets: [String]?
        /// The members of `ctx` that scripts of this kind do not have.
        var hidden: Set<String> = []

        init(settings: JSON? = nil, secrets: [String]? = nil) {
            self.settings = settings
            self.secrets = secrets
        }
    }

    private(set) var findings: [Finding] = []
    private(set) var statements: [Statement] = []
    /// Strings that begin like a URL, each with whether it ends the text it stands in.
    private(set) var urls: [(text: String, line: Int, isWhole: Bool)] = []
    /// The value that the file returns.
    private(set) var returned = LuaValue.unknown

    private let tokens: [LuaToken]
    private let rules: Rules
    private var place = 0
    private var scopes = LuaScopes()
    /// First and last lines of the functions that were read.
    private var bodies: [(Int, Int)] = []
    private var depth = 0

    /// Reads a text.
    init(_ text: String, rules: Rules = Rules()) {
        tokens = LuaLexer.tokens(text)
        self.rules = rules
        block()
    }

    // MARK: Words

    private var token: LuaToken { tokens[min(place, tokens.count - 1)] }
    private var before: Int { tokens[max(0, min(place, tokens.count) - 1)].line }
    private mutating func advance() { if place < tokens.count { place += 1 } }

    private mutating func take(_ text: String) -> Bool {
        guard token.is(text) else { return false }
        advance()
        return true
    }

    private mutating func name() -> String {
        let text = token.kind == .name ? token.text : ""
        if token.kind != .end { advance() }
        return text
    }

    private mutating func note(_ message: String, at line: Int, hint: String? = nil) {
        findings.append(Finding(line: line, message: message, hint: hint))
    }

    // MARK: Statements

    private mutating func block() {
        scopes.open()
        statements(until: ["end", "else", "elseif"])
        scopes.close()
    }

    private mutating func statements(until ends: [String]) {
        while token.kind != .end, !ends.contains(where: token.is) {
            let start = place
            statement()
            if place == start { advance() }
        }
    }

    /// Marks what was read since `first` as a statement of its own.
    private mutating func mark(from first: Int, bodies known: Int) {
        var lines = Set(first...max(first, before))
        for (begin, end) in bodies[known...] where end > begin + 1 { lines.subtract((begin + 1)..<end) }
        statements.append(Statement(line: first, lines: lines))
    }

    private mutating func statement() {
        let first = token.line
        let known = bodies.count
        if take(";") { return }
        if take("::") {
            _ = name()
            _ = take("::")
        } else if take("do") {
            block()
            _ = take("end")
        } else if take("while") {
            _ = expression()
            mark(from: first, bodies: known)
            _ = take("do")
            block()
            _ = take("end")
        } else if take("repeat") {
            scopes.open()
            statements(until: ["until"])
            let line = token.line
            _ = take("until")
            // The condition sees the locals of what it repeats.
            _ = expression()
            scopes.close()
            mark(from: line, bodies: known)
        } else if take("if") {
            conditional(first)
        } else if take("for") {
            loop(first)
        } else if take("function") {
            functionStatement()
            mark(from: first, bodies: known)
        } else if take("local") {
            // A constant written out is no code: nothing runs there.
            if !local() { mark(from: first, bodies: known) }
        } else if take("return") {
            let values = ["end", "else", "elseif", "until", ";"].contains(where: token.is) || token.kind == .end ? [] : expressions()
            _ = take(";")
            if depth == 0 { returned = values.first ?? .unknown }
            mark(from: first, bodies: known)
        } else if take("break") {
            mark(from: first, bodies: known)
        } else if take("goto") {
            _ = name()
            mark(from: first, bodies: known)
        } else {
            expressionStatement()
            mark(from: first, bodies: known)
        }
    }

    private mutating func conditional(_ first: Int) {
        var line = first
        repeat {
            let known = bodies.count
            _ = expression()
            mark(from: line, bodies: known)
            _ = take("then")
            block()
            line = token.line
        } while take("elseif")
        if take("else") { block() }
        _ = take("end")
    }

    private mutating func loop(_ first: Int) {
        let known = bodies.count
        var names = [name()]
        while take(",") { names.append(name()) }
        _ = take("=") || take("in")
        _ = expressions()
        mark(from: first, bodies: known)
        _ = take("do")
        scopes.open()
        for name in names { scopes.declare(name) }
        block()
        scopes.close()
        _ = take("end")
    }

    private mutating func functionStatement() {
        let line = token.line
        let root = name()
        var isMethod = false
        var isMember = false
        while token.is(".") || token.is(":") {
            isMethod = token.is(":")
            isMember = true
            advance()
            _ = name()
        }
        if !isMember { assign(root, line: line) } else { _ = look(up: root, at: line) }
        body(isMethod: isMethod)
    }

    /// Returns whether it declares nothing but a constant that is written out.
    private mutating func local() -> Bool {
        if take("function") {
            scopes.declare(name())
            body()
            return false
        }
        var names: [String] = []
        var isConstant = false
        repeat {
            names.append(name())
            if take("<") {
                isConstant = name() == "const"
                _ = take(">")
            }
        } while take(",")
        let start = place + 1
        let values = take("=") ? expressions() : []
        isConstant = isConstant && names.count == 1 && place == start + 1
        for (index, name) in names.enumerated() { scopes.declare(name, values.indices.contains(index) ? values[index] : .unknown) }
        return isConstant
    }

    private mutating func expressionStatement() {
        let line = token.line
        var targets = [suffixed(isTarget: true)]
        while take(",") { targets.append(suffixed(isTarget: true)) }
        guard take("=") else {
            // A call: its name was looked up as a target, which a call's is not.
            for case (let name?, _) in targets { _ = look(up: name, at: line) }
            return
        }
        _ = expressions()
        for case (let name?, _) in targets { assign(name, line: line) }
    }

    private mutating func assign(_ name: String, line: Int) {
        if scopes.find(name) != nil { scopes.forget(name) } else { note("assigns the global \(name)", at: line, hint: "Write: local \(name) = …") }
    }

    // MARK: Functions

    private mutating func body(isMethod: Bool = false) {
        let first = before
        var names = isMethod ? ["self"] : []
        _ = take("(")
        while token.kind != .end, !token.is(")") {
            if token.kind == .name { names.append(token.text) }
            advance()
        }
        _ = take(")")
        scopes.open()
        for name in names { scopes.declare(name, parameter(name, among: names)) }
        depth += 1
        block()
        depth -= 1
        scopes.close()
        bodies.append((first, token.line))
        _ = take("end")
    }

    /// The contract's own names for what hooks are given, where `ctx` is given, too.
    private func parameter(_ name: String, among names: [String]) -> LuaValue {
        switch name {
        case "ctx": .part("ctx")
        case "event", "update": names.contains("ctx") ? .part(name) : .unknown
        case "request": names == ["request", "ctx"] ? .part("event") : .unknown
        default: .unknown
        }
    }

    // MARK: Expressions

    private mutating func expressions() -> [LuaValue] {
        var values = [expression()]
        while take(",") { values.append(expression()) }
        return values
    }

    private static let operators: Set = [
        "+", "-", "*", "/", "//", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or", "&", "|", "~", "<<", ">>",
    ]

    private mutating func expression() -> LuaValue {
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

    private mutating func operand(joined: Bool = false) -> LuaValue {
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

    private mutating func noteURL(_ text: String, _ line: Int) {
        if text.hasPrefix("https://") || text.hasPrefix("http://") { urls.append((text, line, !token.is(".."))) }
    }

    private mutating func table() -> LuaValue {
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
    private mutating func suffixed(isTarget: Bool = false) -> (name: String?, value: LuaValue) {
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

    private mutating func call(_ called: LuaValue) -> LuaValue {
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
            guard case .text(let name) = first, let part = HostAPI.part(name), part.kind == .module else { return .unknown }
            return name == "map" ? .mapModule : .part(name)
        default: return .unknown
        }
    }

    // MARK: Names

    private mutating func look(up name: String, at line: Int) -> LuaValue {
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

    private mutating func member(_ name: String, of value: LuaValue, at line: Int, isAssigned: Bool) -> LuaValue {
        switch value {
        case .part("ctx") where name == "settings": return rules.settings.map { .settings($0, path: "settings") } ?? .unknown
        case .part("ctx") where name == "secret": return .secrets
        case .part(let part):
            guard let known = HostAPI.part(part) else { return .unknown }
            if let member = known.member(name), part != "ctx" || !rules.hidden.contains(name) { return LuaValue(member) }
            // What a script adds to a value of its own is its own affair; `candidate` and the like may hold more than is named.
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
        case .library(let library):
            guard let members = HostAPI.libraries[library], !members.contains(name) else { return .unknown }
            missing("\(library) has no \(name)", name, members, line)
        default: break
        }
        return .unknown
    }

    private mutating func missing(_ message: String, _ name: String, _ known: [String], _ line: Int) {
        let near = suggestion(for: name, among: known).map { "Did you mean \($0)?" }
        note(message, at: line, hint: near ?? (known.isEmpty ? nil : "Known: \(known.sorted().joined(separator: ", "))."))
    }
}
