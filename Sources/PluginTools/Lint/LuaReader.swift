import Screening

/// Reads a Lua text that is known to compile, statement by statement, and notes what a linter and a coverage report need to know about it. Runs nothing.
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

    /// The parts of a plugin's manifest that scripts are checked against.
    struct Rules {
        /// The settings' schema; nil where nothing is known about the settings.
        var settings: JSON?
        /// The declared secrets; nil where nothing is known.
        var secrets: [String]?
        /// The plugin's own files, as `require` names them; nil where nothing is known.
        var modules: [String]?
        /// The members of `ctx` that scripts of this kind do not have.
        var hidden: Set<String> = []
        /// The hooks of the plugin that an overlay is given; nil for a script that is no overlay.
        var base: [String]?

        init(settings: JSON? = nil, secrets: [String]? = nil) {
            self.settings = settings
            self.secrets = secrets
        }
    }

    var findings: [Finding] = []
    private(set) var statements: [Statement] = []
    /// Strings that begin like a URL, each with whether it ends the text it stands in.
    var urls: [(text: String, line: Int, isWhole: Bool)] = []
    /// The value that the file returns.
    private(set) var returned = LuaValue.unknown
    /// Whether the file returns anything.
    private(set) var returnsValue = false
    /// The line of a function that the file returns and that itself returns nothing.
    private(set) var silentFunction: Int?

    let tokens: [LuaToken]
    let rules: Rules
    var place = 0
    var scopes = LuaScopes()
    /// First and last lines of the functions that were read.
    private var bodies: [(Int, Int)] = []
    private var depth = 0
    /// Whether what is read is the value that the file returns.
    private var isReturning = false
    private var hasInnerReturn = false

    init(_ text: String, rules: Rules = Rules()) {
        tokens = LuaLexer.tokens(text)
        self.rules = rules
        block()
    }

    // MARK: Words

    var token: LuaToken { tokens[min(place, tokens.count - 1)] }
    var before: Int { tokens[max(0, min(place, tokens.count) - 1)].line }
    mutating func advance() { if place < tokens.count { place += 1 } }

    mutating func take(_ text: String) -> Bool {
        guard token.is(text) else { return false }
        advance()
        return true
    }

    mutating func name() -> String {
        let text = token.kind == .name ? token.text : ""
        if token.kind != .end { advance() }
        return text
    }

    mutating func note(_ message: String, at line: Int, hint: String? = nil) {
        findings.append(Finding(line: line, message: message, hint: hint))
    }

    // MARK: Statements

    mutating func block() {
        scopes.open()
        statements(until: ["end", "else", "elseif"])
        scopes.close()
    }

    mutating func statements(until ends: [String]) {
        while token.kind != .end, !ends.contains(where: token.is) {
            let start = place
            statement()
            if place == start { advance() }
        }
    }

    /// Marks what was read since `first` as a statement of its own.
    mutating func mark(from first: Int, bodies known: Int) {
        var lines = Set(first...max(first, before))
        for (begin, end) in bodies[known...] where end > begin + 1 { lines.subtract((begin + 1)..<end) }
        statements.append(Statement(line: first, lines: lines))
    }

    mutating func statement() {
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
            // A literal constant is not code: nothing runs there.
            if !local() { mark(from: first, bodies: known) }
        } else if take("return") {
            isReturning = depth == 0
            let values = ["end", "else", "elseif", "until", ";"].contains(where: token.is) || token.kind == .end ? [] : expressions()
            isReturning = false
            _ = take(";")
            if depth == 0 {
                returned = values.first ?? .unknown
                returnsValue = returnsValue || !values.isEmpty
            } else if depth == 1, !values.isEmpty {
                hasInnerReturn = true
            }
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

    mutating func conditional(_ first: Int) {
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

    mutating func loop(_ first: Int) {
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

    mutating func functionStatement() {
        let line = token.line
        let root = name()
        var isMethod = false
        if token.is(".") || token.is(":") {
            var value = look(up: root, at: line)
            while token.is(".") || token.is(":") {
                isMethod = token.is(":")
                advance()
                let member = name()
                value = self.member(member, of: value, at: line, isAssigned: token.is("("))
            }
        } else {
            assign(root, line: line)
        }
        body(isMethod: isMethod)
    }

    /// Returns whether it declares nothing but a literal constant.
    mutating func local() -> Bool {
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

    mutating func expressionStatement() {
        let line = token.line
        var targets = [suffixed(isTarget: true)]
        while take(",") { targets.append(suffixed(isTarget: true)) }
        guard take("=") else {
            // A call: its name was read as an assignment target, which it is not.
            for case (let name?, _) in targets { _ = look(up: name, at: line) }
            return
        }
        _ = expressions()
        for case (let name?, _) in targets { assign(name, line: line) }
    }

    mutating func assign(_ name: String, line: Int) {
        if scopes.find(name) != nil { scopes.forget(name) } else { note("assigns the global \(name)", at: line, hint: "Write: local \(name) = …") }
    }

    // MARK: Functions

    mutating func body(isMethod: Bool = false) {
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
        let isReturned = isReturning
        if isReturned {
            isReturning = false
            hasInnerReturn = false
            if rules.base != nil, let first = names.first { scopes.declare(first, .hooks) }
        }
        depth += 1
        block()
        depth -= 1
        if isReturned, !hasInnerReturn { silentFunction = first }
        scopes.close()
        bodies.append((first, token.line))
        _ = take("end")
    }

    /// The contract's own names for a hook's parameters, for functions that also take `ctx`.
    func parameter(_ name: String, among names: [String]) -> LuaValue {
        switch name {
        case "ctx": .part("ctx")
        case "event", "update": names.contains("ctx") ? .part(name) : .unknown
        case "request": names == ["request", "ctx"] ? .part("event") : .unknown
        default: .unknown
        }
    }
}
