import Screening

extension StoreConformance {
    static let intake = [
        Check("an accepted event is stored whole and its work queued") { trial in
            let event = trial.event(body: Array(0...255))
            let acceptance = try await trial.store.accept(event, dedupe: "a")
            try trial.expect(acceptance == Acceptance(event: event.id, duplicate: false), "got \(acceptance)")
            let stored = try trial.unwrap(try await trial.store.event(event.id), "the event is not there")
            try trial.expect(stored.request.value == event.request.value, "what was received came back changed")
            try trial.expect(stored.kind == .ats && stored.connection == "acme" && stored.receivedAt == event.receivedAt, "its columns changed")
            try trial.expect(stored.state == .received && stored.duplicateCount == 0 && stored.runs.isEmpty, "it is not fresh")
            let claims = try await trial.claim()
            try trial.expect(claims.map(\.work) == [.event(event.id)], "queued was \(claims.map(\.work))")
        },
        Check("an event's run is stored and queued with it, and a duplicate's is not") { trial in
            let (event, copy) = (trial.event(), trial.event())
            let (run, other) = (trial.run(event: event.id), trial.run(event: copy.id))
            let first = try await trial.store.accept(event, dedupe: "a", leadingTo: run)
            let again = try await trial.store.accept(copy, dedupe: "a", leadingTo: other)
            try trial.expect(!first.duplicate && again.duplicate && again.event == event.id, "got \(first) and \(again)")
            let claims = try await trial.claim()
            try trial.expect(claims.map(\.work) == [.run(run.id)] && claims.first?.lane == "acme", "queued was \(claims)")
            let stored = try trial.unwrap(try await trial.store.run(run.id), "the run is not there")
            try trial.expect(stored.event == event.id && stored.state == .running && stored.script == run.script, "got \(stored)")
            try trial.expect(stored.input == run.input && stored.createdAt == run.createdAt, "its input came back changed")
            try trial.expect(try await trial.store.event(event.id)?.runs == [run.id], "the event does not name it")
            try trial.expect(try await trial.store.run(other.id) == nil, "a duplicate's run was stored")
        },
        Check("a run that cannot be read ends as a dead letter, and names its event") { trial in
            let event = trial.event()
            let run = trial.run(event: event.id)
            _ = try await trial.store.accept(event, dedupe: nil, leadingTo: run)
            let claim = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            try trial.expect(try await trial.store.event(ofRun: run.id) == event.id, "it does not name its event")
            try trial.expect(try await trial.store.event(ofRun: "run_none") == nil, "a run that is not there names one")
            try await trial.store.commit(claim, Decision(.done, [.event(id: event.id, state: .dead, problem: nil), .unreadable(run: run.id)]))
            let ended = try await trial.store.run(run.id)
            try trial.expect(ended?.state == .dead && ended?.endedAt != nil && ended?.input == run.input, "got \(String(describing: ended))")
            try trial.expect(try await trial.claim().isEmpty, "it is still queued")
        },
        Check("the same delivery again is counted and names the first event") { trial in
            let first = trial.event()
            _ = try await trial.store.accept(first, dedupe: "a")
            let again = try await trial.store.accept(trial.event(), dedupe: "a")
            try trial.expect(again == Acceptance(event: first.id, duplicate: true), "got \(again)")
            _ = try await trial.store.accept(trial.event(), dedupe: "a")
            try trial.expect(try await trial.store.event(first.id)?.duplicateCount == 2, "the count is wrong")
            try trial.expect(try await trial.claim().count == 1, "a duplicate was queued")
        },
        Check("another key, another connection or no key is another event") { trial in
            for (connection, key) in [("acme", "a"), ("acme", "b"), ("other", "a")] as [(String, String?)] + [("acme", nil), ("acme", nil)] {
                let acceptance = try await trial.store.accept(trial.event(connection: connection), dedupe: key.map { DedupeKey($0) })
                try trial.expect(!acceptance.duplicate, "\(connection) \(key ?? "nil") counted as a duplicate")
            }
            try trial.expect(try await trial.store.events(EventQuery(), PageRequest()).items.count == 5, "not all are there")
        },
        Check("a key with a window counts from the first event, and begins anew when that is too old") { trial in
            func accept(after seconds: Int64, within window: Duration? = .seconds(600)) async throws -> Acceptance {
                try await trial.store.accept(trial.event(at: start + .seconds(seconds)), dedupe: DedupeKey("w", within: window))
            }
            let start = trial.now
            let first = try await accept(after: 0)
            for seconds in [1, 300, 600] as [Int64] {
                let again = try await accept(after: seconds)
                try trial.expect(again == Acceptance(event: first.event, duplicate: true), "after \(seconds) s got \(again)")
            }
            let second = try await accept(after: 601)
            try trial.expect(!second.duplicate && second.event != first.event, "after the window it is still a duplicate")
            let third = try await accept(after: 700)
            try trial.expect(third == Acceptance(event: second.event, duplicate: true), "the newer event does not count: \(third)")
            try trial.expect(try await trial.store.event(first.event)?.duplicateCount == 3, "the first event's count is wrong")
            let later = try await accept(after: 1400)
            for event in [second.event, later.event] {
                let first = try await trial.store.event(event)?.firstReceivedAt
                try trial.expect(first == start, "that it was received before is forgotten: \(String(describing: first))")
            }
            let endless = try await accept(after: 5000, within: nil)
            try trial.expect(endless == Acceptance(event: later.event, duplicate: true), "without a window got \(endless)")
        },
        Check("fifty deliveries at once with one key make one event") { trial in
            let acceptances = try await withThrowingTaskGroup(of: Acceptance.self) { group in
                for _ in 0..<50 { group.addTask { try await trial.store.accept(trial.event(), dedupe: "storm") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try trial.expect(Set(acceptances.map(\.event)).count == 1, "several events were named")
            try trial.expect(acceptances.count { !$0.duplicate } == 1, "not exactly one was the first")
            let events = try await trial.store.events(EventQuery(), PageRequest()).items
            try trial.expect(events.count == 1 && events[0].duplicateCount == 49, "\(events.count) events, \(events.map(\.duplicateCount))")
        },
        Check("an event about an order is queued under the order's concurrency key") { trial in
            let order = try await trial.placed(trial.order("application-1"))
            for _ in 0..<2 { _ = try await trial.store.accept(trial.event(kind: .webhook, order: order.id), dedupe: nil) }
            try trial.expect(try await trial.claim().count == 1, "both events of one order were claimed at once")
        },
        Check("an event of an unknown connection is kept") { trial in
            let event = trial.event(kind: .webhook, connection: nil, account: "zinc-uk")
            _ = try await trial.store.accept(event, dedupe: "x")
            let stored = try trial.unwrap(try await trial.store.event(event.id), "the event is not there")
            try trial.expect(stored.connection == nil && stored.account == "zinc-uk" && stored.order == nil, "its columns changed")
        },
        Check("a recorded event is not queued and keeps its state") { trial in
            let order = try await trial.store.place(trial.order("application-1")).order
            try await trial.store.perform([.unqueue(.submit(order: order.id))])
            var event = trial.event(kind: .poll, account: "zinc-uk", order: order.id)
            event.state = .done
            try await trial.store.perform([.record(event)])
            try trial.expect(try await trial.store.event(event.id)?.state == .done, "it is not there as it was")
            try trial.expect(try await trial.claim().isEmpty, "it was queued")
        },
        Check("of an order that was erased meanwhile no event is recorded, and all else of the transaction is written") { trial in
            let order = try await trial.store.place(trial.order("application-1")).order
            let own = trial.event()
            _ = try await trial.store.accept(own, dedupe: nil)
            _ = try await trial.store.erase(.order(order.id), as: trial.id(.erasure), window: .seconds(60), by: .system, note: nil)
            let copy = trial.event(kind: .webhook, account: "zinc-uk", order: order.id, body: Array(#"{"email": "ana@example.test"}"#.utf8))
            let work = QueuedWork(.event(copy.id), concurrencyKey: copy.concurrencyKey, connection: "acme", due: trial.now)
            try await trial.store.perform([.event(id: own.id, state: .done, problem: nil), .record(copy), .queue(work)])
            try trial.expect(try await trial.store.event(copy.id) == nil, "it was recorded")
            try trial.expect(try await trial.store.records(of: .email(Personal("ana@example.test")))?.isEmpty == true, "it is found")
            try trial.expect(try await trial.store.event(own.id)?.state == .done, "nothing else was written")
            try trial.expect(try await trial.store.load(.event(copy.id)).event == nil, "its work finds something")
        },
        Check("an event's state, problem and runs are shown") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            let problem = Problem(code: "no_route", message: "nothing there", at: trial.now)
            let (first, second) = (trial.run(event: event.id), trial.run(event: event.id))
            try await trial.store.perform([.run(second), .run(first), .run(trial.run()), .event(id: event.id, state: .dead, problem: problem)])
            let stored = try trial.unwrap(try await trial.store.event(event.id), "the event is not there")
            try trial.expect(stored.state == .dead && stored.problem == problem, "state or problem is wrong")
            try trial.expect(stored.runs == [first.id, second.id].sorted(), "its runs are \(stored.runs)")
            try await trial.store.perform([.event(id: event.id, state: .done, problem: nil)])
            try trial.expect(try await trial.store.event(event.id)?.problem == nil, "the problem stayed")
        },
    ]
}
