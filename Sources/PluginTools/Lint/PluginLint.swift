public import ConfigurationFiles
import Foundation
public import LuaRuntime
public import Plugins
import Screening

/// Finds faults in a plugin without running it: names in its scripts that the manifest, the host or Lua does not have.
public struct PluginLint: Sendable {
    /// What is wrong, by file and line.
    public let problems: [ConfigurationProblem]

    /// Looks through a plugin's scripts, which must compile. Runs nothing, reads nothing.
    public init(_ plugin: Plugin) {
        var problems: [ConfigurationProblem] = []
        for script in [plugin.main] + plugin.modules {
            problems += ScriptLint(script, plugin, file: plugin.file(of: script)).problems
        }
        self.problems = problems
    }

    /// Looks through an overlay on a plugin's hooks, which must compile.
    /// - Parameter secrets: the names of the connection's secrets, beside those that the plugin declares.
    public init(overlay: Script, on plugin: Plugin, file: String, secrets: [String] = [], permissions: [OriginPattern] = []) {
        problems = ScriptLint(overlay, plugin, file: file, isOverlay: true, secrets: secrets, permissions: permissions).problems
    }
}

extension Plugin {
    /// The file that a script was read from.
    public func file(of script: Script) -> String { folder + script.chunk.dropFirst(name.count) }

    /// Whether a script returns a table of hooks, as `main.lua` does; an overlay returns a function. Runs nothing.
    package static func isMain(_ source: String) -> Bool {
        if case .table = LuaReader(source).returned { true } else { false }
    }
}

/// One script against its plugin's manifest.
private struct ScriptLint {
    var problems: [ConfigurationProblem] = []

    init(_ script: Script, _ plugin: Plugin, file: String, isOverlay: Bool = false, secrets: [String] = [], permissions: [OriginPattern] = []) {
        let manifest = plugin.manifest
        var rules = LuaReader.Rules(settings: manifest.settings.json, secrets: manifest.secrets.map(\.name) + secrets)
        rules.hidden = manifest.kind == .provider ? [] : HostAPI.ofProviders
        rules.modules = plugin.modules.map(\.name)
        if isOverlay { rules.base = HostAPI.hooks(of: manifest.kind).sorted() }
        let reader = LuaReader(script.source, rules: rules)
        for finding in reader.findings {
            problems.append(ConfigurationProblem(file: file, line: finding.line, message: finding.message, hint: finding.hint))
        }
        for url in reader.urls where url.isWhole || url.text.dropFirst(8).contains("/") {
            guard let host = URLParts(url.text), !ScriptLint.permits(host, manifest, permissions) else { continue }
            let origin = url.text.prefix { $0 != "?" }.split(separator: "/").prefix(2).joined(separator: "//")
            problems.append(
                ConfigurationProblem(
                    file: file,
                    line: url.line,
                    message: "names \(origin), which the manifest does not permit",
                    hint: "Add \"\(origin)\" to permissions.http."
                )
            )
        }
        if let problem = ScriptLint.problem(withReturnOf: reader, script, isOverlay: isOverlay, file: file) { problems.append(problem) }
        guard script.name == "main", !isOverlay else { return }
        guard case .table(let hooks) = reader.returned else { return }
        let known = HostAPI.hooks(of: manifest.kind)
        for (name, line) in hooks.sorted(by: { $0.value < $1.value }) where !known.contains(name) {
            let hint = suggestion(for: name, among: known).map { "Did you mean \($0)?" } ?? "Known: \(known.joined(separator: ", "))."
            problems.append(
                ConfigurationProblem(file: file, line: line, message: "a plugin of kind \(manifest.kind) has no hook \(name)", hint: hint)
            )
        }
        guard manifest.kind == .provider else { return }
        let promised = manifest.promisedHooks
        for name in promised.subtracting(hooks.keys).sorted() {
            let why = name == "submit" ? "every provider needs" : "the manifest's capabilities promise"
            problems.append(ConfigurationProblem(file: file, message: "returns no \(name), which \(why)"))
        }
        for (name, line) in hooks.sorted(by: { $0.value < $1.value }) where known.contains(name) && !promised.contains(name) {
            let message = "\(name) is never called: the manifest's capabilities do not list it"
            problems.append(ConfigurationProblem(file: file, line: line, message: message))
        }
    }

    /// What is wrong with the value that a script returns.
    private static func problem(withReturnOf reader: LuaReader, _ script: Script, isOverlay: Bool, file: String) -> ConfigurationProblem? {
        let last = script.source.count { $0.isNewline } + (script.source.last?.isNewline == true ? 0 : 1)
        guard isOverlay else {
            if reader.returnsValue { return nil }
            let hint = script.name == "main" ? "End it with: return { on_event = … }." : "End it with: return { … }, which require gives."
            return ConfigurationProblem(file: file, line: last, message: "the script returns nothing", hint: hint)
        }
        let form = "return function(base) … return base end"
        if !reader.returnsValue {
            return ConfigurationProblem(file: file, line: last, message: "the script returns nothing", hint: "It must be: \(form).")
        }
        if case .table = reader.returned {
            return ConfigurationProblem(file: file, line: last, message: "a connection's own script returns a function", hint: "It must be: \(form).")
        }
        guard let line = reader.silentFunction else { return nil }
        return ConfigurationProblem(file: file, line: line, message: "the function returns no hooks", hint: "End it with: return base.")
    }

    /// Whether some values of the entries' placeholders would permit the URL. An entry that is a single placeholder permits what the manifest has as
    /// its default, because a URL written in a script is not a customer's choice.
    private static func permits(_ url: URLParts, _ manifest: PluginManifest, _ additions: [OriginPattern]) -> Bool {
        let origin = "\(url.scheme)://\(url.host)"
        let provider = manifest.environments.values.compactMap { URLParts($0) }.contains { $0.host == url.host && $0.scheme == url.scheme }
        return provider
            || (manifest.permissions + additions).contains { entry in
                let open = entry.description.replacing(/\$\{[^}]*\}/, with: "*")
                if open == "*" { return usual(entry, manifest).map { $0.host == url.host && $0.scheme == url.scheme } ?? false }
                let plain = open.replacing(/:\d+$/, with: "")
                return CallStub(url: plain, reply: .null).answers(["url": .string(origin)])
            }
    }

    /// The address that a setting has where a connection gives none.
    private static func usual(_ entry: OriginPattern, _ manifest: PluginManifest) -> URLParts? {
        guard let setting = entry.description.wholeMatch(of: /\$\{settings\.([\w.]+)\}/) else { return nil }
        let schema = setting.1.split(separator: ".").reduce(manifest.settings.json as JSON?) { $0?["properties"]?[String($1)] }
        return schema?["default"]?.text.flatMap { URLParts($0) }
    }
}
