import LuaRuntime
public import Screening

extension RunFailure {
    /// The failure for people, as the command line, the API and the pages show it: place, hook and message; the script's line with the one before it; the
    /// payload's path, what was expected and found; a hint.
    public var text: String {
        var place = script ?? ""
        if let line { place += ":\(line)" }
        let named = hook.map { hook in plugin.map { "\(hook) of \($0)" } ?? hook }
        var head = [place.isEmpty ? nil : place, named, message].compactMap(\.self).joined(separator: ": ")
        if code != "script_error", code != message { head += " (\(code))" }
        var lines = [head] + excerpt.map { "  " + $0 }
        let facts = [("path", path), ("expected", expected), ("found", found)].compactMap { label, fact in fact.map { "\(label) \($0)" } }
        if !facts.isEmpty { lines.append("  " + facts.joined(separator: " · ")) }
        if let hint { lines.append("  hint: \(hint)") }
        return lines.joined(separator: "\n")
    }

    /// Script and line; nil where no script is known.
    var place: String? { script.map { script in line.map { "\(script):\($0)" } ?? script } }
}

extension HookFailure {
    /// The failure for people, in several lines.
    public var text: String { error.text }

    /// The failure in one line: script and line as far as they are known, and the message.
    public var line: String { [error.place, error.message].compactMap(\.self).joined(separator: ": ") }
}

extension ProviderError {
    /// What failed, for people: the script's failure where one failed, else the message. For those who may read personal data.
    public var text: String { script?.text ?? message.value }

    /// The kind of failure and, where a script failed, its name and line: safe in logs.
    public var place: String {
        guard let script, script.line != nil, let place = script.place else { return description }
        return "\(self), \(place)"
    }
}

extension ConnectionScripts {
    /// The lines of a script of the plugin's or the connection's; nil where there is none of that name.
    package func lines(of script: String) -> [Substring]? {
        bundle.modules.first { $0.chunk == script && $0.origin == .plugin }?.source.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// A script's line and the one before it, with their numbers; nil where there is no such line.
    func excerpt(script: String, line: Int) -> [String]? {
        guard let lines = lines(of: script), lines.indices.contains(line - 1) else { return nil }
        return (max(1, line - 1)...line).map { number in
            let text = lines[number - 1]
            let shown = text.count > 160 ? text.prefix(159) + "…" : text
            return "\(number == line ? ">" : " ") \(number) | \(shown)"
        }
    }
}
