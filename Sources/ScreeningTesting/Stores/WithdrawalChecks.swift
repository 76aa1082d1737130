import Screening

extension StoreConformance {
    static let withdrawals = [
        Check("a withdrawal keeps what was asked for before it from being ordered, and nothing else") { trial in
            let at = trial.now
            func asked(_ seconds: Int?, received: Int = 60) -> Occurrence {
                Occurrence(occurredAt: seconds.map { at + .seconds($0) }, receivedAt: at + .seconds(received))
            }
            try await trial.withdraw("a", asked(0, received: 0))
            for earlier in [asked(-1), asked(0), asked(nil, received: -1), asked(nil)] {
                try await trial.expectConflict { _ = try await trial.place("a", asked: earlier) }
            }
            try trial.expect(try await trial.store.order(connection: "acme", externalID: "a") == nil, "an order was placed all the same")
            try trial.expect(try await trial.place("b", asked: asked(-1))?.externalID == "b", "another external id was kept back")
            try trial.expect(try await trial.place("a", connection: "other", asked: asked(-1)) != nil, "another connection was kept back")
            try trial.expect(try await trial.place("a", asked: asked(1))?.externalID == "a", "a later request was not ordered")
        },
        Check("a request without a source, and the API, order whatever was withdrawn") { trial in
            for name in ["a", "b"] { try await trial.withdraw(name, Occurrence(occurredAt: trial.now, receivedAt: trial.now)) }
            try trial.expect(try await trial.place("a", asked: nil) != nil, "the run's order was kept back")
            try trial.expect(try await trial.store.place(trial.order("b")).isNew, "the API's order was kept back")
        },
        Check("the latest withdrawal is kept, and one without a time makes the others' times uncertain") { trial in
            func withdrawal() async throws -> Occurrence? { try await trial.store.withdrawal(connection: "acme", externalID: "a") }
            func at(_ seconds: Int) -> Timestamp { trial.now + .seconds(seconds) }
            try trial.expect(try await withdrawal() == nil, "there is one already")
            try await trial.withdraw("a", Occurrence(occurredAt: at(5), receivedAt: at(6)))
            try await trial.withdraw("a", Occurrence(occurredAt: at(1), receivedAt: at(7)))
            try trial.expect(try await withdrawal() == Occurrence(occurredAt: at(5), receivedAt: at(7)), "an older one took its place")
            try await trial.withdraw("a", Occurrence(occurredAt: nil, receivedAt: at(8)))
            try trial.expect(try await withdrawal() == Occurrence(occurredAt: nil, receivedAt: at(8)), "the time that is not known was not forgotten")
            try await trial.store.perform([.forgetWithdrawal(connection: "acme", externalID: "a")])
            try trial.expect(try await withdrawal() == nil, "it was not forgotten")
        },
        Check("of a withdrawal and an older request at the same time, one sees the other") { trial in
            for round in 0..<20 {
                let name = "race \(round)"
                async let placing = { () -> Order? in
                    do {
                        return try await trial.place(name, asked: Occurrence(occurredAt: trial.now + .seconds(-1), receivedAt: trial.now))
                    } catch StoreError.conflict { return nil }
                }()
                async let withdrawing = { () -> Order? in
                    try await trial.withdraw(name, Occurrence(occurredAt: trial.now, receivedAt: trial.now))
                    return try await trial.store.order(connection: "acme", externalID: name)
                }()
                let (placed, found) = (try await placing, try await withdrawing)
                try trial.expect(placed == nil || found?.id == placed?.id, "an order was placed that the withdrawal did not find")
            }
        },
        Check("when an order was last asked for is known by its events") { trial in
            let event = trial.event(occurredAt: trial.now + .seconds(-30))
            let later = trial.event(occurredAt: trial.now + .seconds(-10))
            for event in [event, later] { _ = try await trial.store.accept(event, dedupe: nil) }
            let order = try trial.unwrap(try await trial.place("a", event: event.id, asked: nil), "nothing was placed")
            try trial.expect(try await trial.store.asked(for: order.id).map(\.occurredAt) == [event.occurredAt], "the time is another")
            _ = try await trial.place("a", event: later.id, asked: nil)
            try trial.expect(
                Set(try await trial.store.asked(for: order.id).map(\.occurredAt)) == [event.occurredAt, later.occurredAt],
                "a later request does not count"
            )
            try trial.expect(
                try await trial.store.asked(for: try await trial.store.place(trial.order("b")).order.id).isEmpty,
                "the API has a time"
            )
        },
        Check("a request that is received again after its duplicates' time was asked for when it first came") { trial in
            let (first, again) = (trial.event(), trial.event(at: trial.now + .seconds(20)))
            for event in [first, again] {
                let accepted = try await trial.store.accept(event, dedupe: DedupeKey("the same", within: .seconds(10)))
                try trial.expect(!accepted.duplicate, "it counts as a duplicate")
            }
            let order = try trial.unwrap(try await trial.place("a", event: first.id, asked: nil), "nothing was placed")
            _ = try await trial.place("a", event: again.id, asked: nil)
            let asked = try await trial.store.asked(for: order.id)
            try trial.expect(asked.count == 2 && Set(asked.map(\.receivedAt)) == [first.receivedAt], "it was asked for again: \(asked)")
        },
    ]

