import Screening

/// Explains Lua's own messages in the host's terms: what was expected and found, where, and what to do about it.
///
/// Lua names variables and kinds in its messages, never values; so do these.
struct LuaErrorExplainer: Equatable {
    /// The payload's path, or the variable, that was not as expected.
    var path: String?
    var expected: String?
    var found: String?
    var hint: String?

    /// Longer lines are not examined: the script's author must not decide how long the host spends on them.
    private static let longest = 400

    private init() {}

    /// Reads a message of Lua's; nil where it is none of the usual ones.
    /// - Parameters:
    ///   - number: the script's line, to find the whole path that a name belongs to.
    ///   - settings: the connection's settings.
    ///   - script: the script's lines; they tell what a local stands for, and whether a name is a setting's.
    init?(_ message: String, line number: Int, settings: JSON, script: [Substring]) {
        let line = script.indices.contains(number - 1) && script[number - 1].utf8.count <= LuaErrorExplainer.longest ? script[number - 1] : nil
        self.init()
        if let match = message.firstMatch(of: /^attempt to (index|call) a (\w+) value(?: \((\w+) '([^']+)'\))?/) {
            let name = match.4.map { String($0) }
            explain(String(match.1), LuaErrorExplainer.kind(match.2), of: match.3.map { String($0) }, name, line)
        } else if let match = message.firstMatch(of: /^attempt to concatenate a (\w+) value(?: \(\w+ '([^']+)'\))?/) {
            path = LuaErrorExplainer.path(match.2.map { String($0) }, line)
            expected = "text or number"
            found = LuaErrorExplainer.kind(match.1)
            hint = "\(path ?? "a value") is \(found ?? "not text") here: test it before joining it with .., or give a default with: value or \"\""
        } else if let match = message.firstMatch(of: /^attempt to perform arithmetic on a (\w+) value(?: \(\w+ '([^']+)'\))?/) {
            path = LuaErrorExplainer.path(match.2.map { String($0) }, line)
            expected = "number"
            found = LuaErrorExplainer.kind(match.1)
            hint =
                match.1 == "string" ? "tonumber(value) turns text into a number; it gives nil for other text" : "test it before calculating with it"
        } else if let match = message.firstMatch(of: /^attempt to \w+ a '(\w+)' with a '(\w+)'$/) {
            expected = "two numbers"
            found = "\(LuaErrorExplainer.kind(match.1)) and \(LuaErrorExplainer.kind(match.2))"
            hint = "tonumber(value) turns text into a number; it gives nil for other text"
        } else if let match = message.firstMatch(of: /^attempt to compare (?:two )?(\w+)(?: values|(?: with (\w+)))/) {
            let kinds = [match.1, match.2 ?? match.1].map(LuaErrorExplainer.kind)
            expected = "two numbers or two texts"
            found = kinds.joined(separator: " and ")
            hint = kinds.contains("text") ? "tonumber(value) turns text into a number" : "test that both values are there before comparing them"
        } else if let match = message.firstMatch(of: /^bad argument #(\d+) to '([^']+)' \(([\w ]+) expected, got ([\w ]+)\)/) {
            path = "argument \(match.1) of \(match.2)"
            expected = LuaErrorExplainer.kind(match.3)
            found = LuaErrorExplainer.kind(match.4)
            hint = LuaErrorExplainer.conversion(found: found, expected: expected)
        } else if let match = message.firstMatch(of: /^attempt to get length of a (\w+) value(?: \(\w+ '([^']+)'\))?/) {
            path = LuaErrorExplainer.path(match.2.map { String($0) }, line)
            expected = "list or text"
            found = LuaErrorExplainer.kind(match.1)
            hint = "test it before asking for its length, or give a default with: value or {}"
        } else {
            return nil
        }
        if let short = path {
            let whole = LuaErrorExplainer.resolved(short, before: number, in: script)
            path = whole
            if let text = hint, text.hasPrefix(short + " is ") { hint = whole + text.dropFirst(short.count) }
        }
        if found == "nothing", let name = path?.split(separator: ".").last.map({ String($0) }),
            LuaErrorExplainer.isMissing(name, settings, line, script)
        {
            hint = "the setting \(name) is not given on this connection: write it under settings, or test for it here"
        }
    }

