extension JSON {
    /// The value at a dotted path such as `data.items.0.id` (list indexes start at 0); nil where the path leads nowhere. `.` is the value itself.
    public func at(_ path: String) -> JSON? {
        if path == "." || path.isEmpty { return self }
        return at(names: path.split(separator: ".").map(String.init))
    }

    /// The value at the parts of a path, for who looks in many places by the same.
    package func at(names: [String]) -> JSON? {
        var value = self
        for name in names {
            let next: JSON? =
                switch value {
                case .object(let members): members[name]
                case .array(let items): Int(name).flatMap { items.indices.contains($0) ? items[$0] : JSON?.none }
                default: nil
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }

    /// Sets the value at a dotted path, as ``at(_:)`` reads it. Objects that are missing on the way are made, and take the place of whatever else stands
    /// there; a list is kept where the path names one of its indexes.
    public mutating func set(_ value: JSON, at path: String) { set(value, at: path.split(separator: ".")[...]) }

    private mutating func set(_ value: JSON, at path: ArraySlice<Substring>) {
        guard let name = path.first else {
            self = value
            return
        }
        if case .array(var items) = self, let index = Int(name), items.indices.contains(index) {
            items[index].set(value, at: path.dropFirst())
            self = .array(items)
            return
        }
        var member = self[String(name)] ?? [:]
        member.set(value, at: path.dropFirst())
        self[String(name)] = member
    }
}
