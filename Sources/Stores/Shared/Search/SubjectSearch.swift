import Screening

/// A search for events or runs by whom or what they are about, or why they ended as they did.
struct SubjectSearch: Sendable {
    let externalID: String?
    let text: String?
    let reason: String?
    let connections: Set<String>?
    private let terms: SearchTerms?

    /// The orders that a search for the text finds, where somebody has looked already.
    private let foundOrders: [String]?

    init?(_ query: EventQuery) { self.init(query.externalID, query.text, query.reason, query.connections, query.foundOrders) }
    init?(_ query: RunQuery) { self.init(query.externalID, query.text, query.reason, query.connections, query.foundOrders) }

    private init?(
        _ externalID: String?,
        _ text: Personal<String>?,
        _ reason: Personal<String>?,
        _ connections: Set<String>?,
        _ foundOrders: [String]?
    ) {
        func given(_ text: String?) -> String? { text.flatMap { $0.trimmed.isEmpty ? nil : $0.trimmed } }
        self.externalID = given(externalID)
        self.text = given(text?.value)
        self.reason = given(reason?.value).map(SearchText.folded)
        self.connections = connections
        self.foundOrders = foundOrders
        terms = self.text.map { SearchTerms($0) }
        if self.externalID == nil, self.text == nil, self.reason == nil { return nil }
    }

    /// Whether it asks for whom or what: then there are few, found by keys.
    var namesSubject: Bool { externalID != nil || text != nil }

    /// The orders whose events and runs are meant; nil where they have to be looked for.
    var known: [String]? { externalID == nil ? foundOrders : nil }

    /// The same to look for.
    var orders: OrderQuery {
        var query = OrderQuery()
        query.connections = connections
        query.externalID = externalID
        query.text = text.map { Personal($0) }
        return query
    }

    /// The ways to look on a connection, hashed with each of the keys given.
    func ways(on connection: String, by indexes: [BlindIndexKey]) -> [LookUpWay] { indexes.flatMap { ways(on: connection, by: $0) } }

    private func ways(on connection: String, by index: BlindIndexKey) -> [LookUpWay] {
        if let externalID { return [LookUpWay(.reference(externalID, on: connection, by: index))] }
        return text.map { LookUpWay.ways(for: $0, on: connection, by: index) } ?? []
    }

    /// The group of that name on a connection.
    func group(on connection: String, _ codec: RowCodec) -> String? { (externalID ?? text).map { EventRow.groupKey($0, on: connection, codec) } }

    /// Whether texts are what is searched for, as ``SearchTerms`` says.
    func matches(_ texts: [String]) -> Bool {
        if let externalID { return texts.map(SearchText.folded).contains(SearchText.folded(externalID)) }
        return terms?.find(identifiers: texts, phones: texts, words: texts.flatMap(SearchText.spellings)) ?? true
    }

    /// Whether a run is among those whose reason is asked for.
    func fits(_ run: RunSummary?) -> Bool {
        guard let reason else { return true }
        guard let run else { return false }
        if [run.state.rawValue, run.failure?.code, run.result?.value["kind"]?.text].contains(reason) { return true }
        return run.reason.map { SearchText.folded($0).contains(reason) } ?? false
    }

    /// How many that keys found are looked through before the page is given, with where to go on.
    static let lookedThrough = 5000
    /// How many of a list are opened before the page is given, with where to go on, where a reason alone is asked for.
    static let listed = 400
    /// How many orders of one search are followed to their events and runs.
    static let followed = 100
}

extension SQLStore {
    func orders(_ query: OrderQuery, _ page: PageRequest) async throws -> Page<Order> {
        guard OrderSearch(query, page).way == .subject, let identifier = query.text.flatMap({ OwnIdentifier($0.value) }) else {
            return try await read { try $0.orders(query, page) }
        }
        var others = query
        others.text = nil
        let search = OrderSearch(others, page)
        return try await read { reading in
            let found = try reading.subjects(beginning: identifier.start, isRun: identifier.kind == .run)
            let ids = try reading.orders(ofRuns: Array(found.runs), events: identifier.kind == .run ? [] : Array(found.events))
            return try page.of(ids, id: \.id, open: { try FoundRows(ids: $0) { try reading.order($0) } }, where: search.matches)
        }
    }

