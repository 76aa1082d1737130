import Screening

/// A page of a table, newest or oldest first: one stretch of an index for each of a few values, each already in the order of the identifiers, merged.
/// The rows of the page are read afterwards, and no others.
struct PostgresList {
    private let table: String
    private let request: PageRequest
    private var column: String?
    private var condition = ""
    private var values: [PostgresValue] = []

    init(_ table: String, _ request: PageRequest) {
        self.table = table
        self.request = request
        if let cursor = request.cursor { require("id \(request.ascending ? ">" : "<") $#", .text(cursor)) }
    }

    /// Lists what has one of some values in the first column of a list's index. Called at most once.
    mutating func stretches(_ column: String, _ words: [String]) {
        self.column = column
        values.append(.texts(words))
        stretch = values.count
    }

    /// Lists what has a value in a column that few rows share: they are found by it, and by nothing else that is required. Without statistics the planner takes
    /// any other index that has more of the condition, and goes through all that is in a state.
    mutating func few(_ column: String, _ word: String) {
        stretches(column, [word])
        areFew = true
    }

    /// Keeps only what has a value in a column; nil keeps everything.
    mutating func require(_ column: String, _ value: String?) {
        if let value { require("\(column) = $#", .text(value)) }
    }

    /// Keeps only what has one of some values in a column; nil keeps everything. One value is asked for by itself: then what an index finds is still in its order,
    /// and is read no further than the page.
    mutating func require(_ column: String, in words: [String]?) {
        guard let words else { return }
        if words.count == 1 { require(column, words[0]) } else { require("\(column) = ANY ($#)", .texts(words)) }
    }

    /// Keeps only times at or after one and before another.
    mutating func require(_ column: String, from since: Timestamp?, to until: Timestamp?) {
        if let since { require("\(column) >= $#", .int(since.milliseconds)) }
        if let until { require("\(column) < $#", .int(until.milliseconds)) }
    }

    /// Keeps only what fits a condition without values.
    mutating func require(condition: String) { self.condition += " AND " + condition }

    /// Keeps only orders that pass the filters which plain columns can answer, states apart.
    mutating func require(_ query: OrderQuery) {
        require("outcome", query.outcome?.rawValue)
        require("account", query.account)
        require("provider", query.provider)
        require("problem", query.problem)
        require("connection", in: query.connections.map { Array($0) })
        require("created_at", from: query.since, to: query.until)
        require("updated_at", from: nil, to: query.unchangedSince)
        guard let held = query.held else { return }
        require("state IN ('accepted', 'submitting') AND coalesce(problem, $#) = $#", .text(held.problem))
        let names = held.accounts.map { "account:" + $0 } + held.connections.map { "connection:" + $0 }
        require("('account:' || account = ANY ($#) OR 'connection:' || connection = ANY ($#))", .texts(names))
    }

    /// The page. `item` reads a row of `columns`, the first of which is the identifier.
    /// - Parameter size: the bytes of a row's opaque columns that are read, as an expression.
    func page<Item: Sendable>(
        on connection: PostgresConnection,
        columns: String,
        as name: String,
        size: String,
        opening: ([PostgresRow]) throws -> Void,
        _ item: (PostgresRow) throws -> Item?
    ) throws -> Page<Item> {
        let limit = request.bounded
        let column = column ?? "state"
        // In the order of the list's own index, or the planner reads another one from end to end for a value that nothing has.
        let own =
            areFew
            ? "(SELECT * FROM \(table) WHERE \(column) = s.value OFFSET 0) AS own WHERE true\(condition) ORDER BY id \(direction)"
            : "\(table) WHERE \(column) = s.value\(condition) ORDER BY \(column) \(direction), id \(direction)"
        let found = """
            SELECT f.id FROM unnest($\(stretch)::text[]) AS s (value) CROSS JOIN LATERAL (
                SELECT id FROM \(own) LIMIT \(limit + 1)
            ) AS f ORDER BY f.id \(direction) LIMIT \(limit + 1)
            """
        let sized = PostgresList.sized(found, table: table, as: name, size: size, direction)
        let rows = try run(
            "WITH \(sized) SELECT \(columns), l.total FROM sized AS l JOIN \(table) AS \(name) ON \(name).id = l.id ORDER BY l.id \(direction)",
            on: connection
        )
        let shown = rows.prefix(limit)
        try opening(Array(shown))
        let total = rows.last.map { $0.count($0.columns.count - 1) } ?? 0
        var unread = UnreadRows()
        let items = try shown.compactMap { row in try unread.reading { try item(row) } }
        return Page(items: items, next: shown.count < total ? shown.last?.text(0) : nil, unread: unread)
    }

    /// Of some identifiers, which are given in order, the rows that fit what was required, as many as may be read at once. No stretch is set.
    /// - Parameters:
    ///   - columns: the first is the identifier.
    ///   - size: the bytes of a row's opaque columns that are read, as an expression.
    ///   - item: reads a row, and says how many bytes of it were opened.
    func found<Item: Sendable>(
        _ ids: [String],
        on connection: PostgresConnection,
        columns: String,
        as name: String,
        size: String,
        opening: ([PostgresRow]) throws -> Void,
        _ item: (PostgresRow) throws -> (Item, size: Int)
    ) throws -> FoundRows<Item> {
        guard !ids.isEmpty else { return FoundRows(looked: 0) }
        let fitting = "SELECT t.id FROM unnest($\(values.count + 1)::text[]) AS w (name) JOIN \(table) AS t ON t.id = w.name WHERE true\(condition)"
        let sized = PostgresList.sized(fitting, table: table, as: name, size: size, direction)
        let sql = "WITH \(sized) SELECT \(columns), l.total FROM sized AS l JOIN \(table) AS \(name) ON \(name).id = l.id ORDER BY l.id \(direction)"
        let rows = try connection.exchange([PostgresStatement(sql, values + [.texts(ids)], isKept: false)])[0].rows
        try opening(rows)
        var found = FoundRows<Item>(looked: ids.count)
        found.items = try rows.compactMap { row in try found.unread.reading { try item(row) }.map { (item: $0.0, size: $0.size) } }
        // Where not all could be read together, what was not is still to be looked at.
        let total = rows.last.map { $0.count($0.columns.count - 1) } ?? 0
        if rows.count < total, let last = rows.last.flatMap({ ids.firstIndex(of: $0.text(0)) }) { found.looked = last + 1 }
        return found
    }

    /// The subquery `sized`: of some identifiers those whose rows may be read together, each with the `total` of all of them. Only the lengths of the
    /// opaque columns are read.
    static func sized(_ ids: String, table: String, as name: String, size: String, _ direction: String) -> String {
        """
        found AS MATERIALIZED (\(ids)), measured AS (
            SELECT f.id, (SELECT count(*) FROM found) AS total, sum(\(size)) OVER (ORDER BY f.id \(direction)) - (\(size)) AS before
            FROM found AS f JOIN \(table) AS \(name) ON \(name).id = f.id
        ), sized AS (SELECT id, total FROM measured WHERE before < \(PageRequest.byteLimit))
        """
    }

    private var stretch = 0
    private var areFew = false
    private var direction: String { request.ascending ? "ASC" : "DESC" }

    private mutating func require(_ condition: String, _ value: PostgresValue) {
        values.append(value)
        self.condition += " AND " + condition.replacing("$#", with: "$\(values.count)")
    }

    private func run(_ sql: String, on connection: PostgresConnection) throws -> [PostgresRow] {
        try connection.exchange([PostgresStatement(sql, values, isKept: false)])[0].rows
    }
}
