import Screening

extension StoreConformance {
    static let stepping = [
        Check("steps are remembered by number and replaced by number") { trial in
            var step = Step(number: 2, kind: "http", requestHash: "h2", request: ["url": "https://ats.example.test"], at: trial.now)
            let run = try await trial.stored(trial.run()).id
            let first = Step(number: 1, kind: "now", requestHash: "h1", request: .null, reply: nil, at: trial.now, milliseconds: 0)
            try await trial.store.remember([step, first], of: run, doing: nil)
            try trial.expect(try await trial.store.steps(of: run) == [first, step], "they came back otherwise")
            step.reply = Personal(["status": 503])
            step.repeatable = true
            step.attempts = 2
            step.milliseconds = 12
            step.place = Step.Place(script: "acme/main.lua", line: 7)
            try await trial.store.remember([step], of: run, doing: nil)
            try trial.expect(try await trial.store.steps(of: run) == [first, step], "the answer is not remembered")
            try trial.expect(try await trial.store.steps(of: "run_2").isEmpty, "another run has steps")
        },
        Check("of a run's steps those are read whole that fit, and each can be read by itself") { trial in
            let large: JSON = .string(String(repeating: "x", count: 5000))
            let steps = (1...4).map { number in
                Step(number: number, kind: "http", requestHash: "h", request: [:], reply: number == 2 ? large : "small", at: trial.now)
            }
            let run = try await trial.stored(trial.run()).id
            try await trial.store.remember(steps, of: run, doing: nil)
            let none = try await trial.store.steps(of: run, within: 0)
            try trial.expect(none.map(\.number) == [1, 2, 3, 4] && none.allSatisfy { $0.step == nil }, "a step was read")
            try trial.expect(none[1].size > 5000 && none[0].size < 1000, "the sizes are wrong")
            let some = try await trial.store.steps(of: run, within: 3000)
            try trial.expect(some.map(\.step) == [steps[0], nil, steps[2], steps[3]], "others were read")
            try trial.expect(try await trial.store.step(2, of: run) == steps[1], "the large one came back otherwise")
            let missing = try await trial.store.step(9, of: run)
            try trial.expect(missing == nil, "a step that is not there")
        },
        Check("a reply of null is not a missing reply") { trial in
            let run = try await trial.stored(trial.run()).id
            let step = Step(number: 1, kind: "kv.get", requestHash: "h", request: ["key": "a"], reply: .null, at: trial.now)
            try await trial.store.remember([step], of: run, doing: nil)
            try trial.expect(try await trial.store.steps(of: run).first?.reply == Personal(.null), "null was lost")
        },
        Check("a step that places an order is remembered with the order that stands") { trial in
            let step = Step(number: 1, kind: "orders.place", requestHash: "h", request: ["external_id": "application-1"], at: trial.now)
            let runs = [try await trial.stored(trial.run()).id, try await trial.stored(trial.run()).id]
            let first = trial.order("application-1")
            let reply: @Sendable (Order) -> JSON = { ["id": .string($0.id)] }
            let placed = try await trial.store.remember([step], of: runs[0], doing: .place(first, reply: reply))
            try trial.expect(placed?.id == first.id, "another order came back")
            try trial.expect(placed?.causedBy == Order.Cause(event: nil, run: runs[0]), "it does not say what made it")
            let again = try await trial.store.remember([step], of: runs[1], doing: .place(trial.order("application-1"), reply: reply))
            try trial.expect(again == placed, "the second step placed another order, or changed what made it")
            for run in runs {
                let kept = try await trial.store.steps(of: run).first?.reply?.value
                try trial.expect(kept == ["id": .string(first.id)], "\(run) remembers another reply")
            }
            try trial.expect(try await trial.claim().count == 1, "not exactly one submission is queued")
        },
        Check("an order knows the event and run that made it, and the event its orders") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            let (first, second) = (trial.run(event: event.id), trial.run(event: event.id))
            try await trial.store.perform([.run(first), .run(second)])
            let step = Step(number: 1, kind: "orders.place", requestHash: "h", request: [:], at: trial.now)
            var ids: [String] = []
            for (run, name) in [(first, "application-1"), (second, "application-1"), (second, "application-2")] {
                let order = try await trial.store.remember([step], of: run.id, doing: .place(trial.order(name)) { _ in [:] })
                if let order { ids.append(order.id) }
            }
            let stored = try trial.unwrap(try await trial.store.order(ids[0]), "the order is not there")
            try trial.expect(stored.causedBy == Order.Cause(event: event.id, run: first.id), "it was made by \(String(describing: stored.causedBy))")
            try trial.expect(try await trial.store.event(event.id)?.orders == Set(ids).sorted(), "the event names other orders")
            let alone = try await trial.store.place(trial.order("application-3")).order
            try trial.expect(alone.causedBy == nil, "an order that no script placed names a cause")
        },
        Check("an event names the orders that its run found or had cancelled, and did not ask for them") { trial in
            let (asking, later) = (trial.event(), trial.event())
            for event in [asking, later] { _ = try await trial.store.accept(event, dedupe: nil) }
            let (first, second) = (trial.run(event: asking.id), trial.run(event: later.id))
            try await trial.store.perform([.run(first), .run(second)])
            func place(_ name: String, _ run: Run) async throws -> String {
                try await trial.store.remember([], of: run.id, doing: .place(trial.order(name)) { _ in [:] })?.id ?? ""
            }
            let (found, cancelled, untouched) = (try await place("a", first), try await place("b", first), try await place("c", first))
            func step(_ number: Int, _ kind: String, _ request: JSON, _ reply: JSON?) -> Step {
                Step(number: number, kind: kind, requestHash: "h", request: request, reply: reply, at: trial.now)
            }
            let steps = [
                step(1, "orders.find", ["external_id": "a"], ["value": ["id": .string(found)]]),
                step(2, "orders.cancel", ["id": .string(cancelled)], ["value": ["cancelled": true]]),
                step(3, "orders.cancel", ["id": .string(untouched)], nil), step(4, "orders.find", ["external_id": "d"], ["value": .null]),
            ]
            try await trial.store.remember(steps, of: second.id, doing: nil)
            try trial.expect(try await trial.store.event(later.id)?.orders == [found, cancelled].sorted(), "it names other orders")
            try trial.expect(try await trial.store.order(found)?.causedBy?.run == first.id, "what made the order is another")
            try trial.expect(try await trial.store.asked(for: found).count == 1, "finding it counts as asking for it")
            _ = try await place("a", second)
            try trial.expect(try await trial.store.asked(for: found).count == 2, "asking for what was found before does not count")
        },
        Check("a step that fails to do its effect is not remembered") { trial in
            let step = Step(number: 1, kind: "orders.place", requestHash: "h", request: [:], at: trial.now)
            let order = try await trial.store.place(trial.order("application-1")).order
            let clash = Order(
                id: order.id,
                connection: order.connection,
                account: order.account,
                provider: order.provider,
                externalID: "application-2",
                package: order.package,
                candidate: order.candidate,
                metadata: [:],
                callbackToken: Secret("another"),
                createdAt: trial.now,
                updatedAt: trial.now
            )
            let run = try await trial.stored(trial.run()).id
            try await trial.expectConflict { try await trial.store.remember([step], of: run, doing: .place(clash) { _ in [:] }) }
            try trial.expect(try await trial.store.steps(of: run).isEmpty, "the step was remembered")
        },
        Check("what belongs to an event, order or run that is not there is a conflict, and nothing of it is written") { trial in
            let step = Step(number: 1, kind: "now", requestHash: "h", request: .null, at: trial.now)
            try await trial.expectConflict { try await trial.store.remember([step], of: "run_gone", doing: nil) }
            try trial.expect(try await trial.store.steps(of: "run_gone").isEmpty, "the step was remembered")
            for run in [trial.run(event: "evt_gone"), trial.run(order: "ord_gone")] {
                try await trial.expectConflict { try await trial.store.perform([.run(run)]) }
                try trial.expect(try await trial.store.run(run.id) == nil, "the run was written")
            }
            let entry = TimelineEntry(order: "ord_gone", at: trial.now, kind: "note", text: "tea")
            try await trial.expectConflict { try await trial.store.perform([.timeline(entry)]) }
            let problem = Problem(code: "unreadable", message: "gone", at: trial.now)
            try await trial.expectConflict { try await trial.store.perform([.event(id: "evt_gone", state: .dead, problem: problem)]) }
        },
        Check("values are kept per connection until they expire or are deleted") { trial in
            let step = Step(number: 1, kind: "kv.set", requestHash: "h", request: ["key": "a"], at: trial.now)
            let value: JSON = ["name": "Ana", "n": 1]
            let expires = trial.now + .seconds(10)
            let run = try await trial.stored(trial.run()).id
            try await trial.store.remember([step], of: run, doing: .value(connection: "acme", key: "a", value, expires: nil))
            try await trial.store.remember([step], of: run, doing: .value(connection: "acme", key: "b", value, expires: expires))
            try trial.expect(try await trial.store.value(connection: "acme", key: "a") == value, "the value is not there")
            try trial.expect(try await trial.store.value(connection: "other", key: "a") == nil, "another connection sees it")
            try trial.expect(try await trial.store.value(connection: "acme", key: "b") == value, "the second value is not there")
            trial.clock.advance(by: .seconds(10))
            try trial.expect(try await trial.store.value(connection: "acme", key: "b") == nil, "it did not expire")
            try await trial.store.remember([step], of: run, doing: .value(connection: "acme", key: "a", 2, expires: nil))
            try trial.expect(try await trial.store.value(connection: "acme", key: "a") == 2, "it was not replaced")
            try await trial.store.remember([step], of: run, doing: .value(connection: "acme", key: "a", nil, expires: nil))
            try trial.expect(try await trial.store.value(connection: "acme", key: "a") == nil, "it was not deleted")
        },
    ]
}