    static let updates = [
        Check("what the ATS knows of an order is what it was told last, and the first that it is not told") { trial in
            let order = try await trial.placed(trial.order("a"))
            func update(_ state: OrderState, _ runState: Run.State) -> Run {
                var run = trial.run(hook: "on_update", order: order.id, state: runState)
                run = Run(
                    id: run.id,
                    connection: run.connection,
                    plugin: run.plugin,
                    pluginVersion: run.pluginVersion,
                    script: run.script,
                    hook: run.hook,
                    event: nil,
                    order: order.id,
                    input: .update(Personal(["order": ["state": .string(state.rawValue)]])),
                    state: runState,
                    createdAt: trial.now
                )
                return run
            }
            let runs = [
                update(.requested, .done), update(.awaitingCandidate, .dead), update(.inProgress, .skipped), update(.paused, .queued),
            ]
            for run in runs { try await trial.store.perform([.run(run)]) }
            func known() async throws -> (told: Run?, pending: Run?)? { try await trial.store.updates(of: [order.id, "ord_other"])[order.id] }
            var status = try await known()
            try trial.expect(status?.told?.id == runs[0].id && status?.pending?.id == runs[1].id, "told or pending is another")
            try trial.expect(try await trial.store.laterUpdateTold(than: runs[1].id) == nil, "a later one counts as told")
            var last = runs[3]
            last.state = .done
            try await trial.store.perform([.run(last)])
            status = try await known()
            try trial.expect(status?.told?.id == last.id && status?.pending == nil, "an older update is pending after a later one was told")
            for run in runs.prefix(3) {
                try trial.expect(try await trial.store.laterUpdateTold(than: run.id) == last.id, "the later one is not found")
            }
            try trial.expect(try await trial.store.laterUpdateTold(than: last.id) == nil, "the last has a later one")
            try trial.expect(try await trial.store.updates(of: ["ord_other"]).isEmpty, "an order without updates has some")
        },
        Check("runs that were skipped or rejected are counted by connection and kind") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            try await trial.store.perform([
                .run(trial.run(event: event.id, state: .skipped)), .run(trial.run(event: event.id, state: .rejected)),
                .run(trial.run(hook: "POST /start", event: event.id, state: .rejected)), .run(trial.run(event: event.id, state: .done)),
            ])
            let counts = try await trial.store.counts().setAside
            let expected: [Counts.Ended: Int] = [
                Counts.Ended(connection: "acme", kind: "event", state: "skipped"): 1,
                Counts.Ended(connection: "acme", kind: "event", state: "rejected"): 1,
                Counts.Ended(connection: "acme", kind: "route", state: "rejected"): 1,
            ]
            try trial.expect(counts == expected, "counted were \(counts)")
        },
    ]
}

extension StoreTrial {
    func withdraw(_ externalID: String, _ occurrence: Occurrence) async throws {
        let event = event()
        let run = run(event: event.id)
        _ = try await store.accept(event, dedupe: nil)
        try await store.perform([.run(run)])
        _ = try await store.remember([], of: run.id, doing: .withdraw(connection: "acme", externalID: externalID, occurrence))
    }

    /// Places as a run does.
    fileprivate func place(_ externalID: String, connection: String = "acme", event given: String? = nil, asked: Occurrence?) async throws -> Order? {
        let event = event()
        if given == nil { _ = try await store.accept(event, dedupe: nil) }
        let run = run(event: given ?? event.id)
        try await store.perform([.run(run)])
        return try await store.remember([], of: run.id, doing: .place(order(externalID, connection: connection), asked: asked) { _ in .null })
    }
}
