import Screening

extension JSON {
    /// A member as a cell: text as it is, numbers and booleans written out, lists with commas, a missing value as empty text.
    func cell(_ path: String) -> String {
        switch at(path) {
        case nil, .null?: ""
        case .string(let text)?: text
        case .array(let items)?: items.map { $0.text ?? $0.string() }.joined(separator: ", ")
        case .some(let value): value.string()
        }
    }

    /// The value on one line, cut where it is long.
    func brief(_ length: Int = 72) -> String {
        let whole = text ?? string()
        let line = whole.replacing("\n", with: " ")
        return line.count > length ? line.prefix(length - 1) + "…" : line
    }
}
