import Screening

/// A list of things of one kind with its filters. They are read strictly: an unknown or malformed filter is a problem that names it, never ignored.
struct Listing<Query: ListQuery>: Sendable {
    let kind: IdentifierKind
    let filters: [Filter<Query>]

    /// What a list is asked for.
    /// - Throws: ``ProblemDocument``
    func read(_ request: IncomingRequest, _ principal: Principal, _ names: KnownNames) async throws -> (query: Query, page: PageRequest) {
        let paging = Set(Paging.parameters.compactMap { $0["name"]?.text })
        var values: [String: [FilterValue]] = [:]
        for (name, value) in request.query {
            let filter = filters.first { $0.name == name }
            guard filter != nil || paging.contains(name) else {
                let shown = String(name.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(64).map(Character.init))
                let near = suggestion(for: shown, among: filters.map(\.name) + paging.sorted()).map { "; did you mean \($0)?" } ?? ""
                let known = filters.map(\.name).sorted().joined(separator: ", ")
                throw ProblemDocument.filter("unknown_filter", shown, "this list has no filter \(shown); it has \(known)\(near)")
            }
            guard values[name] == nil || filter?.isRepeatable == true else {
                throw ProblemDocument.filter("malformed_filter", name, "\(name) is given more than once, and takes one value")
            }
            values[name, default: []].append(FilterValue(name: name, text: value))
        }
        let (query, page) = (try query(values, principal), try Paging.page(of: kind, values))
        try await names.check(values, principal)
        return (query, page)
    }

    /// What a command for many things is asked for in its body: texts, or lists of texts where a filter may be given several times. At least one filter
    /// must be there: an empty body is more likely a mistake than a request for everything.
    /// - Parameter others: what the command takes beside the filters and `dry_run`.
    /// - Throws: ``ProblemDocument``
    func readBatch(
        _ request: IncomingRequest,
        _ principal: Principal,
        _ known: KnownNames,
        others: [String] = []
    ) async throws -> (query: Query, page: PageRequest, body: JSON) {
        let paging = Paging.members.members?.pairs.map(\.name) ?? []
        let others = others + [Listing.dryRun]
        let body = try request.object(filters.map(\.name) + paging + others)
        if let dryRun = body[Listing.dryRun], !dryRun.isNull, dryRun.boolean == nil {
            throw ProblemDocument(describing: FieldProblem(path: Listing.dryRun, expected: "true or false", found: dryRun.kind.withArticle))
                ?? .broken
        }
        var values: [String: [FilterValue]] = [:]
        for (name, value) in body.members?.pairs ?? [] where !others.contains(name) {
            let isRepeatable = filters.contains { $0.name == name && $0.isRepeatable }
            let texts = (value.items ?? [value]).map { $0.text ?? $0.integer.map(String.init) }
            guard !texts.isEmpty, !texts.contains(nil), texts.count == 1 || isRepeatable else {
                throw ProblemDocument.filter("malformed_filter", name, "\(name) must be text\(isRepeatable ? ", or a list of texts" : "")")
            }
            values[name] = texts.compactMap(\.self).map { FilterValue(name: name, text: $0) }
        }
        guard filters.contains(where: { values[$0.name] != nil }) else {
            throw ProblemDocument.filter("missing_filter", "", "the body must hold at least one of \(names)")
        }
        let (query, page) = (try query(values, principal), try Paging.batch(of: kind, values))
        try await known.check(values, principal)
        return (query, page, body)
    }

    /// Whether a command for many things is only to say what it would do: then nothing is recorded either.
    func isDryRun(_ body: JSON) -> Bool {
        guard body[Listing.dryRun]?.boolean == true else { return false }
        AuditedAct.current?.leaveOut()
        return true
    }

    /// Whether a command for many things is given page by page by whoever asks, rather than for all of them by the host.
    func isPage(_ body: JSON) -> Bool { Paging.members.members?.pairs.contains { body[$0.name] != nil } ?? false }

    private static var dryRun: String { "dry_run" }

    /// The parameters of the list's operation.
    var parameters: [JSON] { filters.map(\.parameter) + Paging.parameters }

    /// The members of the body of a command for many things.
    var members: JSON {
        var members: JSON = [:]
        for filter in filters { members[filter.name] = filter.member }
        for (name, schema) in Paging.members.members?.pairs ?? [] { members[name] = schema }
        members[Listing.dryRun] = ["type": "boolean", "description": "Say how many it would be done for, and do nothing"]
        return members
    }

    private var names: String { filters.map(\.name).sorted().joined(separator: ", ") }

    /// The query, limited to what the principal may see whatever the filters say.
    private func query(_ values: [String: [FilterValue]], _ principal: Principal) throws -> Query {
        var query = Query()
        for filter in filters {
            if let given = values[filter.name] { try filter.narrow(&query, given, principal) }
        }
        if let own = principal.connections { query.connections = query.connections.map(own.intersection) ?? own }
        return query
    }
}
