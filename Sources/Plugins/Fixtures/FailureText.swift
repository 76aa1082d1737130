import LuaRuntime
import Screening

extension HookFailure {
    /// The failure for people: place and message, the script's line with the one before it, the payload's path, what was expected and found, a hint.
    ///
    /// - Parameter scripts: where the lines are taken from; nil to leave them out.
    public func text(showing scripts: ConnectionScripts? = nil) -> String {
        func member(_ name: String) -> String? { error[name]?.text }
        let line = error["line"]?.integer.map { Int($0) }
        var place = member("script") ?? ""
        if let line { place += ":\(line)" }
        let hook = member("hook").map { hook in member("plugin").map { "\(hook) of \($0)" } ?? hook }
        let head = [place.isEmpty ? nil : place, hook, member("message") ?? member("code")].compactMap(\.self).joined(separator: ": ")
        var lines = [head]
        if let line, let script = member("script"), let excerpt = scripts?.excerpt(script: script, line: line) { lines += excerpt }
        let facts = [("path", "path"), ("expected", "expected"), ("found", "found")].compactMap { name, label in member(name).map { "\(label) \($0)" }
        }
        if !facts.isEmpty { lines.append("  " + facts.joined(separator: " · ")) }
        if let hint = member("hint") { lines.append("  hint: \(hint)") }
        return lines.joined(separator: "\n")
    }
}

extension ConnectionScripts {
    /// A script's line and the one before it, with their numbers; nil where there is no such line.
    func excerpt(script: String, line: Int) -> [String]? {
        guard let source = bundle.modules.first(where: { $0.chunk == script && $0.origin == .plugin })?.source else { return nil }
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1) else { return nil }
        return (max(1, line - 1)...line).map { "  \($0 == line ? ">" : " ") \($0) | \(lines[$0 - 1])" }
    }
}
