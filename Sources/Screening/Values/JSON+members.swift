extension JSON {
    /// The members of an object, in order.
    ///
    /// A member is found by looking at each of a few, and by an index of names beyond ``indexedFrom``: what comes from outside may have as many members
    /// as it likes. Only taking a member out takes time that grows with their number.
    public struct Members: Sendable, Hashable {
        /// Name and value, in order.
        public private(set) var pairs: [(name: String, value: JSON)] = []
        /// Where each name stands; nil while the members are few.
        private var places: [String: Int]?

        /// The number of members from which on names are looked up in an index. Below it, comparing each name is faster than hashing one.
        static let indexedFrom = 17

        public init() {}

        /// Members from pairs; of a name given twice the last value stands.
        public init(_ pairs: some Sequence<(String, JSON)>) {
            for (name, value) in pairs { self[name] = value }
        }

        /// The value of a member. Setting keeps an existing member's place and appends a new one; setting nil removes it.
        public subscript(name: String) -> JSON? {
            get { place(of: name).map { pairs[$0].value } }
            set {
                switch (place(of: name), newValue) {
                case (let place?, let value?): pairs[place].value = value
                case (let place?, nil): remove(at: place)
                case (nil, let value?): append(name: name, value: value)
                case (nil, nil): break
                }
            }
        }

        /// Appends a member whose name is known to be new.
        mutating func append(name: String, value: JSON) {
            // Objects with a second member mostly have a few: the list grows once for them, and not for each.
            if pairs.count == 1 { pairs.reserveCapacity(4) }
            pairs.append((name, value))
            if places != nil {
                places?[name] = pairs.count - 1
            } else if pairs.count >= Self.indexedFrom {
                index()
            }
        }

        private mutating func remove(at place: Int) {
            pairs.remove(at: place)
            places = nil
            if pairs.count >= Self.indexedFrom { index() }
        }

        private mutating func index() {
            places = Dictionary(uniqueKeysWithValues: pairs.indices.map { (pairs[$0].name, $0) })
        }

        private func place(of name: String) -> Int? {
            guard let places else { return pairs.firstIndex { $0.name == name } }
            return places[name]
        }

        /// Whether both have the same members, in whatever order.
        public static func == (left: Members, right: Members) -> Bool {
            left.pairs.count == right.pairs.count && left.pairs.allSatisfy { right[$0.name] == $0.value }
        }

        /// Independent of the members' order.
        public func hash(into hasher: inout Hasher) {
            for pair in pairs.sorted(by: { $0.name < $1.name }) {
                hasher.combine(pair.name)
                hasher.combine(pair.value)
            }
        }
    }
}
