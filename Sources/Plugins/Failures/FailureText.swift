import LuaRuntime
public import Screening

extension HookFailure {
    /// The failure for people: place and message, the script's line with the one before it, the payload's path, what was expected and found, a hint.
    public var text: String { FailureText.text(of: error) }

    /// The failure in one line: script and line as far as they are known, and the message.
    public var line: String {
        let place = error["script"]?.text.map { script in error["line"]?.integer.map { "\(script):\($0)" } ?? script }
        return [place, error["message"]?.text ?? "failed"].compactMap(\.self).joined(separator: ": ")
    }
}

extension ProviderError {
    /// The kind of failure and, where a script failed, the script's failure for people. For those who may read personal data.
    public var text: String { script.map { "\(self): \(FailureText.text(of: $0))" } ?? description }

    /// The kind of failure and, where a script failed, its name and line: safe in logs.
    public var place: String {
        guard let name = script?["script"]?.text, let line = script?["line"]?.integer else { return description }
        return "\(self), \(name):\(line)"
    }
}

/// A failed run's `error`, as the command line, the API and the pages show it.
public enum FailureText {
    /// The lines: place, hook and message; the excerpt; path, expected and found; the hint. Calling twice gives the same.
    public static func text(of error: JSON) -> String {
        func member(_ name: String) -> String? { error[name]?.text }
        var place = member("script") ?? ""
        if let line = error["line"]?.integer { place += ":\(line)" }
        let hook = member("hook").map { hook in member("plugin").map { "\(hook) of \($0)" } ?? hook }
        var head = [place.isEmpty ? nil : place, hook, member("message") ?? member("code")].compactMap(\.self).joined(separator: ": ")
        if let code = member("code"), code != "script_error", member("message") != nil { head += " (\(code))" }
        var lines = [head]
        for line in error["excerpt"]?.items ?? [] { lines.append("  " + (line.text ?? "")) }
        let facts = [("path", "path"), ("expected", "expected"), ("found", "found")].compactMap { name, label in member(name).map { "\(label) \($0)" }
        }
        if !facts.isEmpty { lines.append("  " + facts.joined(separator: " · ")) }
        if let hint = member("hint") { lines.append("  hint: \(hint)") }
        return lines.joined(separator: "\n")
    }
}

extension ConnectionScripts {
    /// The lines of a script of the plugin's or the connection's; nil where there is none of that name.
    func lines(of script: String) -> [Substring]? {
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
