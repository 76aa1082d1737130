import Screening

extension StoreConformance {
    static let turnarounds = [
        Check("how long screenings took is counted by account and package, with what completed them, and kept") { trial in
            let store = trial.store
            try trial.expect(try await store.turnarounds(of: "zinc-uk") == TurnaroundHistory(), "something is known")
            var expected = TurnaroundHistory()
            for (index, package) in ["pkg_1", "pkg_1", "pkg_2"].enumerated() {
                let spans: [Turnaround.Span: Duration] = [
                    .whole: .seconds(86_400 * (index + 1)), .candidate: .seconds(3600), .state(.inProgress): .seconds(60),
                ]
                let turnaround = Turnaround(account: "zinc-uk", package: package, completedAt: trial.now, spans: spans)
                try await store.perform([.took(turnaround)])
                for (span, duration) in spans { expected.add(1, of: package, span, bucket: DurationHistogram.bucket(of: duration)) }
            }
            let other = Turnaround(account: "zinc-eu", package: "pkg_1", completedAt: trial.now, spans: [.whole: .seconds(5)])
            try await store.perform([.took(other)])
            let counted = try await store.turnarounds(of: "zinc-uk")
            try trial.expect(counted == expected, "got \(counted)")
            // What is not written counts for nothing.
            try await trial.expectConflict {
                try await store.perform([.took(other), .expect(run: "run_none", in: .done)])
            }
            var one = TurnaroundHistory()
            one.add(1, of: "pkg_1", .whole, bucket: DurationHistogram.bucket(of: .seconds(5)))
            try trial.expect(try await store.turnarounds(of: "zinc-eu") == one, "what was not written is counted")
            await store.close()
            let again = try await trial.reopen()
            let kept = try await again.turnarounds(of: "zinc-uk")
            await again.close()
            try trial.expect(kept == expected, "after it was opened again: \(kept)")
        },
        Check("what is older than a year counts no more") { trial in
            let turnaround = Turnaround(account: "zinc-uk", package: "pkg_1", completedAt: trial.now, spans: [.whole: .seconds(60)])
            try await trial.store.perform([.took(turnaround)])
            trial.clock.advance(by: .seconds(400 * 86_400))
            try trial.expect(try await trial.store.turnarounds(of: "zinc-uk") == TurnaroundHistory(), "it counts")
        },
        Check("where work stands is said of many at once, and how much goes before it") { trial in
            let store = trial.store
            let reads = ["a", "b", "c", "d"].map { Work.read(order: $0) }
            var due = trial.now
            for read in reads {
                try await store.perform([.queue(QueuedWork(read, account: "zinc-uk", due: due))])
                due = due + .seconds(1)
            }
            let urgent = Work.read(order: "e")
            try await store.perform([.queue(QueuedWork(urgent, account: "zinc-uk", due: due, priority: 0))])
            try await store.perform([.queue(QueuedWork(.read(order: "f"), account: "zinc-eu", due: trial.now))])
            let places = try await store.places(of: reads + [urgent, .read(order: "none")])
            try trial.expect(places.count == 5, "\(places.count) are known")
            try trial.expect(places[reads[1]] == WorkPlace(due: trial.now + .seconds(1), attempts: 0, isHeld: false), "got \(places)")
            trial.clock.advance(by: .seconds(10))
            try trial.expect(try await store.ahead(of: reads[0], limit: 100) == 1, "before the first goes what is more urgent")
            try trial.expect(try await store.ahead(of: reads[3], limit: 100) == 4, "before the last go all others of its account")
            try trial.expect(try await store.ahead(of: reads[3], limit: 2) == 2, "no more are counted than were asked for")
            try trial.expect(try await store.ahead(of: urgent, limit: 100) == 0, "nothing goes before the most urgent")
            try trial.expect(try await store.ahead(of: .read(order: "none"), limit: 100) == nil, "what is not queued has a place")
            let claims = try await store.claim(ClaimRequest(owner: "one", limit: 1, kinds: [.read], account: "zinc-uk"))
            let held = try trial.unwrap(claims.first?.work, "nothing was claimed")
            let place = try await store.places(of: [held])[held]
            try trial.expect(place?.isHeld == true && place?.attempts == 1, "got \(String(describing: place)) of what is being done")
        },
        Check("an order's time by party, and since when it is in its state, are kept") { trial in
            let placed = try await trial.placed(trial.order("application-1"))
            var next = placed.changed(to: .awaitingCandidate)
            next.time.pass(to: .candidate, at: trial.now + .seconds(90))
            next.record.stateSince = trial.now + .seconds(90)
            next.record.spent = [.requested: 10_000, .inProgress: 1]
            next.record.sentAt = trial.now + .seconds(80)
            try await trial.store.perform([.order(next)])
            let stored = try trial.unwrap(try await trial.store.order(placed.id), "it is gone")
            try trial.expect(stored.time == next.time && stored.record == next.record, "got \(stored.time) and \(stored.record)")
            let json = stored.timeJSON(at: trial.now + .seconds(100))
            try trial.expect(json == ["us": 90, "candidate": 10, "provider": 0, "recruiter": 0], "got \(json)")
        },
    ]
}
