import ArgumentParser

/// Which page of a list.
struct PageOptions: ParsableArguments {
    @Option(help: "How many, 1 to 200.")
    var limit = 50

    @Option(help: "Where the page starts: what the last page named.")
    var cursor: String?

    @Flag(help: "Oldest first instead of newest first.")
    var oldestFirst = false

    @Option(help: "asc for oldest first, desc for newest first.")
    var sort: String?

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 200.") }
        if let sort, sort != "asc" && sort != "desc" || oldestFirst && sort == "desc" {
            throw ValidationError("--sort takes asc or desc, and asc is --oldest-first.")
        }
    }

    var query: [(name: String, value: String)] {
        var query = [(name: "limit", value: String(limit))]
        if let cursor { query.append(("cursor", cursor)) }
        if oldestFirst || sort != nil { query.append(("sort", sort ?? "asc")) }
        return query
    }
}

/// Since when and until when.
struct SpanOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("From this time on: 2026-03-01T09:30:00Z, 2026-03-01, today, yesterday, or 2h for two hours ago.", valueName: "time"),
        transform: Moment.parse
    )
    var since: Moment?

    @Option(help: ArgumentHelp("Before this time.", valueName: "time"), transform: Moment.parse)
    var until: Moment?

    var query: [(name: String, value: String)] { filters([("since", since?.iso8601), ("until", until?.iso8601)]) }
}

/// About whom or what, and why it ended as it did.
struct SubjectOptions: ParsableArguments {
    @Option(help: ArgumentHelp("About this external id.", valueName: "id"))
    var externalId: String?

    @Option(
        name: [.customLong("find"), .customLong("q")],
        help: ArgumentHelp("About whom or what this finds: words of a name, an e-mail address, a telephone number, an id.", valueName: "text")
    )
    var find: String?

    @Option(help: ArgumentHelp("Whose reason has this in it, or whose state or error code is this.", valueName: "text"))
    var reason: String?

    var query: [(name: String, value: String)] { filters([("external_id", externalId), ("q", find), ("reason", reason)]) }
}

/// Whose orders, for a command for many.
struct AccountFilters: ParsableArguments {
    @Option(help: "From this account.")
    var account: String?

    @Option(help: "At this provider.")
    var provider: String?

    @Option(help: ArgumentHelp("With a problem of this code.", valueName: "code"))
    var problem: String?

    var query: [(name: String, value: String)] { filters([("account", account), ("provider", provider), ("problem", problem)]) }
}

/// The filters of orders that a command for many takes beside those that are written out with it.
struct OrderFilters: ParsableArguments {
    @Option(help: "With this outcome: clear, consider or refer.")
    var outcome: String?

    @Option(help: ArgumentHelp("Waiting on candidate, recruiter, provider or operator.", valueName: "party"))
    var waitingOn: String?

    @Option(name: .customLong("external-id"), help: ArgumentHelp("With this external id.", valueName: "id"))
    var externalID: String?

    @Option(
        name: [.customLong("find"), .customLong("q")],
        help: ArgumentHelp("Whom or what this finds, as order list does.", valueName: "text")
    )
    var find: String?

    @Option(help: ArgumentHelp("Of which nothing changed since this time.", valueName: "time"), transform: Moment.parse)
    var unchangedSince: Moment?

    var query: [(name: String, value: String)] {
        filters([
            ("outcome", outcome), ("waiting_on", waitingOn), ("external_id", externalID), ("q", find), ("unchanged_since", unchangedSince?.iso8601),
        ])
    }
}

/// The filters that were given.
func filters(_ given: [(name: String, value: String?)]) -> [(name: String, value: String)] {
    given.compactMap { filter in filter.value.map { (filter.name, $0) } }
}

/// A filter that was given several times.
func filters(_ name: String, _ values: [String]) -> [(name: String, value: String)] { values.map { (name, $0) } }
