/// The plain values in a delivery, by where they stand: what an application can be known by before a script says what it is called.
package enum DeliveredValues {
    /// The most values that are looked at.
    private static let limit = 2000

    /// What a delivery may be known by: each value as an external id, and at its place.
    package static func marks(in request: ReceivedRequest) -> [ErasureMark] {
        values(in: request).flatMap { [.externalID($0.text), .value(path: $0.path, $0.text)] }
    }

    /// The values that external ids were made of: each at its place.
    package static func marks(of names: Set<String>, in request: ReceivedRequest) -> [ErasureMark] {
        values(in: request).compactMap { value in
            let isPart = names.contains { name in
                guard name != value.text else { return true }
                // What an external id ends with, behind a sign: the ATS's own number.
                guard name.hasSuffix(value.text), let before = name.dropLast(value.text.count).last else { return false }
                return !before.isLetter && !before.isNumber
            }
            return isPart ? .value(path: value.path, value.text) : nil
        }
    }

    /// Whether a value names one thing among many. A short one may stand in anybody's delivery, which must not be dropped for it: of such an application
    /// nothing is known before the script says what it is called.
    package static func isTelling(_ text: String) -> Bool { (6...200).contains(text.utf8.count) && text.contains { $0.isNumber } }

    private static func values(in request: ReceivedRequest) -> [(path: String, text: String)] {
        var found: [(path: String, text: String)] = []
        for (name, text) in request.query.sorted(by: { $0.key < $1.key }) where isTelling(text) { found.append(("?" + name, text)) }
        let json = (try? ReceivedBody(request).value) ?? (try? ReceivedBody(request, as: .form).value)
        if let json { collect(json, "", 0, &found) }
        return found
    }

    /// Of lists the place in them is left out: what is first now may be second later.
    private static func collect(_ json: JSON, _ path: String, _ depth: Int, _ found: inout [(path: String, text: String)]) {
        guard found.count < limit, depth < 40 else { return }
        switch json {
        case .array(let items): for item in items { collect(item, path + "[]", depth + 1, &found) }
        case .object(let members): for (name, value) in members.pairs { collect(value, path + "." + name, depth + 1, &found) }
        default: if let text = json.identifier, isTelling(text) { found.append((path, text)) }
        }
    }
}
