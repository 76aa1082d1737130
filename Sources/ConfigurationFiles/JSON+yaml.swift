package import Screening

extension JSON {
    /// The value as YAML that ``LocatedYAML`` reads back as the same: objects over lines, what is short on one.
    package func yaml(indent: Int = 0) -> String {
        let space = String(repeating: " ", count: indent)
        switch self {
        case .object(let members) where !members.pairs.isEmpty:
            return members.pairs.map { name, value in
                "\(space)\(JSON.key(name)):" + JSON.member(value, indent: indent)
            }.joined(separator: "\n")
        case .array(let items) where !items.isEmpty:
            return items.map { item in
                if let flow = item.flow(within: 120 - indent) { return "\(space)- \(flow)" }
                // The first member goes beside the dash.
                return "\(space)- " + item.yaml(indent: indent + 2).dropFirst(indent + 2)
            }.joined(separator: "\n")
        default: return space + (flow(within: .max) ?? "null")
        }
    }

    private static func member(_ value: JSON, indent: Int) -> String {
        if let flow = value.flow(within: 110 - indent) { return " " + flow }
        return "\n" + value.yaml(indent: indent + 2)
    }

    /// The value on one line; nil where that is longer than `width`.
    private func flow(within width: Int) -> String? {
        let text: String
        switch self {
        case .object(let members):
            let pairs = members.pairs.map { "\(JSON.key($0)): \($1.flow(within: .max) ?? "")" }
            text = pairs.isEmpty ? "{}" : "{ \(pairs.joined(separator: ", ")) }"
        case .array(let items): text = "[\(items.map { $0.flow(within: .max) ?? "" }.joined(separator: ", "))]"
        case .string(let string): return JSON.isPlain(string) ? string : JSON.string(string).string()
        default: return string()
        }
        return text.count <= width ? text : nil
    }

    private static func key(_ name: String) -> String { isPlain(name) ? name : JSON.string(name).string() }

    /// Whether text may stand without quotes and is read as the same text.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isASCIILetter, text.utf8.count <= 80, text.last != " " else { return false }
        guard text.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || "_-. /".utf8.contains($0) }) else { return false }
        return !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    }
}
