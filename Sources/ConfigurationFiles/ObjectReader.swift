package import Screening

/// Collects what is wrong while a document is read, so that reading goes on after the first problem.
package final class ProblemList {
    private let yaml: LocatedYAML
    /// Paths whose value did not come from the file, each with its source.
    private let origins: [[String]: String]
    /// Paths whose problem has been reported already.
    private let settled: Set<[String]>
    package private(set) var problems: [ConfigurationProblem] = []
    /// The paths of what was noted.
    package private(set) var noted: Set<[String]> = []

    /// A list for one document.
    /// - Parameters:
    ///   - origins: the environment variable that stands at a path instead of the file's value.
    ///   - problems: what was found before; nothing more is noted at `settled`, their paths.
    package init(_ yaml: LocatedYAML, origins: [[String]: String] = [:], problems: [ConfigurationProblem] = [], settled: Set<[String]> = []) {
        self.yaml = yaml
        self.origins = origins
        self.problems = problems
        self.settled = settled
    }

    /// Notes a problem.
    package func add(at path: [String], _ message: String, hint: String? = nil) {
        if settled.contains(path) { return }
        noted.insert(path)
        if let variable = origins[path] {
            problems.append(ConfigurationProblem(file: "environment", path: variable, message: message, hint: hint))
        } else {
            problems.append(yaml.problem(at: path, message, hint: hint))
        }
    }

    /// Throws everything noted, in the order of the lines; returns where there is nothing.
    package func check() throws(ConfigurationProblems) {
        if problems.isEmpty { return }
        let sorted = problems.enumerated().sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }
        throw ConfigurationProblems(sorted.map(\.element))
    }
}

/// An object of a document, read key by key. What has the wrong kind is noted as a problem and read as nil; messages never quote a value.
package struct ObjectReader {
    package let path: [String]
    package let members: JSON.Members
    package let problems: ProblemList

    /// Reads `value` as an object; null and nil count as an empty one. Keys outside `keys` are problems, with a suggestion; nil allows any.
    package init(_ value: JSON?, at path: [String], keys: [String]?, problems: ProblemList) {
        self.path = path
        self.problems = problems
        switch value {
        case .object(let members): self.members = members
        case nil, .null: members = JSON.Members()
        case .some(let other):
            members = JSON.Members()
            problems.add(at: path, "must be an object, not a \(other.kind)")
        }
        guard let keys else { return }
        for (name, _) in members.pairs where !keys.contains(name) {
            let hint = suggestion(for: name, among: keys).map { "Did you mean \($0)?" } ?? "Known keys: \(keys.joined(separator: ", "))."
            problems.add(at: path + [name], "unknown key", hint: hint)
        }
    }

    /// The value of a key; nil where it is missing or null.
    package subscript(key: String) -> JSON? { members[key].flatMap { $0.isNull ? nil : $0 } }

    /// Notes a problem at a key, or at the object itself.
    package func problem(_ key: String? = nil, _ message: String, hint: String? = nil) {
        problems.add(at: key.map { path + [$0] } ?? path, message, hint: hint)
    }

    /// The object under a key.
    package func object(_ key: String, keys: [String]?) -> ObjectReader {
        ObjectReader(self[key], at: path + [key], keys: keys, problems: problems)
    }

    /// Text under a key; numbers count as their text. Empty text where it is `required` is a problem.
    package func text(_ key: String, required: Bool = false) -> String? {
        guard let value = self[key] else {
            if required { problem(key, "is missing") }
            return nil
        }
        switch value {
        case .string(let text):
            if required, text.isEmpty {
                problem(key, "is empty")
                return nil
            }
            return text
        case .int(let number): return String(number)
        case .double:
            problem(key, "must be text, not a number", hint: "Write it in quotes.")
            return nil
        default:
            problem(key, "must be text, not a \(value.kind)")
            return nil
        }
    }

    /// One of several choices under a key.
    package func choice(_ key: String, among choices: [String], required: Bool = false) -> String? {
        guard let text = text(key, required: required) else { return nil }
        if choices.contains(text) { return text }
        problem(key, "must be \(choices.joined(separator: " or "))", hint: suggestion(for: text, among: choices).map { "Did you mean \($0)?" })
        return nil
    }

    /// A whole number under a key; text of digits counts, because `${env:NAME}` gives text.
    package func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = self[key] else { return nil }
        let number = value.integer ?? value.text.flatMap { Int64($0) }
        guard let number, range.contains(Int(number)) else {
            problem(key, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return Int(number)
    }

    /// A boolean under a key.
    package func boolean(_ key: String) -> Bool? {
        guard let value = self[key] else { return nil }
        if let boolean = value.boolean { return boolean }
        if value == "true" || value == "false" { return value == "true" }
        problem(key, "must be true or false")
        return nil
    }

    /// Texts under a key: a list of texts, or a single one. Nil where the key is missing.
    package func texts(_ key: String) -> [String]? {
        guard let value = self[key] else { return nil }
        guard let items = value.items else { return text(key).map { [$0] } ?? [] }
        return items.enumerated().compactMap { index, item in
            if let text = item.identifier ?? item.text { return text }
            problems.add(at: path + [key, String(index)], "must be text, not a \(item.kind)")
            return nil
        }
    }
}
