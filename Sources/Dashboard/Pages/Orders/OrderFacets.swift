import Pipeline
import Screening
import Web

/// What orders can be narrowed by, and how many there are of each: counted where the store counts, and left out where a filter makes the count another.
enum OrderFacets {
    static func sets(_ visit: Visit, _ address: ListAddress) async throws -> [Model] {
        let tallies = try await visit.site.tallies.value()
        let sees = { (connection: String) in visit.principal.sees(connection: connection) }
        let (states, connections) = (Set(address.values("state")), Set(address.values("connection")))
        // What is counted by connection and state alone says nothing where something else narrows the list.
        let isCounted = address.query.allSatisfy { ["state", "connection", "waiting_on"].contains($0.name) } && address.values("waiting_on").isEmpty

        var byState: [String: Int] = [:]
        var byConnection: [String: Int] = [:]
        for (group, count) in tallies.counts.orders where sees(group.connection) {
            if connections.isEmpty || connections.contains(group.connection) { byState[group.state, default: 0] += count }
            if states.isEmpty || states.contains(group.state) { byConnection[group.connection, default: 0] += count }
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
        sets.append(["set_name": "State", "choices": shown.map { choice("state", $0.rawValue, byState[$0.rawValue] ?? 0) }])
        let parties = Party.allCases.map { party in
            let isOperator = party == .operator
            return choice(
                "waiting_on",
                party.rawValue,
                states.isEmpty ? byParty[party.rawValue] ?? 0 : nil,
                text: isOperator ? "us" : party.rawValue,
                dot: isOperator ? "us" : party.rawValue,
                single: true
            )
        }
        sets.append(["set_name": "Waiting on", "choices": parties])
        let names = Set(byConnection.keys).union(connections).union(visit.site.parts.registry.connections.map(\.id).filter(sees)).sorted()
        if names.count > 1 || !connections.isEmpty {
            sets.append(["set_name": "Connection", "choices": names.prefix(40).map { choice("connection", $0, byConnection[$0] ?? 0) }])
        }
        let accounts = visit.site.accounts(for: visit.principal).map(\.account.id)
        if accounts.count > 1 || !address.values("account").isEmpty {
            let all = Set(accounts).union(address.values("account")).sorted()
            sets.append(["set_name": "Account", "choices": all.prefix(40).map { choice("account", $0, nil, single: true) }])
        }
        let others = ["outcome", "provider", "external_id", "problem", "since", "until", "q"].flatMap { name in
            address.values(name).map { choice(name, $0, nil, text: "\(name.replacing("_", with: " ")): \($0) ×", single: true) }
        }
        if !others.isEmpty { sets.append(["set_name": "Also", "choices": others]) }
        return sets
    }
}
