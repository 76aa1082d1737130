import Screening

/// The address of a list with its filters: each filter can be put on and taken off by a link, and a view is kept by keeping its address.
struct ListAddress: Sendable {
    let path: String
    var query: [(name: String, value: String)]

    /// The address; page numbers are none of it.
    var text: String { query.isEmpty ? path : path + "?" + FormEncoding.text(query) }

    /// The address with a value in place of whatever the name has; without the name where the value is nil.
    func with(_ name: String, _ value: String?) -> ListAddress {
        var address = self
        address.query.removeAll { $0.name == name }
        if let value { address.query.append((name: name, value: value)) }
        return address
    }

    /// The address with a value put on, or taken off where it is on.
    func toggling(_ name: String, _ value: String) -> ListAddress {
        var address = self
        if has(name, value) {
            address.query.removeAll { $0.name == name && $0.value == value }
        } else {
            address.query.append((name: name, value: value))
        }
        return address
    }

    func has(_ name: String, _ value: String) -> Bool { query.contains { $0.name == name && $0.value == value } }

    /// The values of a name.
    func values(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }
}
