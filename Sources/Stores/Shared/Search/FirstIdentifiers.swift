/// The first few of many identifiers, newest or oldest first, as they are found here and there.
struct FirstIdentifiers {
    private let limit: Int
    private let ascending: Bool
    private var found: Set<String> = []
    /// The last of as many as are wanted; nil until there are so many. What comes after it is not wanted any more.
    private(set) var last: String?

    init(_ limit: Int, ascending: Bool) {
        self.limit = limit
        self.ascending = ascending
    }

    mutating func add(_ identifiers: [String]) {
        guard !identifiers.isEmpty else { return }
        found.formUnion(identifiers)
        // Sorted now and then: each time would cost as much as looking.
        guard found.count >= limit, last == nil || found.count >= 2 * limit else { return }
        let first = self.identifiers
        found = Set(first)
        last = first.last
    }

    /// What was found first, in order.
    var identifiers: [String] { Array(found.sorted { ascending ? $0 < $1 : $0 > $1 }.prefix(limit)) }
}
