import GRDB
import Screening

/// A page of identifiers, read from a table's list index alone: one stretch of the index per state, each already in the order of the identifiers,
/// merged. The rows of the page are read afterwards, and no others.
struct ListQuery {
    private let table: String
    private let index: String
    private let page: PageRequest
    /// The stretches of the index to merge; none gives an empty page.
    private var stretches: [(condition: String, value: DatabaseValue)] = []
    private var condition = ""
    private var arguments: [DatabaseValue] = []

    init(_ table: String, index: String, _ page: PageRequest) {
        self.table = table
        self.index = index
        self.page = page
    }

    /// Lists these states.
    mutating func stretches<State: RawRepresentable & Hashable>(of states: Set<State>) where State.RawValue == String {
        stretches = states.map { ("state = ?", $0.rawValue.databaseValue) }
    }

    /// Lists what has one value in the index's first column.
    mutating func stretch(_ column: String, _ value: String) { stretches = [("\(column) = ?", value.databaseValue)] }

    /// Keeps only what has a value in a column; nil keeps everything.
    mutating func require(_ column: String, _ value: String?) {
        guard let value else { return }
        require("\(column) = ?", [value.databaseValue])
    }

    /// Keeps only what is in one of some states.
    mutating func require<State: RawRepresentable & Hashable>(states: Set<State>) where State.RawValue == String {
        guard !states.isEmpty else { return }
        require(in: "state", states.map(\.rawValue))
    }

    /// Keeps only what is on one of some connections; nil keeps everything.
    mutating func require(connections: Set<String>?) {
        guard let connections else { return }
        if connections.isEmpty { stretches = [] }
        require(in: "connection", connections.map { $0 })
    }

    /// Keeps only orders that something keeps from being sent; nil keeps everything.
    mutating func require(_ held: OrderQuery.Held?) {
        guard let held else { return }
        let (accounts, connections) = (held.accounts.sorted(), held.connections.sorted())
        func marks(_ names: [String]) -> String { names.map { _ in "?" }.joined(separator: ", ") }
        require(
            "state IN ('accepted', 'submitting') AND coalesce(problem, ?) = ? AND (account IN (\(marks(accounts))) OR connection IN (\(marks(connections))))",
            ([held.problem, held.problem] + accounts + connections).map(\.databaseValue)
        )
    }

    /// Keeps only times at or after one and before another.
    mutating func require(_ column: String, from since: Timestamp?, to until: Timestamp?) {
        if let since { require("\(column) >= ?", [since.milliseconds.databaseValue]) }
        if let until { require("\(column) < ?", [until.milliseconds.databaseValue]) }
    }

    /// The page. `item` reads a row by its identifier, and says how many bytes of it were opened.
    func page<Item: Sendable>(in db: Database, _ item: (String) throws -> (Item, size: Int)?) throws -> Page<Item> {
        let limit = page.bounded
        let ids = try identifiers(in: db, limit: limit + 1)
        var items: [Item] = []
        var room = PageRequest.byteLimit
        var unread = UnreadRows()
        for (index, id) in ids.prefix(limit).enumerated() {
            guard let (item, size) = try unread.reading({ try item(id) }) else { continue }
            items.append(item)
            room -= size
            if room <= 0 { return Page(items: items, next: index + 1 < ids.count ? id : nil, unread: unread) }
        }
        return Page(items: items, next: ids.count > limit ? ids[limit - 1] : nil, unread: unread)
    }

    /// Whether a row fits what was required, by its identifier.
    private func filter(in db: Database) throws -> (String) throws -> Bool {
        let statement = try db.makeStatement(sql: "SELECT 1 FROM \(table) WHERE id = ?\(condition)")
        let values = arguments
        return { try Int.fetchOne(statement, arguments: StatementArguments([$0.databaseValue] + values)) != nil }
    }

    /// Of some identifiers the rows that fit what was required, as many as may be read at once. `item` reads a row by its identifier, and says how many bytes of
    /// it were opened.
    func found<Item: Sendable>(_ ids: [String], in db: Database, _ item: (String) throws -> (Item, size: Int)?) throws -> FoundRows<Item> {
        let fits = condition.isEmpty ? nil : try filter(in: db)
        var found = FoundRows<Item>(looked: 0)
        var room = PageRequest.byteLimit
        for id in ids {
            found.looked += 1
            if let fits, try !fits(id) { continue }
            guard let (item, size) = try found.unread.reading({ try item(id) }) else { continue }
            found.items.append((item, size))
            room -= size
            if room <= 0 { break }
        }
        return found
    }

    /// Keeps only what fits a condition without values.
    mutating func require(condition: String) { require(condition, []) }

    private mutating func require(in column: String, _ values: [String]) {
        require("\(column) IN (\(Array(repeating: "?", count: values.count).joined(separator: ", ")))", values.map(\.databaseValue))
    }

    private mutating func require(_ condition: String, _ values: [DatabaseValue]) {
        self.condition += " AND " + condition
        arguments += values
    }

    private func identifiers(in db: Database, limit: Int) throws -> [String] {
        guard !stretches.isEmpty else { return [] }
        let direction = page.ascending ? "ASC" : "DESC"
        let after = page.cursor == nil ? "" : " AND id \(page.ascending ? ">" : "<") ?"
        let parts = stretches.map { stretch in
            """
            SELECT id FROM (SELECT id FROM \(table) INDEXED BY \(index) WHERE \(stretch.condition)\(condition)\(after)
            ORDER BY id \(direction) LIMIT \(limit))
            """
        }
        let cursor = page.cursor.map { [$0.databaseValue] } ?? []
        let values = stretches.flatMap { [$0.value] + arguments + cursor }
        return try String.fetchAll(
            db,
            sql: parts.joined(separator: "\nUNION ALL\n") + "\nORDER BY id \(direction) LIMIT \(limit)",
            arguments: StatementArguments(values)
        )
    }
}