    func events(receivedAs key: DedupeKey, on connection: String) async throws -> [String] {
        let key = codec.blindIndex(.dedupe, key.text, on: connection)
        return try await read { try $0.events(receivedAs: key) }
    }

    func events(_ query: EventQuery, _ page: PageRequest) async throws -> Page<EventSummary> {
        guard let search = SubjectSearch(query) else { return try await read { try $0.events(query, page) } }
        guard search.namesSubject else {
            return try await read { reading in
                var ends: [String: RunSummary] = [:]
                return try page.lookingThrough(SubjectSearch.listed, id: \.id) { page in
                    var listed = try reading.events(query, page)
                    let last = try reading.ends(of: listed.items, by: search)
                    ends = last.runs
                    listed.unread.add(last.unread)
                    return listed
                } fits: {
                    search.fits($0.runs.last.flatMap { ends[$0] })
                }
            }
        }
        let found = try await found(search, SubjectWindow(page, ofRuns: false))
        return try await read { reading in
            let likely = Dictionary(grouping: found.candidates.filter { $0.event != nil }) { $0.event ?? "" }
            var ends: [String: RunSummary] = [:]
            return try page.of(found.events.union(likely.keys), through: found.end, unread: found.unread, id: \.id) { ids in
                var opened = try reading.events(among: ids, query, ascending: page.ascending)
                let last = try reading.ends(of: opened.items.map(\.item), by: search)
                ends = last.runs
                opened.unread.add(last.unread)
                return opened
            } where: { event in
                // Runs are opened last, and where the page comes to them: of a name that thousands have, only the first are.
                guard search.reason == nil || search.fits(event.runs.last.flatMap { ends[$0] }) else { return false }
                return try found.events.contains(event.id) || likely[event.id, default: []].contains { try reading.isMeant($0.run, by: search) }
            }
        }
    }

    func runs(_ query: RunQuery, _ page: PageRequest) async throws -> Page<RunSummary> {
        guard let search = SubjectSearch(query) else { return try await read { try $0.runs(query, page) } }
        guard search.namesSubject else {
            return try await read { reading in
                try page.lookingThrough(SubjectSearch.listed, id: \.id, { try reading.runs(query, $0) }, fits: search.fits)
            }
        }
        let found = try await found(search, SubjectWindow(page, ofRuns: true))
        return try await read { reading in
            try page.of(found.runs.union(found.candidates.map(\.run)), through: found.end, unread: found.unread, id: \.id) { ids in
                try reading.runs(among: ids, query, ascending: page.ascending)
            } where: { run in
                guard query.cause == nil || run.cause == query.cause, search.fits(run) else { return false }
                return try found.runs.contains(run.id) || reading.isMeant(run.id, by: search)
            }
        }
    }

    /// The events and runs that a search by whom or what means.
    private func found(_ search: SubjectSearch, _ window: SubjectWindow) async throws -> FoundSubjects {
        let codec = codec
        if let identifier = search.text.flatMap(OwnIdentifier.init), identifier.kind != .order {
            return try await read { try $0.subjects(beginning: identifier.start, isRun: identifier.kind == .run) }
        }
        // Whoever knows the orders already has said what of them cannot be read.
        let named = search.known == nil ? try await named(by: search) : nil
        let orders = search.known ?? named?.items.map(\.id) ?? []
        return try await read { reading in
            let connections = try search.connections.map { Array($0) } ?? reading.connectionsToSearch()
            let ways = connections.map { ($0, search.ways(on: $0, by: codec.lookUps.all)) }
            let groups = connections.compactMap { search.group(on: $0, codec) }
            var found = try reading.subjects(ways: ways, groups: groups, orders: orders, inStepsOf: window)
            if let named { found.unread = named.unread }
            return found
        }
    }

