import Screening

extension StoreConformance {
    static let placing = [
        Check("a placed order is stored whole and its submission queued") { trial in
            var other = JSON.Members()
            other["employee_number"] = "E-1"
            let candidate = Candidate(firstName: "Ana María", lastName: "Roe", email: "ana@example.test", other: other)
            let order = trial.order("application-1", candidate: candidate)
            let placed = try await trial.store.place(order)
            try trial.expect(placed.isNew && placed.order == order, "it is not new, or came back changed")
            try trial.expect(try await trial.store.order(order.id) == order, "it was stored changed")
            let claims = try await trial.claim()
            try trial.expect(claims.map(\.work) == [.submit(order: order.id)], "queued was \(claims.map(\.work))")
        },
        Check("the timeline of an order begins with who placed it") { trial in
            let actor = Actor.token(id: "tok_1", name: "ops")
            let order = try await trial.store.place(trial.order("a"), reorder: nil, by: actor).order
            try trial.expect(try await trial.store.timeline(of: order.id).map(\.actor) == [actor], "it names somebody else")
            let run = try await trial.stored(trial.run()).id
            let made = try await trial.store.remember([], of: run, doing: .place(trial.order("b")) { _ in [:] })
            let entries = try await trial.store.timeline(of: made?.id ?? "")
            try trial.expect(entries.map(\.actor) == [.script(run: run)], "a script's order names somebody else")
        },
        Check("the same external id on one connection gives the first order, unchanged") { trial in
            let first = trial.order("application-1")
            _ = try await trial.store.place(first)
            let changed = first.changed(to: .requested)
            try await trial.store.perform([.order(changed)])
            let again = try await trial.store.place(trial.order("application-1", account: "zinc-eu"))
            try trial.expect(!again.isNew && again.order == changed, "got another order")
            try trial.expect(try await trial.store.place(trial.order("application-1", connection: "other")).isNew, "another connection shares it")
            try trial.expect(try await trial.store.place(trial.order("Application-1")).isNew, "external ids were compared without case")
            try trial.expect(try await trial.claim().count == 3, "the repeated placing was queued")
        },
        Check("fifty placings at once of one external id make one order") { trial in
            let placed = try await withThrowingTaskGroup(of: (order: Order, isNew: Bool).self) { group in
                for _ in 0..<50 { group.addTask { try await trial.store.place(trial.order("application-1")) } }
                return try await group.reduce(into: [(order: Order, isNew: Bool)]()) { $0.append($1) }
            }
            try trial.expect(Set(placed.map(\.order.id)).count == 1, "several orders came back")
            try trial.expect(placed.count { $0.isNew } == 1, "not exactly one was new")
            try trial.expect(try await trial.store.orders(OrderQuery(), PageRequest()).items.count == 1, "several orders are stored")
            try trial.expect(try await trial.claim().count == 1, "several submissions are queued")
        },
        Check("an order is found by external id and by callback token") { trial in
            let order = trial.order("application-1")
            _ = try await trial.store.place(order)
            try trial.expect(try await trial.store.order(connection: "acme", externalID: "application-1") == order, "not by external id")
            try trial.expect(try await trial.store.order(connection: "other", externalID: "application-1") == nil, "on another connection")
            try trial.expect(try await trial.store.order(callbackToken: order.callbackToken.value) == order, "not by token")
            try trial.expect(try await trial.store.order(callbackToken: order.callbackToken.value + "x") == nil, "by a wrong token")
            try trial.expect(try await trial.store.order("ord_none") == nil, "by an unknown id")
        },
        Check("several orders, and several names, are found at once; what is not there is left out") { trial in
            let orders = [try await trial.placed(trial.order("application-1")), try await trial.placed(trial.order("application-2"))]
            let found = try await trial.store.orders(orders.map(\.id) + ["ord_none"]).sorted { $0.externalID < $1.externalID }
            try trial.expect(found == orders, "found others: \(found.map(\.id))")
            try trial.expect(try await trial.store.orders([String]()).isEmpty, "found some without being asked for any")
            let known = Set(orders.map { OrderName(connection: $0.connection, externalID: $0.externalID) })
            let others = [OrderName(connection: "other", externalID: "application-1"), OrderName(connection: "acme", externalID: "application-3")]
            try trial.expect(try await trial.store.named(known.union(others)) == known, "other names are those of orders")
        },
        Check("every part of an order survives a change") { trial in
            var order = try await trial.placed(trial.order("application-1"))
            order.version += 1
            order.providerRef = "a1b2"
            order.updatedAt = trial.now + .seconds(5)
            order.status = Order.Status(
                .completed,
                outcome: .consider,
                providerStatus: ["status": "completed", "statusV2": "all-clear"],
                reportURL: Personal("https://reports.example.test/1"),
                checks: [SampleChecks.address, SampleChecks.education],
                problem: Problem(code: "unrecognised_result", message: "a word", at: trial.now)
            )
            order.candidate = Candidate(firstName: "", lastName: "", email: "")
            order.metadata = Personal([:])
            try await trial.store.perform([.order(order)])
            try trial.expect(try await trial.store.order(order.id) == order, "it came back changed")
        },
        Check("an order that has moved on is a conflict, and nothing is written") { trial in
            let order = try await trial.placed(trial.order("application-1"))
            let entry = TimelineEntry(order: order.id, at: trial.now, kind: "report", text: "a report")
            try await trial.store.perform([.order(order.changed(to: .submitting))])
            let before = try await trial.store.timeline(of: order.id).count
            try await trial.expectConflict { try await trial.store.perform([.timeline(entry), .order(order.changed(to: .failed))]) }
            try trial.expect(try await trial.store.order(order.id)?.state == .submitting, "the late change was made")
            try trial.expect(try await trial.store.timeline(of: order.id).count == before, "the entry beside it was written")
            try await trial.expectConflict { try await trial.store.perform([.order(trial.order("never-placed").changed(to: .failed))]) }
        },
        Check("of fifty changes at once of one version one is made, and the others harm nobody") { trial in
            let order = try await trial.placed(trial.order("application-1"))
            let outcomes = await withTaskGroup(of: Bool?.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        let entry = TimelineEntry(order: order.id, at: trial.now, kind: "update", text: "change \(index)")
                        do {
                            try await trial.store.perform([.timeline(entry), .order(order.changed(to: .requested))])
                            return true
                        } catch { return (error as? StoreError) == .conflict ? false : nil }
                    }
                    group.addTask {
                        do { return try await trial.store.accept(trial.event(), dedupe: "k\(index)").duplicate ? nil : false } catch { return nil }
                    }
                }
                return await group.reduce(into: [Bool?]()) { $0.append($1) }
            }
            try trial.expect(!outcomes.contains(nil), "something threw another error")
            try trial.expect(outcomes.count { $0 == true } == 1, "\(outcomes.count { $0 == true }) changes were made")
            try trial.expect(
                try await trial.store.timeline(of: order.id).count { $0.kind == "update" } == 1,
                "entries of failed changes were written"
            )
            try trial.expect(try await trial.store.events(EventQuery(), PageRequest(limit: 100)).items.count == 50, "events beside them are missing")
        },
        Check("the timeline lists its entries in the order of writing") { trial in
            let order = try await trial.placed(trial.order("application-1"))
            let before = try await trial.store.timeline(of: order.id)
            let entries = (1...3).map {
                TimelineEntry(order: order.id, at: trial.now + .seconds(-$0), kind: "report", text: "report \($0)", details: ["n": .int(Int64($0))])
            }
            try await trial.store.perform(entries.map { .timeline($0) })
            try trial.expect(try await trial.store.timeline(of: order.id) == before + entries, "it is told otherwise")
            try trial.expect(try await trial.store.timeline(of: "ord_none").isEmpty, "an unknown order has one")
        },
    ]
}

/// Invented checks of an order.
private enum SampleChecks {
    static let address = Screening.Check(name: "Address check for Ana Roe", type: "address-check", status: "clear")
    static let education = Screening.Check(name: "Degree of Ana Roe", type: "education", category: "degree", status: "consider")
}