    private mutating func explain(_ operation: String, _ found: String, of scope: String?, _ name: String?, _ line: Substring?) {
        self.found = found
        path = LuaErrorExplainer.path(name, line)
        if operation == "call" {
            expected = "function"
            hint = name.flatMap { LuaErrorExplainer.misspelt($0, scope) } ?? "test that it is there before calling it"
            return
        }
        expected = "table"
        switch (found, scope, name) {
        case ("nothing", "global", let name?): hint = LuaErrorExplainer.misspelt(name, scope) ?? "there is no global \(name): is a local missing?"
        case ("nothing", _, _):
            hint = "\(path ?? "the value") is nothing here: test it first, or read the payload with map(event.body):get(\"a.b\"), which gives nil"
        case ("null", _, _), ("userdata", _, _):
            hint = "the payload says null here: test for it, or read the payload with map, where null reads as nil"
        default: hint = "\(path ?? "the value") is \(found): look into the payload, or read it with map(event.body):required(path, \"table\")"
        }
    }

    // MARK: Names

    /// A path whose first name is a local, with what the local was last made of above: `person.name` after `local person = event.body.candidate`
    /// is `candidate.name`. The path itself where that cannot be seen.
    private static func resolved(_ path: String, before number: Int, in script: [Substring]) -> String {
        var path = path
        for _ in 0..<4 {
            let root = path.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            guard !root.isEmpty, let origin = origin(of: String(root), before: number, in: script) else { break }
            path = origin + path.dropFirst(root.count)
        }
        for root in ["event.body.", "request.body."] where path.hasPrefix(root) { return String(path.dropFirst(root.count)) }
        return path
    }

    /// What a local was made of: a chain of names in the nearest `local` above, within the same function or at the file's top level.
    private static func origin(of name: String, before number: Int, in script: [Substring]) -> String? {
        var isInside = true
        for line in script.prefix(number).suffix(500).reversed() where line.utf8.count <= LuaErrorExplainer.longest {
            if isInside || !line.hasPrefix(" "), let match = line.firstMatch(of: /\blocal\s+([\w, ]+?)\s*=\s*(.+)$/) {
                let names = match.1.split(separator: ",").map { $0.trimmingPrefix(" ") }.map { $0.prefix { $0 != " " } }
                let values = match.2.split(separator: ",").map { $0.trimmingPrefix(" ") }
                if let place = names.firstIndex(where: { $0 == name }) {
                    guard values.indices.contains(place) else { return nil }
                    let chain = values[place].prefixMatch(of: /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d+\])+(?=\s*(?:$|or\b|;|--|return\b))/)
                    return chain.map { String($0.0) }
                }
            }
            guard isInside, let header = line.firstMatch(of: /\bfunction\b[^(]*\(([^)]*)\)/) else { continue }
            if header.1.split(separator: ",").contains(where: { $0.trimmingPrefix(" ") == name }) { return nil }
            if !line.hasPrefix(" ") { isInside = false }
        }
        return nil
    }

    /// The whole path that `name` ends on the line, from the payload's root where it begins at one: `candidate` in `event.body.candidate.email`.
    private static func path(_ name: String?, _ line: Substring?) -> String? {
        guard let name else { return nil }
        guard let line else { return name }
        for match in line.matches(of: /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*|\[\d+\])*/) {
            var chain = String(match.0)
            guard let place = chain.ranges(of: "." + name).last(where: { chain[$0.upperBound...].first.map { ".[".contains($0) } ?? true }) else {
                continue
            }
            chain = String(chain[..<place.upperBound])
            for root in ["event.body.", "request.body.", "payload."] where chain.hasPrefix(root) { return String(chain.dropFirst(root.count)) }
            return chain
        }
        return name
    }

    /// Whether a name is that of a setting that the connection does not have, as far as the script's text tells.
    private static func isMissing(_ name: String, _ settings: JSON, _ line: Substring?, _ script: [Substring]) -> Bool {
        guard settings[name] == nil || settings[name] == .null else { return false }
        return ([line].compactMap(\.self) + script).contains { text in
            text.ranges(of: "settings.\(name)").contains { range in
                text[range.upperBound...].first.map { !($0.isLetter || $0.isNumber || $0 == "_") } ?? true
            }
        }
    }

    private static func misspelt(_ name: String, _ scope: String?) -> String? {
        if scope == "global", ["json", "crypto", "text", "time", "map"].contains(name) {
            return "write at the top: local \(name) = require \"\(name)\""
        }
        let known = scope == "global" ? HostAPI.globals : HostAPI.everyFunction
        return suggestion(for: name, among: known).map { "did you mean \($0)?" }
    }

    // MARK: Kinds

    private static func kind(_ word: Substring) -> String {
        switch word {
        case "nil", "no value": "nothing"
        case "userdata": "null"
        case "string": "text"
        case "number has no integer representation": "number"
        default: String(word)
        }
    }

    private static func conversion(found: String?, expected: String?) -> String? {
        switch (found, expected) {
        case ("text", "number"): "tonumber(value) turns text into a number"
        case ("number", "text"): "tostring(value) turns a number into text"
        case ("nothing", _): "the value is nothing here: test it first, or give a default with: value or …"
        default: nil
        }
    }
}
