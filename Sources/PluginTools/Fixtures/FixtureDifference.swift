public import Screening

/// One thing that is not as a fixture expects it.
public struct FixtureDifference: Sendable, Equatable, CustomStringConvertible {
    /// Where, such as `steps[2].http.post.json.note`; lists count from 1, as in Lua.
    public let path: String
    /// What the fixture says; nil where it says nothing.
    public let expected: JSON?
    /// What came; nil where nothing did.
    public let found: JSON?
    /// The difference in words, where the values alone do not show it.
    public let message: String?

    public init(path: String, expected: JSON? = nil, found: JSON? = nil, message: String? = nil) {
        self.path = path
        self.expected = expected
        self.found = found
        self.message = message
    }

    /// `{path, expected, found, message}` with what is known.
    public var json: JSON {
        var json: JSON = ["path": .string(path)]
        json["expected"] = expected
        json["found"] = found
        json["message"] = message.map { .string($0) }
        return json
    }

    /// One line for short values, else a diff of their lines.
    public var description: String {
        if let message { return "\(path): \(message)" + (found.map { "\n" + indented($0.lines, with: "    ") } ?? "") }
        switch (expected, found) {
        case (let expected?, nil): return "\(path): expected \(expected.string()), found nothing"
        case (nil, let found?): return "\(path): expected nothing, found \(found.string())"
        case (let expected?, let found?):
            let short = "\(path): expected \(expected.string()), found \(found.string())"
            let isSimple = expected.lines.count == 1 && found.lines.count == 1
            return isSimple && short.count <= 150 ? short : "\(path):\n" + indented(diff(expected.lines, found.lines), with: "    ")
        case (nil, nil): return path
        }
    }

    /// The same for something else than a fixture: `expected` and `found` under other names.
    public func shown(_ expectedName: String, _ foundName: String) -> String {
        description.replacing(": expected ", with: ": \(expectedName) ").replacing(", found ", with: ", \(foundName) ")
    }

    private func indented(_ lines: [String], with space: String) -> String { lines.map { space + $0 }.joined(separator: "\n") }

    /// Lines that only `expected` has begin with `-`, lines that only `found` has with `+`.
    private func diff(_ expected: [String], _ found: [String]) -> [String] {
        let changes = found.difference(from: expected)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in changes {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var lines: [String] = []
        var (left, right) = (0, 0)
        while left < expected.count || right < found.count {
            if left < expected.count, removed.contains(left) {
                lines.append("- " + expected[left])
                left += 1
            } else if right < found.count, inserted.contains(right) {
                lines.append("+ " + found[right])
                right += 1
            } else {
                lines.append("  " + expected[left])
                left += 1
                right += 1
            }
        }
        return lines
    }
}

extension JSON {
    /// The value written over several lines, members sorted by name.
    var lines: [String] {
        switch self {
        case .array(let items) where !items.isEmpty: return JSON.block("[", items.map { ("", $0) }, "]")
        case .object(let members) where !members.pairs.isEmpty:
            let pairs = members.pairs.sorted { $0.name < $1.name }.map { (JSON.string($0.name).string() + ": ", $0.value) }
            return JSON.block("{", pairs, "}")
        default: return [string()]
        }
    }

    private static func block(_ open: String, _ members: [(label: String, value: JSON)], _ close: String) -> [String] {
        var lines = [open]
        for (index, member) in members.enumerated() {
            var inner = member.value.lines
            inner[0] = member.label + inner[0]
            if index < members.count - 1 { inner[inner.count - 1] += "," }
            lines += inner.map { "  " + $0 }
        }
        return lines + [close]
    }
}
