import Foundation
package import Screening

/// One thing that is wrong in a settings file, a manifest or a fixture. Never holds a secret's value.
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file's name as the reader was given it, or `environment` for an environment variable.
    public let file: String
    /// The line, from 1; nil where there is none to point at.
    public let line: Int?
    /// The dotted path of keys, such as `connections.acme.plugin`; empty for the file as a whole.
    public let path: String
    /// What is wrong, as a short phrase or a sentence without a full stop.
    public let message: String
    /// What to do about it, as a sentence; nil where the message says it already.
    public let hint: String?

    public init(file: String, line: Int? = nil, path: String = "", message: String, hint: String? = nil) {
        self.file = file
        self.line = line
        self.path = path.printable
        self.message = message.printable
        self.hint = hint?.printable
    }

    /// `fairlead.yaml:12: connections.acme.plugn: unknown key. Did you mean plugin?`
    public var description: String {
        let place = line.map { "\(file):\($0): " } ?? "\(file): "
        return place + (path.isEmpty ? "" : "\(path): ") + message + (hint.map { ". \($0)" } ?? "")
    }
}

extension ConfigurationProblem {
    /// `{file, line, path, message, hint}`
    package var json: JSON {
        [
            "file": .string(file), "line": line.map { .int(Int64($0)) } ?? .null, "path": .string(path), "message": .string(message),
            "hint": JSON(hint),
        ]
    }

    /// The problem with its file named from the present folder where it lies in it.
    package var fromHere: ConfigurationProblem {
        let folder = FileManager.default.currentDirectoryPath + "/"
        guard file.hasPrefix(folder) else { return self }
        return ConfigurationProblem(file: String(file.dropFirst(folder.count)), line: line, path: path, message: message, hint: hint)
    }
}

/// Everything that is wrong in one file: all problems at once, never only the first.
public struct ConfigurationProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// The problems, in the order of the file where they have lines.
    public let problems: [ConfigurationProblem]

    public init(_ problems: [ConfigurationProblem]) { self.problems = problems }

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
