import Screening

extension StoreReading {
    /// How many runs with the first of several words are compared with the others at first.
    private static var compared: Int { 250 }

    /// What is found within a window. Of several words that many runs have, and few have all of, there would be no end of looking: it is looked for in steps that
    /// each go twice as far, and ends where another would take longer than a search may.
    func subjects(
        ways: [(connection: String, ways: [LookUpWay])],
        groups: [String],
        orders: [String],
        inStepsOf window: SubjectWindow
    ) throws -> FoundSubjects {
        let begun = ContinuousClock.now
        var count = Self.compared
        while true {
            let began = ContinuousClock.now
            let bound = window.most == nil ? nil : try bound(of: ways, after: count, in: window)
            var narrowed = window
            if let bound { narrowed.end(with: bound) }
            var found = try subjects(ways: ways, groups: groups, orders: orders, within: narrowed)
            found.note(end: bound, in: window)
            let now = ContinuousClock.now
            let withAnother: Duration = begun.duration(to: now) + began.duration(to: now) * 2
            if bound == nil || withAnother > BucketWalk.time { return found }
            count *= 2
        }
    }
}
