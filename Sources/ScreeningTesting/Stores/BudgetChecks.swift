import Screening

extension StoreConformance {
    static let budgets = [
        Check("a budget grants what it has and says when there is more") { trial in
            let whole = try await trial.store.take(20, from: "zinc-uk", perMinute: 30)
            try trial.expect(whole == Grant(count: 20, next: nil), "got \(whole)")
            let rest = try await trial.store.take(20, from: "zinc-uk", perMinute: 30)
            let next = try trial.unwrap(rest.next, "no time for more")
            try trial.expect(rest.count == 10 && next > trial.now, "got \(rest)")
            try trial.expect(try await trial.store.take(1, from: "zinc-uk", perMinute: 30).count == 0, "more was granted")
            try trial.expect(try await trial.store.take(1, from: "zinc-eu", perMinute: 30).count == 1, "another budget is shared")
            trial.clock.set(to: next)
            try trial.expect(try await trial.store.take(1, from: "zinc-uk", perMinute: 30).count == 1, "nothing came at the time it named")
        },
        Check("no sixty seconds, wherever they begin, hold more than a minute's budget, and the budget is used") { trial in
            let random = SeededRandom(11)
            var granted: [(at: Timestamp, count: Int)] = []
            for _ in 0..<400 {
                let count = try await trial.store.take(random.number(in: 1..<12), from: "b", perMinute: 30).count
                granted.append((trial.now, count))
                trial.clock.advance(by: .milliseconds(Int64(random.number(in: 1..<4000))))
            }
            for (index, start) in granted.enumerated() {
                let sum = granted[index...].prefix { $0.at < start.at + .seconds(60) }.reduce(0) { $0 + $1.count }
                try trial.expect(sum <= 30, "\(sum) were granted in the sixty seconds from \(start.at)")
            }
            let minutes = Double((trial.now - granted[0].at).wholeMilliseconds) / 60_000
            let total = granted.reduce(0) { $0 + $1.count }
            try trial.expect(Double(total) >= 30 * (minutes - 1) * 0.9, "only \(total) were granted in \(minutes) minutes")
        },
        Check("many who take at once share one budget") { trial in
            let total = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 { group.addTask { try await trial.store.take(2, from: "b", perMinute: 30).count } }
                return try await group.reduce(0, +)
            }
            try trial.expect(total == 30, "\(total) were granted")
        },
        Check("what was taken of each budget in the last minute is known to all") { trial in
            try trial.expect(try await trial.store.taken(since: trial.now + .seconds(-60)).isEmpty, "something was taken")
            for (count, budget) in [(5, "zinc-uk"), (7, "zinc-uk"), (1, "zinc-eu")] {
                _ = try await trial.store.take(count, from: budget, perMinute: 30)
                trial.clock.advance(by: .seconds(20))
            }
            let taken = try await trial.store.taken(since: trial.now + .seconds(-60))
            try trial.expect(taken == ["zinc-uk": 12, "zinc-eu": 1], "got \(taken)")
            trial.clock.advance(by: .seconds(1))
            let later = try await trial.store.taken(since: trial.now + .seconds(-60))
            try trial.expect(later == ["zinc-uk": 7, "zinc-eu": 1], "a second later \(later)")
        },
        Check("a clock that is set back an hour stops a budget for no more than about a minute") { trial in
            _ = try await trial.store.take(30, from: "b", perMinute: 30)
            trial.clock.advance(by: .seconds(-3600))
            try trial.expect(try await trial.store.take(1, from: "b", perMinute: 30).count == 0, "the last minute was forgotten")
            trial.clock.advance(by: .seconds(65))
            try trial.expect(try await trial.store.take(1, from: "b", perMinute: 30).count == 1, "it grants nothing")
        },
    ]

    static let idempotency = [
        Check("a keyed request is fresh once, then running, then answered") { trial in
            try trial.expect(try await trial.store.begin(key: "k", bodyHash: "h") == .fresh, "a new key is not fresh")
            try trial.expect(try await trial.store.begin(key: "k", bodyHash: "h") == .running, "it does not run")
            try trial.expect(try await trial.store.begin(key: "k", bodyHash: "other") == .conflict, "another body is no conflict")
            try await trial.store.recordResponse(key: "k", status: 201, body: [1, 0, 255])
            try trial.expect(try await trial.store.begin(key: "k", bodyHash: "h") == .answered(status: 201, body: [1, 0, 255]), "another answer")
            try trial.expect(try await trial.store.begin(key: "k", bodyHash: "other") == .conflict, "another body is no conflict any more")
        },
        Check("an answered key is kept for a day, an unanswered one for two minutes") { trial in
            _ = try await trial.store.begin(key: "answered", bodyHash: "h")
            _ = try await trial.store.begin(key: "lost", bodyHash: "h")
            try await trial.store.recordResponse(key: "answered", status: 200, body: [])
            trial.clock.advance(by: .seconds(119))
            try trial.expect(try await trial.store.begin(key: "lost", bodyHash: "h") == .running, "the lost one was given up too early")
            trial.clock.advance(by: .seconds(2))
            try trial.expect(try await trial.store.begin(key: "lost", bodyHash: "other") == .fresh, "the lost one holds its key")
            trial.clock.advance(by: .seconds(23 * 3600))
            try trial.expect(try await trial.store.begin(key: "answered", bodyHash: "h") == .answered(status: 200, body: []), "forgotten too early")
            trial.clock.advance(by: .seconds(3600))
            try trial.expect(try await trial.store.begin(key: "answered", bodyHash: "other") == .fresh, "kept too long")
        },
        Check("a key that is forgotten may be used again") { trial in
            _ = try await trial.store.begin(key: "k", bodyHash: "h")
            try await trial.store.recordResponse(key: "k", status: nil, body: [])
            try trial.expect(try await trial.store.begin(key: "k", bodyHash: "other") == .fresh, "it is not free")
        },
        Check("of fifty that begin at once with one key one is fresh") { trial in
            let answers = try await withThrowingTaskGroup(of: IdempotencyState.self) { group in
                for _ in 0..<50 { group.addTask { try await trial.store.begin(key: "k", bodyHash: "h") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try trial.expect(answers.count { $0 == .fresh } == 1 && answers.count { $0 == .running } == 49, "\(answers)")
        },
    ]
}
