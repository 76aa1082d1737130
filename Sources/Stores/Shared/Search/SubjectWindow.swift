import Screening

/// What of a search for events or runs is read: in the page's order, from its cursor on, and no more than are looked at for one page.
struct SubjectWindow: Sendable {
    /// Whether the order is that of the runs; else that of the events.
    let ofRuns: Bool
    let ascending: Bool
    /// Identifiers between these two, neither included.
    private(set) var low = ""
    private(set) var high = "\u{7F}"
    /// How many are read; nil for all.
    let most: Int?

    /// Everything.
    static let all = SubjectWindow(ofRuns: true)

    private init(ofRuns: Bool) { (self.ofRuns, ascending, most) = (ofRuns, true, nil) }

    init(_ page: PageRequest, ofRuns: Bool) {
        (self.ofRuns, ascending, most) = (ofRuns, page.ascending, SubjectSearch.lookedThrough)
        if let cursor = page.cursor { if ascending { low = cursor } else { high = cursor } }
    }

    /// Whether one identifier comes before another.
    func isBefore(_ one: String, _ other: String) -> Bool { ascending ? one < other : one > other }

    /// What comes after an identifier is not read any more: there are enough before it.
    mutating func end(before id: String) { if ascending { high = id } else { low = id } }

    /// What comes after an identifier is not looked at this time: it, and everything of it, still is.
    mutating func end(with id: String) {
        // Identifiers are of one length: what is cut off comes before all that begin so.
        if ascending { high = min(high, id + "\u{7F}") } else { low = max(low, String(id.dropLast())) }
    }

    /// Where what was read in order is known to be whole; nil where nothing was left out. Of the last one there may be more.
    func end(of ids: [String]) -> String? {
        guard let most, ids.count >= most, let last = ids.last else { return nil }
        return ids.last { $0 != last } ?? last
    }
}

/// What a search found.
struct FoundSubjects: Sendable {
    var events: Set<String> = []
    var runs: Set<String> = []
    /// Runs that keys found, which are beginnings and hashes, with their events: to be compared once more.
    var candidates: [(run: String, event: String?)] = []
    /// Orders that may be meant and cannot be read for want of a key: what came to them is not followed.
    var unread = UnreadRows()
    /// Up to where the page's order is whole, this one included; nil where nothing was left out.
    private(set) var end: String?

    /// Notes that nothing is known beyond an identifier.
    mutating func note(end other: String?, in window: SubjectWindow) {
        guard let other else { return }
        end = end.map { window.isBefore($0, other) ? $0 : other } ?? other
    }

    /// Lets go of the candidates that come after those which are looked at; further ones are read only before them.
    mutating func cut(to window: inout SubjectWindow) {
        guard let most = window.most, candidates.count >= most else { return }
        func id(_ candidate: (run: String, event: String?)) -> String { window.ofRuns ? candidate.run : candidate.event ?? "" }
        var seen: Set<String> = []
        let sorted = candidates.filter { seen.insert($0.run).inserted }.sorted { [window] in
            id($0) == id($1) ? $0.run < $1.run : window.isBefore(id($0), id($1))
        }
        candidates = Array(sorted.prefix(most))
        guard let last = window.end(of: candidates.map(id)), let cut = candidates.last.map(id) else { return }
        note(end: last, in: window)
        window.end(before: cut)
    }
}
