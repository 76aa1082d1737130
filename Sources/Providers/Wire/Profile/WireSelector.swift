import Screening

/// Where something stands in an answer: dotted paths, of which the first that leads to something usable counts.
///
/// `[id, requestId, data.id]` reads the first of the three; `.` is the answer itself; list indexes start at 0.
struct WireSelector: Sendable {
    /// The paths, in the order they are tried.
    let paths: [String]
    /// The names that each path is made of.
    private let parts: [[String]]

    /// The selector that a profile names: one path, or a list of them.
    init(_ json: JSON?) {
        paths = json?.text.map { [$0] } ?? json?.items?.compactMap(\.text) ?? []
        parts = paths.map { $0.split(separator: ".").map(String.init) }
    }

    /// The members at which its paths begin: all that it needs of an object.
    var roots: [String] { parts.compactMap(\.first) }

    /// The first value that `read` can use, and the last name on its path.
    func first<Value>(in body: JSON, _ read: (JSON) -> Value?) -> (name: String, value: Value)? {
        for (place, names) in parts.enumerated() {
            if let found = body.at(names: names), let value = read(found) { return (names.last ?? paths[place], value) }
        }
        return nil
    }

    /// The first identifier: text, or a whole number written out.
    func identifier(in body: JSON) -> String? { first(in: body, \.identifier)?.value }

    /// The first text that is not empty.
    func text(in body: JSON) -> String? { first(in: body) { $0.text.flatMap { $0.isEmpty ? nil : $0 } }?.value }

    /// The first list.
    func list(in body: JSON) -> [JSON]? { first(in: body, \.items)?.value }

    /// The first value that is there and not `null`, of whatever kind.
    func present(in body: JSON) -> (name: String, value: JSON)? { first(in: body) { $0.isNull ? JSON?.none : $0 } }
}
