import Screening

extension StoreConformance {
    static let reading = [
        Check("what is not there is nil or empty") { trial in
            try trial.expect(try await trial.store.event("evt_none") == nil, "an event")
            try trial.expect(try await trial.store.run("run_none") == nil, "a run")
            try trial.expect(try await trial.store.due(.event("evt_none")) == nil, "a time")
            let page = try await trial.store.orders(OrderQuery(), PageRequest())
            try trial.expect(page.items.isEmpty && page.next == nil, "orders")
        }
    ]

    static let lists = [
        Check("a list pages newest first or oldest first, each item once") { trial in
            let ids = try await trial.fill(27).map(\.id)
            for ascending in [false, true] {
                var seen: [String] = []
                var request = PageRequest(limit: 10, ascending: ascending)
                repeat {
                    let page = try await trial.store.orders(OrderQuery(), request)
                    try trial.expect(page.items.count <= 10, "a page holds \(page.items.count)")
                    seen += page.items.map(\.id)
                    request.cursor = page.next
                } while request.cursor != nil && seen.count <= 27
                try trial.expect(
                    seen == (ascending ? ids.sorted() : ids.sorted().reversed()),
                    "ascending \(ascending): \(seen.count) items, or in another order"
                )
            }
            let exact = try await trial.store.orders(OrderQuery(), PageRequest(limit: 27))
            try trial.expect(exact.items.count == 27 && exact.next == nil, "the last page names a next one")
        },
        Check("every filter of orders holds, alone and with others") { trial in
            let orders = try await trial.fill(24)
            var queries: [(String, OrderQuery, (Order) -> Bool)] = []
            func add(_ name: String, _ change: (inout OrderQuery) -> Void, _ matches: @escaping (Order) -> Bool) {
                var query = OrderQuery()
                change(&query)
                queries.append((name, query, matches))
            }
            let (since, until) = (orders[5].createdAt, orders[15].createdAt)
            add("states", { $0.states = [.requested, .completed] }, { [.requested, .completed].contains($0.state) })
            add("outcome", { $0.outcome = .consider }, { $0.outcome == .consider })
            add("waiting on", { $0.waitingOn = .candidate }, { $0.state.waitingOn == .candidate })
            add("state that does not wait", { ($0.states, $0.waitingOn) = ([.completed], .candidate) }, { _ in false })
            add("connection", { $0.connections = ["acme"] }, { $0.connection == "acme" })
            add("no connection", { $0.connections = [] }, { _ in false })
            add("account", { $0.account = "zinc-eu" }, { $0.account == "zinc-eu" })
            add("provider", { $0.provider = "workerchecks" }, { $0.provider == "workerchecks" })
            add("external id", { $0.externalID = "application-7" }, { $0.externalID == "application-7" })
            add("external id in another case", { $0.externalID = "Application-7" }, { _ in false })
            add("provider ref", { $0.providerRef = orders[3].providerRef }, { $0.providerRef == orders[3].providerRef })
            add("time", { ($0.since, $0.until) = (since, until) }, { $0.createdAt >= since && $0.createdAt < until })
            let changed = orders.map(\.updatedAt).sorted()[12]
            add("unchanged", { $0.unchangedSince = changed }, { $0.updatedAt < changed })
            add(
                "unchanged, found by a text",
                { ($0.unchangedSince, $0.text, $0.states) = (changed, Personal("ana"), [.requested, .inProgress, .completed]) },
                { $0.updatedAt < changed && [.requested, .inProgress, .completed].contains($0.state) }
            )
            let held = OrderQuery.Held(accounts: ["zinc-eu"], connections: ["other"], problem: "paused")
            add("held by what waits", { $0.held = held }, { held.holds($0) })
            add("held by nothing", { $0.held = OrderQuery.Held(accounts: [], connections: [], problem: "paused") }, { _ in false })
            add(
                "several",
                { ($0.states, $0.connections, $0.account, $0.since) = ([.completed, .requested], ["acme", "other"], "zinc-uk", since) },
                { [.completed, .requested].contains($0.state) && $0.account == "zinc-uk" && $0.createdAt >= since }
            )
            for (name, query, matches) in queries {
                let found = try await trial.store.orders(query, PageRequest(limit: 100)).items
                let expected = orders.filter(matches).map(\.id).sorted(by: >)
                try trial.expect(found.map(\.id) == expected, "\(name): \(found.count) found, \(expected.count) expected")
            }
            for state in [OrderState.requested, .completed, .uncertain] {
                for connections: Set<String>? in [nil, ["other", "none"], []] {
                    let all = orders.filter { $0.state == state && connections?.contains($0.connection) ?? true }
                    let (count, recent) = try await trial.store.count(in: state, changedSince: changed, on: connections)
                    let expected = all.count { $0.updatedAt >= changed }
                    try trial.expect(count == all.count && recent == expected, "\(count) in \(state), \(recent) of them changed")
                }
                for account in ["zinc-uk", "zinc-eu"] {
                    let still = orders.filter { $0.state == state && $0.account == account && $0.updatedAt < changed }
                    let counts = try await trial.store.unchanged(in: state, of: account, since: changed)
                    let expected = still.reduce(into: [:]) { $0[$1.connection, default: 0] += 1 }
                    try trial.expect(counts == expected, "unchanged in \(state) of \(account): \(counts) instead of \(expected)")
                }
            }
        },
        Check("every filter of events holds") { trial in
            var ids: [String] = []
            let start = trial.now
            for index in 0..<6 {
                let event = trial.event(
                    kind: index < 3 ? .ats : .webhook,
                    connection: index % 2 == 0 ? "acme" : "other",
                    account: index == 5 ? "zinc-uk" : nil
                )
                _ = try await trial.store.accept(event, dedupe: nil)
                ids.append(event.id)
                trial.clock.advance(by: .seconds(1))
            }
            try await trial.store.perform([.event(id: ids[4], state: .dead, problem: nil)])
            func expect(_ name: String, _ expected: [Int], _ change: (inout EventQuery) -> Void) async throws {
                var query = EventQuery()
                change(&query)
                let found = try await trial.store.events(query, PageRequest(ascending: true)).items.map(\.id)
                try trial.expect(found == expected.map { ids[$0] }, "\(name): \(found.count) found, \(expected.count) expected")
            }
            try await expect("kind", [3, 4, 5]) { $0.kind = .webhook }
            try await expect("connection", [1, 3, 5]) { $0.connections = ["other"] }
            try await expect("account", [5]) { $0.account = "zinc-uk" }
            try await expect("state", [4]) { $0.states = [.dead] }
            try await expect("time", [1, 2]) { ($0.since, $0.until) = (start + .seconds(1), start + .seconds(3)) }
            let page = try await trial.store.events(EventQuery(), PageRequest(limit: 4))
            try trial.expect(page.items.map(\.id) == ids.suffix(4).reversed() && page.next != nil, "the first page is another")
        },
        Check("every filter of runs holds") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            let order = try await trial.placed(trial.order("application-1"))
            let start = trial.now
            var runs: [Run] = []
            for index in 0..<6 {
                let run = trial.run(
                    connection: index % 2 == 0 ? "acme" : "other",
                    hook: index < 4 ? "on_event" : "POST /start",
                    event: index < 3 ? event.id : nil,
                    order: index >= 3 ? order.id : nil,
                    state: index == 2 ? .dead : .done
                )
                try await trial.store.perform([.run(run)])
                runs.append(run)
                trial.clock.advance(by: .seconds(1))
            }
            func expect(_ name: String, _ expected: [Int], _ change: (inout RunQuery) -> Void) async throws {
                var query = RunQuery()
                change(&query)
                let found = try await trial.store.runs(query, PageRequest(ascending: true)).items.map(\.id)
                try trial.expect(found == expected.map { runs[$0].id }, "\(name): \(found.count) found, \(expected.count) expected")
            }
            try await expect("state", [2]) { $0.states = [.dead, .queued] }
            try await expect("connection", [1, 3, 5]) { $0.connections = ["other"] }
            try await expect("event", [0, 1, 2]) { $0.event = event.id }
            try await expect("event and state", [0, 1]) { ($0.event, $0.states) = (event.id, [.done]) }
            try await expect("order", [3, 4, 5]) { $0.order = order.id }
            try await expect("order and hook", [4, 5]) { ($0.order, $0.hook) = (order.id, "POST /start") }
            try await expect("hook", [4, 5]) { $0.hook = "POST /start" }
            try await expect("time", [1, 2]) { ($0.since, $0.until) = (start + .seconds(1), start + .seconds(3)) }
        },
        Check("a page of large items ends early, and the next goes on after it") { trial in
            let text = String(repeating: "x", count: 400_000)
            var ids: [String] = []
            for index in 0..<5 {
                let order = trial.order("application-\(index)", metadata: ["text": .string(text)])
                ids.append(try await trial.store.place(order).order.id)
                var run = trial.run(state: .rejected)
                run.result = Personal(["kind": "rejected", "reason": .string(text)])
                try await trial.store.perform([.run(run)])
                trial.clock.advance(by: .seconds(1))
            }
            var found = OrderQuery()
            found.text = Personal("roe")
            for (name, query) in [("listed", OrderQuery()), ("found", found)] {
                var (seen, pages): ([String], Int) = ([], 0)
                var cursor: String?
                repeat {
                    let page = try await trial.store.orders(query, PageRequest(cursor: cursor))
                    try trial.expect(page.items.count <= 3, "\(name): \(page.items.count) large orders on one page")
                    seen += page.items.map(\.id)
                    pages += 1
                    cursor = page.next
                } while cursor != nil && pages < 10
                try trial.expect(seen == ids.reversed(), "\(name): \(seen.count) orders on all pages")
            }
            let runs = try await trial.store.runs(RunQuery(), PageRequest(ascending: true))
            try trial.expect(runs.items.count <= 3 && runs.next == runs.items.last?.id, "\(runs.items.count) large runs on one page")
        },
        Check("lists read neither what was received nor what was logged, and each has all the same") { trial in
            for _ in 0..<4 {
                let event = trial.event(body: Array(repeating: 120, count: 600_000))
                _ = try await trial.store.accept(event, dedupe: nil)
                var run = trial.run(event: event.id)
                run.logs = [["message": .string(String(repeating: "x", count: 600_000))]]
                try await trial.store.perform([.run(run)])
                try trial.expect(try await trial.store.run(run.id)?.logs == run.logs, "the logs came back otherwise")
                try trial.expect(try await trial.store.event(event.id)?.request == event.request, "the request came back otherwise")
            }
            let events = try await trial.store.events(EventQuery(), PageRequest())
            let runs = try await trial.store.runs(RunQuery(), PageRequest())
            try trial.expect(
                events.items.count == 4 && events.next == nil && events.items[0].path.value == "/webhook",
                "not all events are on one page"
            )
            try trial.expect(runs.items.count == 4 && runs.next == nil, "not all runs are on one page")
        },
    ]
}

extension StoreTrial {
    /// Places orders that differ in everything a list filters by, a second apart, oldest first.
    func fill(_ count: Int) async throws -> [Order] {
        let states: [(OrderState, Outcome?)] = [
            (.accepted, nil), (.requested, nil), (.completed, .clear), (.completed, .consider), (.uncertain, nil),
        ]
        var orders: [Order] = []
        for index in 0..<count {
            var order = self.order(
                "application-\(index)",
                connection: index % 3 == 0 ? "other" : "acme",
                account: index % 4 == 0 ? "zinc-eu" : "zinc-uk",
                provider: index % 5 == 0 ? "workerchecks" : "zinc"
            )
            _ = try await placed(order)
            let (state, outcome) = states[index % states.count]
            if state != .accepted {
                order = order.changed(to: state, outcome: outcome)
                try await store.perform([.order(order)])
            }
            orders.append(order)
            clock.advance(by: .seconds(1))
        }
        return orders
    }
}
