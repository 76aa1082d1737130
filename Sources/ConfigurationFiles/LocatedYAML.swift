public import Screening
import Yams

/// A YAML document as JSON that remembers on which line each key stands.
///
/// Read by the rules of YAML 1.2, so that no text silently changes its meaning: only `true` and `false` are booleans (`yes`, `no`, `on` and `off` stay
/// text), only numbers as JSON writes them are numbers (`0123`, `+44`, `1_000` and dates stay text), `null`, `~` and nothing at all are null.
/// Quoted values are text. Anchors and aliases work; keys are text and may not be repeated.
public struct LocatedYAML: Sendable {
    /// The document's value, members in the order of the file; an empty document is an empty object.
    public let json: JSON
    /// The file's name as given; what problems show.
    public let file: String
    private let lines: [[String]: Int]

    /// Reads one document. Does no I/O; reading the same text twice gives the same.
    /// - Throws: every duplicate key at once; for text that is no YAML at all, the one place where reading stopped.
    public init(text: String, file: String) throws(ConfigurationProblems) {
        self.file = file
        guard !AliasExpansion.isTooLarge(text) else {
            throw ConfigurationProblems([ConfigurationProblem(file: file, message: "the document is too large or nested too deeply")])
        }
        let root: Node?
        do {
            root = try Parser(
                yaml: text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text,
                resolver: .basic,
                encoding: .utf8
            ).singleRoot()
        } catch {
            throw ConfigurationProblems(Self.problems(from: error, file: file))
        }
        var reading = NodeReading(file: file, byteLimit: LocatedYAML.expandedLimit + text.utf8.count)
        let value = root.map { reading.value(of: $0, at: [], depth: 0) } ?? .null
        if !reading.problems.isEmpty { throw ConfigurationProblems(reading.problems) }
        json = value.isNull ? [:] : value
        lines = reading.lines
    }

    /// The bytes of text that aliases may add to what the document itself holds.
    static let expandedLimit = 4 << 20

    /// The line, from 1, on which the key or list item at `path` stands (list indexes count from 0); nil where there is none. `[]` is the document.
    public func line(of path: [String]) -> Int? { lines[path] }

    /// A problem at `path`, with the line of the nearest key above where the path itself is missing.
    public func problem(at path: [String], _ message: String, hint: String? = nil) -> ConfigurationProblem {
        let line = (0...path.count).lazy.compactMap { lines[Array(path.dropLast($0))] }.first
        return ConfigurationProblem(file: file, line: line, path: path.joined(separator: "."), message: message, hint: hint)
    }

    /// What the parser says, without the text around it: the text may hold secrets.
    private static func problems(from error: any Error, file: String) -> [ConfigurationProblem] {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            [ConfigurationProblem(file: file, line: mark.line, message: "not YAML: \(problem)")]
        case .duplicatedKeysInMapping(let duplicates, let context):
            duplicates.map { ConfigurationProblem(file: file, line: context.mark.line, path: $0, message: "the key stands twice") }
        case .reader(let problem, _, _, _):
            [ConfigurationProblem(file: file, message: "not YAML: \(problem)")]
        default:
            [ConfigurationProblem(file: file, message: "not YAML")]
        }
    }
}

/// Turns nodes into JSON, noting lines and problems on the way.
private struct NodeReading {
    let file: String
    var problems: [ConfigurationProblem] = []
    var lines: [[String]: Int] = [:]
    private var count = 0
    private var room: Int

    init(file: String, byteLimit: Int) {
        self.file = file
        room = byteLimit
    }

    mutating func value(of node: Node, at path: [String], depth: Int) -> JSON {
        if lines[path] == nil { lines[path] = node.mark?.line }
        count += 1
        // Aliases of aliases can expand without bound from a few lines of text, and so can aliases of long texts.
        if case .scalar(let scalar) = node { room -= scalar.string.utf8.count }
        guard count <= 100_000, depth <= 64, room >= 0 else {
            if problems.isEmpty {
                problems.append(ConfigurationProblem(file: file, line: node.mark?.line, message: "the document is too large or nested too deeply"))
            }
            return .null
        }
        switch node {
        case .scalar(let scalar): return value(of: scalar)
        case .sequence(let nodes):
            return .array(nodes.enumerated().map { value(of: $1, at: path + [String($0)], depth: depth + 1) })
        case .mapping(let pairs):
            var members: [(String, JSON)] = []
            for (key, child) in pairs {
                guard case .scalar(let name) = key else {
                    problems.append(ConfigurationProblem(file: file, line: key.mark?.line, message: "a key must be text"))
                    continue
                }
                room -= name.string.utf8.count
                lines[path + [name.string]] = key.mark?.line
                members.append((name.string, value(of: child, at: path + [name.string], depth: depth + 1)))
            }
            return .object(JSON.Members(members))
        case .alias:
            return .null
        }
    }

    private func value(of scalar: Node.Scalar) -> JSON {
        guard scalar.style == .plain, scalar.tag.rawValue.isEmpty else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default:
            guard let first = scalar.string.utf8.first, first == UInt8(ascii: "-") || first.isASCIIDigit,
                let number = try? JSON(parsing: scalar.string), number.number != nil
            else { return .string(scalar.string) }
            return number
        }
    }
}
