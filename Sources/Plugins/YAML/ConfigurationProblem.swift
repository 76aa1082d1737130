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

    /// A problem.
    public init(file: String, line: Int? = nil, path: String = "", message: String, hint: String? = nil) {
        self.file = file
        self.line = line
        self.path = path
        self.message = message
        self.hint = hint
    }

    /// `fairlead.yaml:12: connections.acme.plugn: unknown key. Did you mean plugin?`
    public var description: String {
        let place = line.map { "\(file):\($0): " } ?? "\(file): "
        return place + (path.isEmpty ? "" : "\(path): ") + message + (hint.map { ". \($0)" } ?? "")
    }
}

/// Everything that is wrong in one file: all problems at once, never only the first.
public struct ConfigurationProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// The problems, in the order of the file where they have lines.
    public let problems: [ConfigurationProblem]

    /// The problems of one file.
    public init(_ problems: [ConfigurationProblem]) { self.problems = problems }

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// The known word that somebody who wrote `word` most likely meant; nil where none is close.
///
/// Close means: equal but for case, spaces, `_` and `-`; or at most two slips apart (a letter missing, added, changed, or two swapped; one slip
/// for words of up to four letters). Of several, the closest, then the first.
public func suggestion(for word: String, among known: [String]) -> String? {
    func plain(_ text: String) -> [Character] { text.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " } }
    let wanted = plain(word)
    guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
    let allowed = wanted.count <= 4 ? 1 : 2
    let ranked = known.map { ($0, slips(wanted, plain($0))) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= allowed, best.0 != word else { return nil }
    return best.0
}

/// The number of single-letter changes, swaps of neighbours included, that make one word of the other.
private func slips(_ left: [Character], _ right: [Character]) -> Int {
    guard abs(left.count - right.count) <= 2 else { return .max }
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var rows = [Array(0...right.count)]
    for row in 1...left.count {
        var line = [row]
        for column in 1...right.count {
            let change = left[row - 1] == right[column - 1] ? 0 : 1
            var least = min(rows[row - 1][column] + 1, line[column - 1] + 1, rows[row - 1][column - 1] + change)
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                least = min(least, rows[row - 2][column - 2] + 1)
            }
            line.append(least)
        }
        rows.append(line)
    }
    return rows[left.count][right.count]
}
