import ArgumentParser

/// Which page of a list.
struct PageOptions: ParsableArguments {
    @Option(help: "How many, 1 to 200.")
    var limit = 50

    @Option(help: "Where the page starts: what the last page named.")
    var cursor: String?

    @Flag(help: "Oldest first instead of newest first.")
    var oldestFirst = false

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 200.") }
    }

    var query: [(name: String, value: String)] {
        var query = [(name: "limit", value: String(limit))]
        if let cursor { query.append(("cursor", cursor)) }
        if oldestFirst { query.append(("sort", "asc")) }
        return query
    }
}

/// Since when and until when.
struct SpanOptions: ParsableArguments {
    @Option(help: ArgumentHelp("From this time on: 2026-03-01T09:30:00Z, 2026-03-01, today, yesterday, or 2h for two hours ago.", valueName: "time"))
    var since: Moment?

    @Option(help: ArgumentHelp("Before this time.", valueName: "time"))
    var until: Moment?

    var query: [(name: String, value: String)] { filters([("since", since?.iso8601), ("until", until?.iso8601)]) }
}

/// About whom or what, and why it ended as it did.
struct SubjectOptions: ParsableArguments {
    @Option(help: ArgumentHelp("About this external id.", valueName: "id"))
    var externalId: String?

    @Option(help: ArgumentHelp("About whom or what this finds: words of a name, an e-mail address, a telephone number, an id.", valueName: "text"))
    var find: String?

    @Option(help: ArgumentHelp("Whose reason has this in it, or whose state or error code is this.", valueName: "text"))
    var reason: String?

    var query: [(name: String, value: String)] { filters([("external_id", externalId), ("q", find), ("reason", reason)]) }
}

/// The filters that were given.
func filters(_ given: [(name: String, value: String?)]) -> [(name: String, value: String)] {
    given.compactMap { filter in filter.value.map { (filter.name, $0) } }
}

/// A filter that was given several times.
func filters(_ name: String, _ values: [String]) -> [(name: String, value: String)] { values.map { (name, $0) } }
