import Screening

extension StoreConformance {
    static let groups = [
        Check("an event's time of happening and its group are kept") { trial in
            let happened = trial.now + .seconds(-90)
            let (event, plain) = (trial.event(occurredAt: happened, group: "application 7"), trial.event())
            for event in [event, plain] { _ = try await trial.store.accept(event, dedupe: nil) }
            let stored = try trial.unwrap(try await trial.store.event(event.id), "the event is not there")
            try trial.expect(stored.occurredAt == happened && stored.group?.value == "application 7", "time or group changed")
            let key = try trial.unwrap(stored.concurrencyKey, "it has no concurrency key")
            try trial.expect(!key.contains("7 ") && !key.contains("application"), "the group stands in clear in \(key)")
            let other = try trial.unwrap(try await trial.store.event(plain.id), "the other event is not there")
            try trial.expect(other.occurredAt == nil && other.group == nil && other.concurrencyKey == nil, "the other event got a time or a group")
            let noted = trial.event(occurredAt: happened, group: "application 7")
            try await trial.store.perform([.record(noted)])
            let recorded = try await trial.store.event(noted.id)
            try trial.expect(recorded?.occurredAt == happened && recorded?.concurrencyKey == key, "a recorded event has another key")
            let listed = try await trial.store.events(EventQuery(), PageRequest(limit: 1)).items.first
            try trial.expect(listed?.id == noted.id && listed?.occurredAt == happened, "a list has another time")
        },
        Check("events of one group are worked on one at a time, in the order received") { trial in
            var events: [Event] = []
            for group in ["a", "b", "a", nil, "a"] as [String?] {
                events.append(trial.event(group: group))
                _ = try await trial.store.accept(events[events.count - 1], dedupe: nil)
            }
            let first = try await trial.claim()
            try trial.expect(Set(first.subjects) == [events[0].id, events[1].id, events[3].id], "claimed were \(first.subjects)")
            let held = try trial.unwrap(first.first { $0.work == .event(events[0].id) }, "the first is not there")
            let run = trial.run(event: events[0].id)
            let key = try await trial.store.event(events[0].id)?.concurrencyKey
            try await trial.store.commit(held, Decision(.done, [.run(run), .queue(QueuedWork(.run(run.id), concurrencyKey: key, due: trial.now))]))
            var order: [String] = []
            for _ in 0..<3 {
                let claims = try await trial.claim()
                try trial.expect(claims.count == 1, "claimed at once were \(claims.subjects)")
                order += claims.subjects
                guard let claim = claims.first else { return }
                if case .event(let id) = claim.work {
                    let next = trial.run(event: id)
                    let queued = QueuedWork(.run(next.id), concurrencyKey: key, due: trial.now)
                    try await trial.store.commit(claim, Decision(.done, [.run(next), .queue(queued)]))
                } else {
                    try await trial.store.commit(claim, Decision(.again(at: trial.now + .seconds(60), spent: true)))
                }
            }
            try trial.expect(order == [events[2].id, events[4].id, run.id], "the order was \(order)")
            try trial.expect(try await trial.claim().isEmpty, "a run that waits does not hold up its group")
            try await trial.store.perform([.unqueue(.run(run.id))])
            let next = try await trial.claim()
            try trial.expect(next.count == 1 && next[0].work.kind == .run, "a discarded run still holds up its group")
        },
        Check("the runs of one group are worked on one at a time, in the order in which their events came") { trial in
            var runs: [Run] = []
            for _ in 0..<3 {
                let event = trial.event(group: "a")
                runs.append(trial.run(event: event.id))
                _ = try await trial.store.accept(event, dedupe: nil, leadingTo: runs[runs.count - 1])
            }
            for run in runs {
                let claims = try await trial.claim()
                try trial.expect(claims.map(\.work) == [.run(run.id)], "claimed was \(claims.subjects)")
                try await trial.store.commit(claims[0], Decision(.done))
            }
        },
        Check("events of one group that arrive together keep to one at a time") { trial in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<60 {
                    let event = trial.event(group: "\(number % 3)")
                    group.addTask { _ = try await trial.store.accept(event, dedupe: "\(event.id)") }
                }
                try await group.waitForAll()
            }
            var done = 0
            while true {
                let claims = try await trial.claim()
                if claims.isEmpty { break }
                try trial.expect(claims.count <= 3, "\(claims.count) of three groups were claimed at once")
                for claim in claims { try await trial.store.commit(claim, Decision(.done)) }
                done += claims.count
            }
            try trial.expect(done == 60, "\(done) of 60 were worked on")
        },
        Check("equal groups of two connections do not wait for each other") { trial in
            for connection in ["acme", "other"] { _ = try await trial.store.accept(trial.event(connection: connection, group: "7"), dedupe: nil) }
            try trial.expect(try await trial.claim().count == 2, "one waits for the other")
        },
    ]
}
