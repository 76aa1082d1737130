import Screening

/// A value of a statement that both stores understand: its text is the same in both, with values as `$1`, `$2` in the order in which they first stand there.
enum SQLValue: Sendable {
    case text(String?)
    case int(Int64?)
    case bytes([UInt8])
}

/// A row that such a statement gave.
protocol StoredRow {
    func text(at index: Int) -> String?
    func int(at index: Int) -> Int64?
    func bytes(at index: Int) -> [UInt8]
}

extension StoredRow {
    /// A column of milliseconds.
    func time(at index: Int) -> Timestamp? { int(at: index).map { Timestamp(milliseconds: $0) } }
}

/// Conditions that are gathered one by one.
struct SQLConditions {
    private(set) var texts: [String] = []
    private(set) var values: [SQLValue] = []

    /// Adds a condition in which `#` stands for each value, in order.
    mutating func add(_ text: String, _ values: SQLValue...) { add(text, values: values) }

    /// Adds a condition in which `#` stands for each value, in order.
    mutating func add(_ text: String, values: [SQLValue]) {
        var parts = text.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
        for value in values where parts.count > 1 {
            self.values.append(value)
            let joined = parts[0] + "$\(self.values.count)" + parts[1]
            parts.replaceSubrange(0...1, with: [joined])
        }
        texts.append(parts.joined(separator: "#"))
    }

    /// Adds that a column has one of some values.
    mutating func add(_ column: String, in words: some Collection<String>) {
        guard !words.isEmpty else { return add("1 = 0") }
        add("\(column) IN (\(words.map { _ in "#" }.joined(separator: ", ")))", values: words.map { .text($0) })
    }

    /// What follows `WHERE`.
    var sql: String { texts.isEmpty ? "1 = 1" : texts.map { "(\($0))" }.joined(separator: " AND ") }
}
