import Pipeline
import Screening
import Web

/// What orders can be narrowed by, and how many there are of each: counted where the store counts, and left out where a filter makes the count another.
enum OrderFacets {
    /// What filters are called that have no set of their own.
    private static let words = ["q": "search"]

    /// Ages that people ask for, by the address's name and value.
    private static let ages = [
        (name: "younger", value: "24h", title: "last 24 hours"), (name: "younger", value: "7d", title: "last 7 days"),
        (name: "older", value: "3d", title: "over 3 days"), (name: "older", value: "7d", title: "over 7 days"),
    ]

    static func sets(_ visit: Visit, _ address: ListAddress) async throws -> [Model] {
        let tallies = try await visit.site.tallies.value()
        let sees = { (connection: String) in visit.principal.sees(connection: connection) }
        let (states, connections, accounts) = (Set(address.values("state")), Set(address.values("connection")), Set(address.values("account")))
        // What is counted by connection, account and state alone says nothing where something else narrows the list.
        let isCounted = address.query.allSatisfy { ["state", "connection", "account"].contains($0.name) }

        var byState: [String: Int] = [:]
        var byConnection: [String: Int] = [:]
        var byAccount: [String: Int] = [:]
        for (place, count) in tallies.counts.placed where sees(place.connection) {
            let isOfState = states.isEmpty || states.contains(place.state)
            let isOfConnection = connections.isEmpty || connections.contains(place.connection)
            let isOfAccount = accounts.isEmpty || accounts.contains(place.account)
            if isOfConnection, isOfAccount { byState[place.state, default: 0] += count }
            if isOfState, isOfAccount { byConnection[place.connection, default: 0] += count }
            if isOfState, isOfConnection { byAccount[place.account, default: 0] += count }
        }
        var byParty: [String: Int] = [:]
        for (group, count) in tallies.waiting where sees(group.connection) && (connections.isEmpty || connections.contains(group.connection)) {
            byParty[group.state, default: 0] += count
        }
        func choice(_ name: String, _ value: String, _ count: Int?, text: String? = nil, dot: String? = nil, single: Bool = false) -> Model {
            let isSet = address.has(name, value)
            let target = single ? address.with(name, isSet ? nil : value) : address.toggling(name, value)
            var model: Model = ["href": target.text, "name": text ?? value.replacing("_", with: " "), "is_set": isSet]
            if let count, isCounted { model["count"] = Format.number(count) }
            model["dot_class"] = dot
            return model
        }
        var sets: [Model] = []
        let shown = OrderState.allCases.filter { byState[$0.rawValue] != nil || states.contains($0.rawValue) }
        if !shown.isEmpty { sets.append(["set_name": "State", "choices": shown.map { choice("state", $0.rawValue, byState[$0.rawValue] ?? 0) }]) }
        let parties = Party.allCases.map { party in
            let isOperator = party == .operator
            return choice(
                "waiting_on",
                party.rawValue,
                states.isEmpty && accounts.isEmpty ? byParty[party.rawValue] ?? 0 : nil,
                text: isOperator ? "us" : party.rawValue,
                dot: isOperator ? "us" : party.rawValue,
                single: true
            )
        }
        sets.append(["set_name": "Waiting on", "choices": parties])
        sets.append(["set_name": "Outcome", "choices": Outcome.allCases.map { choice("outcome", $0.rawValue, nil, single: true) }])
        sets.append(["set_name": "Made", "choices": ages.map { choice($0.name, $0.value, nil, text: $0.title, single: true) }])
        let names = Set(byConnection.keys).union(connections).union(visit.site.parts.registry.connections.map(\.id).filter(sees)).sorted()
        if names.count > 1 || !connections.isEmpty {
            let shown = frequent(names, byConnection, chosen: connections)
            let choices = shown.map { choice("connection", $0, byConnection[$0] ?? 0) }
            sets.append(["set_name": "Connection", "choices": choices + more(names.count - shown.count, "/connections")])
        }
        let known = Set(visit.site.accounts(for: visit.principal).map(\.account.id)).union(byAccount.keys).union(accounts).sorted()
        if known.count > 1 || !accounts.isEmpty {
            let shown = frequent(known, byAccount, chosen: accounts)
            let choices = shown.map { choice("account", $0, byAccount[$0] ?? 0, single: true) }
            sets.append(["set_name": "Account", "choices": choices + more(known.count - shown.count, "/accounts")])
        }
        if let late = try await late(visit, address) { sets.append(late) }
        let others = ["provider", "external_id", "problem", "since", "until", "older", "younger", "unchanged", "q"].flatMap { name in
            address.values(name).filter { value in !ages.contains { $0.name == name && $0.value == value } }.map {
                choice(name, $0, nil, text: "\(Self.words[name] ?? name.replacing("_", with: " ")): \(Format.filter(name, $0)) ×", single: true)
            }
        }
        if !others.isEmpty { sets.append(["set_name": "Also", "choices": others]) }
        return sets
    }

    /// Of how many accounts it is said from when on their orders are late.
    private static let mostLate = 8

    /// Orders that are late at their own account: accounts differ by weeks. Nil where one number says it for all, which has a view.
    private static func late(_ visit: Visit, _ address: ListAddress) async throws -> Model? {
        let days = try await visit.site.usualDays(for: visit.principal)
        guard Set(days.values).count > 1, days.count <= mostLate else { return nil }
        let choices = days.sorted { $0.key < $1.key }.map { account, days -> Model in
            let (age, isOther) = ("\(days)d", { (name: String) in !["state", "account", "older"].contains(name) })
            let isSet = address.has("account", account) && address.has("older", age)
            var target = ListAddress(path: address.path, query: address.query.filter { isOther($0.name) })
            if !isSet { target.query += OrderViews.open + [("account", account), ("older", age)] }
            return ["href": target.text, "name": "\(account): over \(days) \(days == 1 ? "day" : "days")", "is_set": isSet]
        }
        return ["set_name": "Late", "choices": choices]
    }

    /// Where there are many names, those with the most orders and those that are chosen, by name.
    private static func frequent(_ names: [String], _ counts: [String: Int], chosen: Set<String>) -> [String] {
        guard names.count > ListView.shownNames else { return names }
        let most = names.sorted { (counts[$0] ?? 0, $1) > (counts[$1] ?? 0, $0) }.prefix(ListView.shownNames)
        return names.filter { chosen.contains($0) || most.contains($0) }
    }

    /// The way to those that are not shown.
    private static func more(_ count: Int, _ href: String) -> [Model] {
        count > 0 ? [["href": href, "name": "\(Format.number(count)) more…", "is_set": false]] : []
    }
}
