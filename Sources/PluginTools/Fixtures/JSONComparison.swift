import Screening

/// Compares expected with actual values. Objects match where they hold at least what is expected, lists member by member; an expected null
/// stands for a member that is missing or null. Numbers are compared by value.
struct JSONComparison {
    /// Whether objects may hold nothing but what is expected.
    var isExact = false

    func differences(_ expected: JSON, _ found: JSON?, at path: String) -> [FixtureDifference] {
        switch (expected, found) {
        case (.null, nil), (.null, .null?): return []
        case (.object(let wanted), .object(let given)?): return members(wanted, given, at: path)
        case (.array(let wanted), .array(let given)?):
            guard wanted.count == given.count else { return [FixtureDifference(path: path, expected: expected, found: found)] }
            return zip(wanted, given).enumerated().flatMap { differences($1.0, $1.1, at: "\(path)[\($0 + 1)]") }
        case (.string(let wanted), .string(let given)?):
            return wanted == given ? [] : text(wanted, given, at: path)
        default:
            if let wanted = expected.number, let given = found?.number, wanted == given { return [] }
            return expected == found ? [] : [FixtureDifference(path: path, expected: expected, found: found)]
        }
    }

    private func members(_ wanted: JSON.Members, _ given: JSON.Members, at path: String) -> [FixtureDifference] {
        var found = wanted.pairs.flatMap { name, value in differences(value, given[name], at: JSONComparison.join(path, name)) }
        guard isExact else { return found }
        for (name, value) in given.pairs where wanted[name] == nil && !value.isNull {
            found.append(FixtureDifference(path: JSONComparison.join(path, name), expected: nil, found: value))
        }
        return found
    }

    // Bodies are often JSON written out: then what differs inside is shown, not two long lines.
    private func text(_ wanted: String, _ given: String, at path: String) -> [FixtureDifference] {
        if let expected = JSONComparison.document(wanted), let found = JSONComparison.document(given) {
            let inside = JSONComparison(isExact: true).differences(expected, found, at: path)
            if !inside.isEmpty { return inside }
        }
        return [FixtureDifference(path: path, expected: .string(wanted), found: .string(given))]
    }

    private static func document(_ text: String) -> JSON? {
        guard text.hasPrefix("{") || text.hasPrefix("[") else { return nil }
        return try? JSON(parsing: text)
    }

    static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
