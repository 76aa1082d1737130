import Screening

/// A value that was given for a filter, read strictly: what is malformed is a problem that names the filter, never ignored.
struct FilterValue: Sendable {
    let name: String
    let text: String

    /// The value as one line of text.
    func line(maximum: Int = 500) throws(ProblemDocument) -> String {
        func problem(_ text: String) -> ProblemDocument { .filter("malformed_filter", name, "\(name) \(text)") }
        guard !text.isEmpty else { throw problem("is empty: give it a value, or leave it out") }
        guard text.utf8.count <= maximum else { throw problem("has \(text.utf8.count) bytes; at most \(maximum) are taken") }
        if let control = text.unicodeScalars.first(where: { $0.properties.generalCategory == .control }) {
            let code = String(control.value, radix: 16, uppercase: true)
            throw problem(
                "must be one line of text; it holds the control character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)"
            )
        }
        return text
    }

    /// The value as one of a list of values.
    func value<Value: RawRepresentable<String> & CaseIterable>(as type: Value.Type) throws(ProblemDocument) -> Value {
        if let word = Value(rawValue: text) { return word }
        let words = Value.allCases.map(\.rawValue)
        let near = suggestion(for: text, among: words).map { "; did you mean \($0)?" } ?? ""
        throw .filter("malformed_filter", name, "\(name) must be one of \(words.joined(separator: ", "))\(near)")
    }

    /// The value as a moment.
    func timestamp() throws(ProblemDocument) -> Timestamp {
        if let timestamp = Timestamp(iso8601: try line()) { return timestamp }
        throw .filter("malformed_filter", name, "\(name) must be a timestamp such as 2026-03-01T09:30:00Z")
    }

    /// The value as a whole number within bounds.
    func number(_ bounds: ClosedRange<Int>) throws(ProblemDocument) -> Int {
        let text = try line()
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), bounds.contains(number) else {
            throw .filter("malformed_filter", name, "\(name) must be a number from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return number
    }
}

extension ProblemDocument {
    /// 400 for a filter, which `parameter` names.
    static func filter(_ code: String, _ name: String, _ detail: String) -> ProblemDocument {
        ProblemDocument(400, code, "Bad request", detail, extra: JSON.Members([("parameter", .string(name))]))
    }
}
