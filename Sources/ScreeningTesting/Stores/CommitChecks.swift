import Screening

extension StoreConformance {
    static let committing = [
        Check("a decision's effects are written with the disposition of the work") { trial in
            let order = try await trial.placed(trial.order("application-1"))
            try await trial.store.perform([.queue(trial.work("w"))])
            let claim = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            let run = trial.run(order: order.id)
            let entry = TimelineEntry(
                order: order.id,
                at: trial.now,
                kind: "update",
                text: "an update",
                actor: .token(id: "tok_1", name: "Ana Roe"),
                note: Personal("as agreed by telephone")
            )
            let effects: [Effect] = [
                .order(order.changed(to: .requested)), .timeline(entry), .run(run),
                .queue(QueuedWork(.run(run.id), concurrencyKey: QueuedWork.concurrencyKey(updatesOf: order.id), due: trial.now)),
            ]
            try await trial.store.commit(claim, Decision(.done, effects))
            try trial.expect(try await trial.store.order(order.id)?.state == .requested, "the order did not change")
            try trial.expect(try await trial.store.timeline(of: order.id).last == entry, "the entry is missing")
            try trial.expect(try await trial.store.run(run.id)?.state == .queued, "the run is missing")
            try trial.expect(try await trial.claim().map(\.work) == [.run(run.id)], "the queue is another")
        },
        Check("a decision about a lost claim or an older order writes nothing") { trial in
            let order = try await trial.placed(trial.order("application-1"))
            try await trial.store.perform([.queue(trial.work("w"))])
            let claim = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            let run = trial.run()
            try await trial.store.perform([.order(order.changed(to: .requested))])
            try await trial.expectConflict {
                try await trial.store.commit(claim, Decision(.done, [.run(run), .order(order.changed(to: .failed))]))
            }
            try trial.expect(try await trial.store.run(run.id) == nil, "the run was written")
            try trial.expect(try await trial.store.renew([claim], lease: .seconds(30)).count == 1, "the claim was lost with it")
            try await trial.store.commit(claim, Decision(.done))
            try await trial.expectConflict { try await trial.store.commit(claim, Decision(.done, [.run(run)])) }
            try trial.expect(try await trial.store.run(run.id) == nil, "the run was written by a lost claim")
        },
        Check("what expects an event or a run in another state than it is in writes nothing") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            let run = trial.run(event: event.id)
            let step = Step(number: 1, kind: "http", requestHash: "h", request: [:], at: trial.now)
            try await trial.store.perform([.run(run), .steps([step], of: run.id), .event(id: event.id, state: .dead, problem: nil)])
            let replay: [Effect] = [.expect(event: event.id, in: .dead), .event(id: event.id, state: .received, problem: nil)]
            try await trial.store.perform(replay)
            try await trial.expectConflict { try await trial.store.perform(replay) }
            var ended = run
            ended.state = .discarded
            var freed = step
            freed.repeatable = true
            try await trial.expectConflict {
                try await trial.store.perform([
                    .steps([freed], of: run.id), .run(ended), .event(id: event.id, state: .done, problem: nil), .expect(event: event.id, in: .dead),
                ])
            }
            try await trial.expectConflict { try await trial.store.perform([.run(ended), .expect(run: run.id, in: .dead)]) }
            try await trial.expectConflict { try await trial.store.perform([.run(ended), .expect(event: "evt_nowhere", in: .dead)]) }
            try trial.expect(try await trial.store.run(run.id)?.state == .queued, "the run was written")
            try trial.expect(try await trial.store.event(event.id)?.state == .received, "the event was written")
            try trial.expect(try await trial.store.steps(of: run.id) == [step], "the step was written")
            try await trial.store.perform([.expect(event: event.id, in: .received), .expect(run: run.id, in: .queued), .steps([freed], of: run.id)])
            try trial.expect(try await trial.store.steps(of: run.id) == [freed], "what was expected was not written")
        },
        Check("of two that expect an event in the same state and change it one is in time") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            let store = trial.store
            let inTime = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do {
                            try await store.perform([
                                .expect(event: event.id, in: .received), .event(id: event.id, state: .working, problem: nil),
                            ])
                            return true
                        } catch { return false }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try trial.expect(inTime == 1, "\(inTime) were")
        },
        Check("a run's new state replaces the old and leaves its input") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            var run = try await trial.stored(trial.run(event: event.id))
            run.state = .rejected
            run.attempt = 2
            run.result = Personal(["kind": "rejected", "reason": "no phone"])
            run.fail(RunFailure("connection_failed", "the ATS does not answer"), attempt: 1, at: trial.now)
            run.fail(RunFailure("script_error", "no phone", script: "webhook/main.lua", line: 7), attempt: 2, at: trial.now)
            run.scriptErrors = 1
            run.interruptions = 2
            run.logs = [["level": "info", "message": "hello"]]
            run.endedAt = trial.now + .seconds(1)
            run.nextAttemptAt = trial.now + .seconds(2)
            try await trial.store.perform([.run(run)])
            let stored = try trial.unwrap(try await trial.store.run(run.id), "the run is not there")
            try trial.expect(stored.json == run.json && stored.input == run.input && stored.result == run.result, "it came back changed")
            try trial.expect(stored.lastFailure == run.lastFailure && stored.earlierFailures == run.earlierFailures, "its failures came back changed")
            try trial.expect(stored.scriptErrors == 1 && stored.interruptions == 2, "its counts came back changed")
        },
    ]

    static let queueing = [
        Check("queued work that is queued again moves to the earlier time") { trial in
            try await trial.store.perform([.queue(trial.work("w", due: trial.now + .seconds(60)))])
            try await trial.store.perform([.queue(trial.work("w", due: trial.now + .seconds(90)))])
            try trial.expect(try await trial.store.due(.run("w")) == trial.now + .seconds(60), "it moved to the later time")
            try await trial.store.perform([.queue(trial.work("w", due: trial.now + .seconds(30)))])
            try trial.expect(try await trial.store.due(.run("w")) == trial.now + .seconds(30), "it did not move to the earlier time")
            try trial.expect(try await trial.store.load().queued == [.run: 1], "it is queued more than once")
        },
        Check("work that is queued while somebody does it is done once more") { trial in
            try await trial.store.perform([.queue(trial.work("w"))])
            var claim = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            try await trial.store.perform([.queue(trial.work("w", due: trial.now + .seconds(5)))])
            try trial.expect(try await trial.claim(owner: "two").isEmpty, "held work was claimed")
            try await trial.store.commit(claim, Decision(.done))
            try trial.expect(try await trial.store.due(.run("w")) == trial.now + .seconds(5), "the wake-up was lost")
            trial.clock.advance(by: .seconds(5))
            claim = try trial.unwrap(try await trial.claim().first, "it did not come once more")
            try trial.expect(claim.attempt == 1, "its attempts were not counted anew")
            try await trial.store.perform([.queue(trial.work("w", due: trial.now + .seconds(1)))])
            try await trial.store.commit(claim, Decision(.again(at: trial.now + .seconds(60), spent: true)))
            try trial.expect(try await trial.store.due(.run("w")) == trial.now + .seconds(1), "it waits longer than somebody asked")
        },
        Check("a decision may queue its own work anew") { trial in
            try await trial.store.perform([.queue(trial.work("w"))])
            let claim = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            try await trial.store.commit(claim, Decision(.done, [.queue(trial.work("w", due: trial.now + .seconds(60), priority: 9))]))
            try trial.expect(try await trial.store.due(.run("w")) == trial.now + .seconds(60), "it is not queued")
        },
        Check("work that is not needed leaves the queue, unless it is held") { trial in
            try await trial.store.perform([.queue(trial.work("a")), .queue(trial.work("b"))])
            let claim = try trial.unwrap(try await trial.claim(1).first, "nothing was claimed")
            try await trial.store.perform([.unqueue(.run("a")), .unqueue(.run("b")), .unqueue(.run("never queued"))])
            try trial.expect(try await trial.store.renew([claim], lease: .seconds(9)).count == 1, "held work was taken away")
            try trial.expect(try await trial.claim().isEmpty, "the other stayed")
            try trial.expect(try await trial.store.due(.run("b")) == nil, "it is still due")
        },
        Check("the counts cover orders, runs and events by connection and state, and leave out what ended well") { trial in
            try trial.expect(try await trial.store.counts() == Counts(), "nothing is counted as something")
            let orders = try await trial.fill(12)
            var expected = Counts()
            for order in orders { expected.orders[Counts.Group(connection: order.connection, state: order.state.rawValue), default: 0] += 1 }
            let counts = try await trial.store.counts()
            try trial.expect(counts.orders == expected.orders, "the orders are \(counts.orders)")
            try trial.expect(counts.runs.isEmpty && counts.events.isEmpty, "something else is counted")
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            let connection = event.connection ?? ""
            try trial.expect(
                try await trial.store.counts().events == [Counts.Group(connection: connection, state: "received"): 1],
                "the event is not counted"
            )
            try await trial.store.perform([.event(id: event.id, state: .done, problem: nil)])
            try trial.expect(try await trial.store.counts().events.isEmpty, "a done event is counted")
        },
        Check("the counts tell the failed orders apart about which nothing is to be done, until they change again") { trial in
            var order = try await trial.store.place(trial.order("application-1")).order
            func change(_ kind: String) async throws -> [Counts.Group: Int] {
                trial.clock.advance(by: .seconds(1))
                order.version += 1
                order.status.state = .failed
                order.updatedAt = trial.now
                let entry = TimelineEntry(order: order.id, at: trial.now, kind: kind, text: kind)
                try await trial.store.perform([.order(order), .timeline(entry)])
                return try await trial.store.counts().discarded
            }
            try trial.expect(try await change("problem").isEmpty, "one that nobody discarded is counted")
            let expected = [Counts.Group(connection: order.connection, state: "failed"): 1]
            try trial.expect(try await change("discarded") == expected, "the discarded one is not counted")
            try trial.expect(try await change("problem").isEmpty, "one that has changed since is counted")
        },
        Check("the load counts what is queued and dates what waits") { trial in
            var load = try await trial.store.load()
            try trial.expect(load.queued.isEmpty && load.oldestDue == nil, "an empty queue has the load \(load)")
            let due = trial.now + .seconds(-20)
            try await trial.store.perform([
                .queue(trial.work("old", due: due, priority: 1)), .queue(trial.work("new")),
                .queue(trial.work("later", due: trial.now + .seconds(9))),
                .queue(QueuedWork(.read(order: "a"), account: "zinc-uk", due: trial.now)),
            ])
            load = try await trial.store.load()
            try trial.expect(load == QueueLoad(queued: [.run: 3, .read: 1], oldest: [.run: due]), "the load is \(load)")
            _ = try await trial.claim(1)
            load = try await trial.store.load()
            try trial.expect(load.oldestDue == trial.now, "held work counts as waiting")
        },
        Check("wake-ups come after work was queued, and with time") { trial in
            var wakeUps = trial.store.wakeUps(for: [.run]).makeAsyncIterator()
            try await trial.store.perform([.queue(trial.work("w"))])
            await wakeUps.next()
            let claims = try await trial.claim()
            try await trial.store.release(claims)
            await wakeUps.next()
        },
        Check("what comes forward behind finished work wakes those who do it") { trial in
            let submission = QueuedWork(.submit(order: "a"), concurrencyKey: "a", connection: "acme", due: trial.now)
            try await trial.store.perform([.queue(trial.work("w", concurrencyKey: "a")), .queue(submission)])
            let claims = try await trial.claim()
            try trial.expect(claims.map(\.work) == [.run("w")], "what waits behind other work was claimed")
            let wakeUps = trial.store.wakeUps(for: [.submit])
            for claim in claims { try await trial.store.commit(claim, Decision(.done)) }
            try trial.expect(try await trial.claim(kinds: [.submit]).map(\.work) == [.submit(order: "a")], "it did not come forward")
            await trial.store.close()
            var count = 0
            for await _ in wakeUps { count += 1 }
            try trial.expect(count > 0, "nobody was woken")
        },
    ]
}
