import Screening

/// Looks through the buckets for orders that have several words, each of which many have: the newest first, in steps that each go as far back in all of them.
/// Where few have all the words, there would be no end of looking: it stops when its time is over, and says how far it came.
struct BucketWalk {
    /// Where a way may find something.
    struct Place: Sendable {
        let bucket: Int64
        let way: LookUpWay
        /// The first order there, in the page's order, that has the key of the way.
        let head: String
    }

    /// How long a page looks before it ends where it came to.
    static let time = Duration.milliseconds(15)
    /// So many places are looked at first; then twice as many.
    static let first = 32

    let ascending: Bool
    /// Whether its time is over. A step is done in any case: a page that begins where another ended comes further.
    let isOver: () -> Bool

    /// What is found, as far as anybody looked.
    struct Found: Sendable {
        var identifiers: [String]
        /// Up to where it is whole, in the page's order; nil where it is whole as far as it goes.
        var end: String?
    }

    /// - Parameters:
    ///   - first: takes what is found, and says when it has enough.
    ///   - ask: what some places have between two identifiers, neither included.
    /// - Returns: up to where everything was found, that identifier included; nil where nothing is left, or enough was found.
    func walk(
        _ places: [Place],
        after cursor: String?,
        into first: inout FirstIdentifiers,
        ask: (_ places: ArraySlice<Place>, _ low: String, _ high: String) throws -> [String]
    ) rethrows -> String? {
        let places = places.sorted { isBefore($0.head, $1.head) }
        var seen = cursor
        var count = 0
        while count < places.count {
            count = min(max(Self.first, 2 * count), places.count)
            while count < places.count, places[count].head == places[count - 1].head { count += 1 }
            // No further than where a place begins that is not asked.
            let beyond = count < places.count ? places[count].head : nil
            let (low, high) = ascending ? (seen ?? "", beyond ?? "\u{7F}") : (beyond ?? "", seen ?? "\u{7F}")
            first.add(try ask(places[..<count], low, high))
            guard beyond != nil else { return nil }
            let whole = places[count - 1].head
            if let last = first.last, !isBefore(whole, last) { return nil }
            if isOver() { return whole }
            seen = whole
        }
        return nil
    }

    private func isBefore(_ one: String, _ other: String) -> Bool { ascending ? one < other : one > other }

    /// What was found up to where it is whole.
    func found(_ first: FirstIdentifiers, through end: String?) -> Found {
        guard let end else { return Found(identifiers: first.identifiers, end: nil) }
        return Found(identifiers: first.identifiers.filter { !isBefore(end, $0) }, end: end)
    }
}

extension PageRequest {
    /// A walk for this page, whose time begins now.
    var walk: BucketWalk {
        let end = ContinuousClock.now + BucketWalk.time
        return BucketWalk(ascending: ascending) { ContinuousClock.now >= end }
    }
}
