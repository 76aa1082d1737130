import Screening

extension StoreConformance {
    static let claiming = [
        Check("the most urgent due work is claimed first, and nothing early") { trial in
            try await trial.store.perform([
                .queue(trial.work("later", due: trial.now + .seconds(1))),
                .queue(trial.work("plain", priority: 5)),
                .queue(trial.work("urgent", priority: 1)),
                .queue(trial.work("older", due: trial.now + .seconds(-9), priority: 5)),
                .queue(trial.work("idle", due: trial.now + .seconds(-99), priority: 9)),
            ])
            try trial.expect(try await trial.claim(2).subjects == ["urgent", "older"], "the first two are others")
            try trial.expect(try await trial.claim().subjects == ["plain", "idle"], "then came others")
            try trial.expect(try await trial.claim().isEmpty, "something was claimed early or twice")
            trial.clock.advance(by: .seconds(1))
            try trial.expect(try await trial.claim().subjects == ["later"], "what has become due was not claimed")
        },
        Check("what expects that nobody works on something is a conflict while somebody does, and is written before and after") { trial in
            let work = trial.work("held")
            func write(_ number: Int) async throws {
                try await trial.store.perform([.expect(idle: work.work), .queue(trial.work("beside \(number)"))])
            }
            try await write(1)
            try await trial.store.perform([.queue(work)])
            try await write(2)
            let claim = try trial.unwrap(try await trial.claim().first { $0.work == work.work }, "it was not claimed")
            try await trial.expectConflict { try await write(3) }
            try await trial.store.commit(claim, Decision(.again(at: trial.now + .seconds(60), spent: true)))
            try await write(4)
            try trial.expect(try await trial.claim().subjects == ["beside 4"], "what was refused was written")
        },
        Check("only the kinds asked for are claimed, and reads of the account asked for") { trial in
            try await trial.store.perform([
                .queue(trial.work("run")),
                .queue(QueuedWork(.read(order: "a"), account: "zinc-uk", due: trial.now)),
                .queue(QueuedWork(.read(order: "b"), account: "zinc-eu", due: trial.now)),
            ])
            try trial.expect(try await trial.claim(kinds: [.event, .submit]).isEmpty, "another kind was claimed")
            let reads = try await trial.store.claim(ClaimRequest(owner: "one", limit: 9, kinds: [.read, .event], account: "zinc-eu"))
            try trial.expect(reads.subjects == ["b"], "another account's read was claimed: \(reads.subjects)")
            try trial.expect(try await trial.claim(kinds: [.read]).subjects == ["a"], "the other read is not there")
            try trial.expect(try await trial.claim().subjects == ["run"], "the run is not there")
        },
        Check("lanes take turns where places are shared, and none holds more than its share") { trial in
            let busy = (0..<9).map { number in
                let due = trial.now + .seconds(Int64(number - 20))
                return Effect.queue(QueuedWork(.run("busy \(number)"), connection: "busy", due: due))
            }
            try await trial.store.perform(busy)
            try await trial.store.perform([
                .queue(QueuedWork(.run("quiet"), connection: "quiet", due: trial.now)),
                .queue(QueuedWork(.run("urgent"), connection: "busy", due: trial.now, priority: 1)),
                .queue(QueuedWork(.run("nobody's"), due: trial.now)),
            ])
            var request = ClaimRequest(owner: "one", limit: 4, kinds: [.run])
            request.share = ClaimRequest.Share(perLane: 3)
            let first = try await trial.store.claim(request)
            try trial.expect(
                first.subjects.first == "urgent" && Set(first.subjects) == ["urgent", "busy 0", "quiet", "nobody's"],
                "the first four were \(first.subjects)"
            )
            try trial.expect(Set(first.map(\.lane)) == ["busy", "quiet", ""], "they came from \(first.map(\.lane))")
            request.share?.held = ["busy": 2, "quiet": 1]
            let next = try await trial.store.claim(request)
            try trial.expect(next.subjects == ["busy 1"], "beyond its share a lane got \(next.subjects)")
            try await trial.store.perform([.queue(QueuedWork(.run("later"), connection: "quiet", due: trial.now))])
            request.limit = 1
            request.share = ClaimRequest.Share(perLane: 3, held: ["busy": 1], served: ["busy": 7])
            let turn = try await trial.store.claim(request)
            try trial.expect(turn.subjects == ["later"], "older work of a lane that holds more went first: \(turn.subjects)")
            try await trial.store.release(turn)
            request.share = ClaimRequest.Share(perLane: 3, held: ["busy": 1, "quiet": 1], served: ["busy": 7, "quiet": 3])
            let waited = try await trial.store.claim(request)
            try trial.expect(waited.subjects == ["later"], "the lane that was served longest ago did not come first: \(waited.subjects)")
            try await trial.store.commit(waited[0], Decision(.done))
            request.limit = 4
            request.share = ClaimRequest.Share(perLane: 3)
            request.share?.held = ["busy": 3]
            try trial.expect(try await trial.store.claim(request).isEmpty, "a lane that holds its share got more")
            try await trial.store.commit(next[0], Decision(.again(at: trial.now, spent: true)))
            request.share?.held = ["busy": 2]
            let again = try await trial.store.claim(request)
            try trial.expect(again.first?.lane == "busy" && again.count == 1, "work that came again left its lane: \(again)")
        },
        Check("a lane that is behind lets others go first, and is not kept from work by one that holds many places") { trial in
            let backlog = (0..<9).map { number in
                let due = trial.now + .seconds(Int64(number - 20))
                return Effect.queue(QueuedWork(.run("late \(number)"), connection: "busy", due: due))
            }
            let prompt = (0..<9).map { Effect.queue(QueuedWork(.run("prompt \($0)"), connection: "quiet", due: trial.now)) }
            try await trial.store.perform(backlog + prompt)
            var request = ClaimRequest(owner: "one", limit: 1, kinds: [.run])
            request.share = ClaimRequest.Share(perLane: 16, held: ["quiet": ClaimRequest.Share.behindBy - 1], served: ["quiet": 9])
            let first = try await trial.store.claim(request)
            try trial.expect(first.map(\.lane) == ["quiet"], "what had waited long went first: \(first.subjects)")
            request.share?.held = ["quiet": ClaimRequest.Share.behindBy]
            let second = try await trial.store.claim(request)
            try trial.expect(second.map(\.lane) == ["busy"], "a lane that held many places went on before one that was behind: \(second.subjects)")
        },
        Check("claims at once by many never share work") { trial in
            try await trial.store.perform((0..<100).map { .queue(trial.work("w\($0)")) })
            let claims = try await withThrowingTaskGroup(of: [Claim].self) { group in
                for owner in 0..<20 { group.addTask { try await trial.claim(10, owner: "owner \(owner)") } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try trial.expect(
                claims.count == 100 && Set(claims.subjects).count == 100,
                "\(claims.count) claims of \(Set(claims.subjects).count) works"
            )
        },
        Check("a claim counts the attempt before anything is done") { trial in
            try await trial.store.perform([.queue(trial.work("w"))])
            var claim = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            try trial.expect(claim.attempt == 1 && claim.owner == "one", "got \(claim)")
            try await trial.store.commit(claim, Decision(.again(at: trial.now, spent: true)))
            claim = try trial.unwrap(try await trial.claim(owner: "two").first, "it did not come again")
            try trial.expect(claim.attempt == 2 && claim.owner == "two", "got \(claim)")
            try await trial.store.commit(claim, Decision(.again(at: trial.now, spent: false)))
            try trial.expect(try await trial.claim().first?.attempt == 2, "an unspent attempt was counted")
        },
    ]

    static let concurrencyKeys = [
        Check("of one concurrency key only the first is claimed, one at a time and in order") { trial in
            try await trial.store.perform(
                ["a", "b", "c"].map { .queue(trial.work($0, concurrencyKey: "key")) } + [.queue(trial.work("other", concurrencyKey: "key 2"))]
            )
            var claims = try await trial.claim()
            try trial.expect(Set(claims.subjects) == ["a", "other"], "claimed were \(claims.subjects)")
            try trial.expect(try await trial.claim().isEmpty, "the key was passed over while its first was held")
            for next in ["b", "c"] {
                let first = try trial.unwrap(claims.first { $0.work.subject != "other" }, "nothing more came of the key")
                try await trial.store.commit(first, Decision(.done))
                claims = try await trial.claim()
                try trial.expect(claims.subjects == [next], "after \(first.work.subject) came \(claims.subjects)")
            }
        },
        Check("a first that is not due holds back its concurrency key, and no other") { trial in
            try await trial.store.perform([
                .queue(trial.work("a", concurrencyKey: "key", due: trial.now + .seconds(60))),
                .queue(trial.work("b", concurrencyKey: "key", priority: 1)),
                .queue(trial.work("c", concurrencyKey: "key 2")),
            ])
            let claims = try await trial.claim()
            try trial.expect(claims.subjects == ["c"], "the key's order was not kept")
            try await trial.store.commit(claims[0], Decision(.done))
            trial.clock.advance(by: .seconds(60))
            try trial.expect(try await trial.claim().subjects == ["a"], "the first did not come when due")
        },
        Check("work that is tried again keeps its place under its concurrency key") { trial in
            try await trial.store.perform(["a", "b"].map { .queue(trial.work($0, concurrencyKey: "key")) })
            let claim = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            try await trial.store.commit(claim, Decision(.again(at: trial.now + .seconds(5), spent: true)))
            try trial.expect(try await trial.claim().isEmpty, "the next passed it")
            trial.clock.advance(by: .seconds(5))
            try trial.expect(try await trial.claim().subjects == ["a"], "it did not come again first")
        },
        Check("a first that is not needed any more frees its concurrency key") { trial in
            try await trial.store.perform(["a", "b"].map { .queue(trial.work($0, concurrencyKey: "key")) })
            try await trial.store.perform([.unqueue(.run("a"))])
            try trial.expect(try await trial.claim().subjects == ["b"], "the key stayed shut")
        },
        Check("many claimers work through many concurrency keys in order") { trial in
            try await trial.store.perform((0..<60).map { .queue(trial.work("\($0 % 6):\($0 / 6)", concurrencyKey: "key \($0 % 6)")) })
            let done = try await withThrowingTaskGroup(of: [String].self) { group in
                for owner in 0..<4 {
                    group.addTask {
                        var done: [String] = []
                        for _ in 0..<200 {
                            for claim in try await trial.claim(3, owner: "\(owner)") {
                                try await trial.store.commit(claim, Decision(.done))
                                done.append(claim.work.subject)
                            }
                        }
                        return done
                    }
                }
                return try await group.reduce(into: [[String]]()) { $0.append($1) }
            }
            try trial.expect(done.flatMap { $0 }.count == 60, "\(done.flatMap { $0 }.count) of 60 were done")
            for mine in done {
                for concurrencyKey in 0..<6 {
                    let steps = mine.compactMap { $0.hasPrefix("\(concurrencyKey):") ? Int($0.dropFirst(2)) : nil }
                    try trial.expect(steps == steps.sorted(), "key \(concurrencyKey) was done in the order \(steps)")
                }
            }
        },
    ]
}
