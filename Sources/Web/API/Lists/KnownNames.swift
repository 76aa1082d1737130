import Pipeline
import Screening

/// The connections and accounts that filters may name: those that are configured, and those of which something is stored. A misspelt name must not look
/// like an empty list.
struct KnownNames: Sendable {
    let registry: Registry
    let store: any OrderStore & Inbox & RunStore

    /// Holds that every connection and account that filters name is known. A token for some connections is not told which others there are: for it, what
    /// is not its own is empty.
    /// - Throws: ``ProblemDocument`` 400 for the first that is not.
    func check(_ values: [String: [FilterValue]], _ principal: Principal) async throws {
        guard principal.connections == nil else { return }
        for value in values["connection"] ?? [] where try await !hasConnection(value.text) {
            throw ProblemDocument.unknownName("connection", value.text, among: registry.connections.map(\.id))
        }
        for value in values["account"] ?? [] where try await !hasAccount(value.text) {
            throw ProblemDocument.unknownName("account", value.text, among: registry.accounts.map(\.account.id))
        }
    }

    private func hasConnection(_ name: String) async throws -> Bool {
        // A notifier's runs are listed under its own name.
        if registry.scripted(name) != nil { return true }
        let page = PageRequest(limit: 1)
        var (orders, events, runs) = (OrderQuery(), EventQuery(), RunQuery())
        (orders.connections, events.connections, runs.connections) = ([name], [name], [name])
        if try await !store.orders(orders, page).items.isEmpty { return true }
        if try await !store.events(events, page).items.isEmpty { return true }
        return try await !store.runs(runs, page).items.isEmpty
    }

    private func hasAccount(_ name: String) async throws -> Bool {
        if registry.account(name) != nil { return true }
        let page = PageRequest(limit: 1)
        var (orders, events) = (OrderQuery(), EventQuery())
        (orders.account, events.account) = (name, name)
        if try await !store.orders(orders, page).items.isEmpty { return true }
        return try await !store.events(events, page).items.isEmpty
    }
}

extension ProblemDocument {
    /// 400 for a filter that names something that is not there.
    fileprivate static func unknownName(_ kind: String, _ name: String, among known: [String]) -> ProblemDocument {
        let near = suggestion(for: name, among: known).map { "did you mean \($0)? " } ?? ""
        return .filter(
            "unknown_\(kind)",
            kind,
            "there is no \(kind) \(String(name.prefix(64))); \(near)GET /api/v1/\(kind)s shows those that there are"
        )
    }
}