    /// The newest orders that a search means: as many as are followed. A page of them ends where it looked for long, and is gone on with.
    private func named(by search: SubjectSearch) async throws -> Page<Order> {
        var named = Page<Order>(items: [], next: nil)
        var request = PageRequest(limit: SubjectSearch.followed)
        repeat {
            try Task.checkCancellation()
            request.limit = SubjectSearch.followed - named.items.count
            let page = try await orders(search.orders, request)
            named.items += page.items
            named.unread.add(page.unread)
            request.cursor = page.next
        } while request.cursor != nil && named.items.count < SubjectSearch.followed
        return named
    }
}

extension StoreReading {
    /// Whether a run that keys found is about whom or what is searched for.
    fileprivate func isMeant(_ run: String, by search: SubjectSearch) throws -> Bool {
        try self.run(run).map { search.matches($0.searchTexts.value) } ?? false
    }

    /// The last runs of some events, by their identifiers, where a search asks how they ended.
    fileprivate func ends(of events: [EventSummary], by search: SubjectSearch) throws -> (runs: [String: RunSummary], unread: UnreadRows) {
        var (ends, unread) = ([String: RunSummary](), UnreadRows())
        guard search.reason != nil else { return (ends, unread) }
        var rest = Set(events.compactMap(\.runs.last)).sorted()[...]
        while !rest.isEmpty {
            // Fewer at once where they are large.
            let found = try runs(among: Array(rest), RunQuery(), ascending: true)
            for (run, _) in found.items { ends[run.id] = run }
            unread.add(found.unread)
            rest = rest.dropFirst(found.looked)
        }
        return (ends, unread)
    }
}

extension PageRequest {
    /// The page of what is found, by age. Where many were looked at the page ends, and says where to go on.
    /// - Parameters:
    ///   - end: up to where what was found is whole; nil for all of it.
    ///   - unread: what could not be read when it was looked for.
    func of<Item: Sendable>(
        _ ids: Set<String>,
        through end: String? = nil,
        unread: UnreadRows = UnreadRows(),
        id: (Item) -> String,
        open: ([String]) throws -> FoundRows<Item>,
        where matches: (Item) throws -> Bool
    ) throws -> Page<Item> {
        func isBefore(_ one: String, _ other: String) -> Bool { ascending ? one < other : one > other }
        var rest = ids.filter { id in (cursor.map { isBefore($0, id) } ?? true) && !(end.map { isBefore($0, id) } ?? false) }.sorted(by: isBefore)[
            ...
        ]
        var result = try self.page(
            of: { cursor, limit in
                if let cursor { rest = rest.drop { !isBefore(cursor, $0) } }
                return BucketWalk.Found(identifiers: Array(rest.prefix(limit)), end: end)
            },
            id: id,
            open: open,
            where: matches
        )
        result.unread.add(unread)
        return result
    }

    /// The page of those in a list that fit. Where many were looked through the page ends, and says where to go on.
    func lookingThrough<Item: Sendable>(
        _ most: Int,
        id: (Item) -> String,
        _ list: (PageRequest) throws -> Page<Item>,
        fits: (Item) throws -> Bool
    ) throws -> Page<Item> {
        var items: [Item] = []
        var next = self
        next.limit = 200
        var seen = 0
        var unread = UnreadRows()
        while true {
            let page = try list(next)
            unread.add(page.unread)
            for item in page.items where try fits(item) {
                if items.count == bounded { return Page(items: items, next: items.last.map(id), unread: unread) }
                items.append(item)
            }
            seen += page.items.count + page.unread.count
            guard let cursor = page.next else { return Page(items: items, next: nil, unread: unread) }
            if seen >= most { return Page(items: items, next: cursor, unread: unread) }
            next.cursor = cursor
        }
    }
}

extension StoreReading {
    /// Connections whose events and runs can be searched where none is named: one step along the index for each.
    func connectionsToSearch() throws -> [String] {
        let sql = """
            WITH RECURSIVE names (name) AS (
                SELECT (SELECT min(connection) FROM run_lookups)
                UNION ALL SELECT (SELECT min(connection) FROM run_lookups WHERE connection > names.name) FROM names WHERE names.name IS NOT NULL
            )
            SELECT name FROM names WHERE name IS NOT NULL UNION SELECT connection FROM lookup_buckets
            """
        return try fetch(sql, []).compactMap { $0.text(at: 0) }
    }
}
