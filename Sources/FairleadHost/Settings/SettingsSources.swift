import ConfigurationFiles
import Foundation
import Plugins
import Screening

/// A settings file's document with the environment's values before the file's own, and every `${env:NAME}`, `${file:PATH}` and
/// `${exec:PROGRAM}` replaced.
struct SettingsSources {
    private(set) var json: JSON
    /// The environment variable that stands at a path instead of the file's value.
    private(set) var origins: [[String]: String] = [:]
    /// What could not be replaced.
    private(set) var problems: [ConfigurationProblem] = []
    /// The paths of what could not be replaced: null in the document.
    private(set) var settled: Set<[String]> = []
    private let yaml: LocatedYAML
    private let folder: String
    private let environment: [String: String]
    /// Whether programs are run that print secrets.
    private let runsPrograms: Bool
    /// The paths of what programs were to print and were not run for: null in the document.
    private(set) var unasked: [[String]] = []
    /// Secrets whose files others can read, by path.
    private(set) var exposed: [(path: [String], why: String, hint: String)] = []
    /// What programs printed: one that is named twice is run once.
    private var printed: [String: Result<String, SecretCommand.Failure>] = [:]

    init(yaml: LocatedYAML, folder: String, environment: [String: String], runsPrograms: Bool = true) {
        self.runsPrograms = runsPrograms
        self.yaml = yaml
        self.folder = folder
        self.environment = environment
        json = yaml.json
        override()
        json = replaced(json, at: [])
    }

    private mutating func override() {
        for field in SettingsField.all {
            if let variable = field.variable { override(field.path, by: variable, isList: field.isList) }
        }
    }

    private mutating func override(_ path: [String], by variable: String, isList: Bool) {
        guard let text = environment[variable]?.withoutMarks, !text.isEmpty, json.members != nil else { return }
        let items = text.split(separator: ",").map { JSON.string($0.trimmingCharacters(in: .whitespaces)) }
        let value: JSON = isList ? .array(items) : .string(text)
        if path.count == 1 {
            json[path[0]] = value
        } else {
            let section = json[path[0]] ?? .null
            // A section of the wrong kind is a problem of its own, reported later.
            guard section.isNull || section.members != nil else { return }
            var members = section.members ?? JSON.Members()
            members[path[1]] = value
            json[path[0]] = .object(members)
        }
        origins[path] = variable
    }

    private mutating func replaced(_ value: JSON, at path: [String]) -> JSON {
        if origins[path] != nil { return value }
        switch value {
        case .object(let members):
            return .object(JSON.Members(members.pairs.map { ($0.name, replaced($0.value, at: path + [$0.name])) }))
        case .array(let items):
            return .array(items.enumerated().map { replaced($1, at: path + [String($0)]) })
        case .string(let text) where text.contains("${"):
            return replaced(text, at: path)
        default:
            return value
        }
    }

    /// Replaces what begins with `${env:`, `${file:` or `${exec:`; other `${…}` belong to plugins and wire profiles. `$${env:` stands for `${env:` itself.
    private mutating func replaced(_ text: String, at path: [String]) -> JSON {
        var out = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            out += rest[..<start.lowerBound]
            let tail = rest[start.upperBound...]
            guard let kind = ["env:", "file:", "exec:"].first(where: { tail.hasPrefix($0) }) else {
                out += "${"
                rest = tail
                continue
            }
            if out.hasSuffix("$") {
                out += "{" + kind
                rest = tail.dropFirst(kind.count)
                continue
            }
            guard let end = tail.firstIndex(of: "}") else { return unresolved(path, "has a ${\(kind) without its }") }
            let name = String(tail[..<end].dropFirst(kind.count))
            if kind == "env:" {
                guard let value = environment[name] else { return unresolved(path, "the environment variable \(name) is not set") }
                out += value.withoutMarks
            } else if kind == "exec:" {
                guard Self.isCredential(path) else { return unresolved(path, "may not be made by a program: ${exec:…} is for credentials") }
                guard runsPrograms else { return unasked(path, name) }
                switch print(of: name) {
                case .success(let value): out += value
                case .failure(let failure): return unresolved(path, failure.message)
                }
            } else {
                guard let value = contents(of: name) else { return unresolved(path, "the file \(name) is not there or is not readable text") }
                if Self.isCredential(path), let exposure = FileTrust.exposure(of: FilePath.absolute(name, in: folder)) {
                    exposed.append((path, exposure.why, exposure.hint))
                }
                out += value
            }
            rest = tail[tail.index(after: end)...]
        }
        return .string(out + rest)
    }

    /// Whether credentials stand at a path: programs are run for nothing else.
    private static func isCredential(_ path: [String]) -> Bool {
        if SettingsField.all.contains(where: { $0.isSecret && path.starts(with: $0.path) }) { return true }
        guard path.count > 2 else { return false }
        switch path[0] {
        // What the keys of every account do not name is named by the provider, as what it asks for.
        case "accounts": return AccountKey(rawValue: path[2]) == nil
        case "connections": return path[2] == "secrets"
        case "notifiers": return path[2] == "secrets" || path[2] == "secret"
        default: return false
        }
    }

    /// What a program prints.
    private mutating func print(of command: String) -> Result<String, SecretCommand.Failure> {
        if let known = printed[command] { return known }
        let result = Result { () throws(SecretCommand.Failure) in
            if let objection = FileTrust.objection(to: yaml.file) { throw SecretCommand.Failure(message: objection) }
            return try SecretCommand(command).run(in: folder, environment: environment)
        }
        printed[command] = result
        return result
    }

    /// What a program would print is not looked at, but that it can be called.
    private mutating func unasked(_ path: [String], _ command: String) -> JSON {
        do { _ = try SecretCommand(command) } catch { return unresolved(path, error.message) }
        if let objection = FileTrust.objection(to: yaml.file) { return unresolved(path, objection) }
        unasked.append(path)
        settled.insert(path)
        return .null
    }

    private mutating func unresolved(_ path: [String], _ message: String) -> JSON {
        problems.append(yaml.problem(at: path, message))
        settled.insert(path)
        return .null
    }

    /// A file's text without a byte order mark, and without the line ends at its end.
    private func contents(of name: String) -> String? {
        guard let data = FileManager.default.contents(atPath: FilePath.absolute(name, in: folder)), data.count <= 1_048_576,
            let text = TextFile.text(data)
        else { return nil }
        return text.withoutMarks
    }
}
